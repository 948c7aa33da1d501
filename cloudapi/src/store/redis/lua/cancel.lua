-- ARGV: the job, and the states in which that can be done.
local id = ARGV[1]
local state, refusal = found(id, ARGV[2])
if not state then return refusal end
if IS_LEASED[state] then
  redis.call('HSET', key_of(id), 'cancel', '1')
else
  finish(id, state, 'cancelled', nil)
end
return {'ok', state}
