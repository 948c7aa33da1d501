-- ARGV: the job, the states in which that can be done, the state from now on, the number of
-- its place if it has one, and fields: `reason`, `result`.
local id, to = ARGV[1], ARGV[3]
local key = key_of(id)
local state, refusal = found(id, ARGV[2])
if not state then return refusal end
if to == 'waiting' then
  afresh(id, state, ARGV[4])
  return {'ok'}
end
finish(id, state, to, nil)
redis.call('HDEL', key, 'result')
redis.call('HSET', key, unpack(ARGV, 5))
return {'ok'}
