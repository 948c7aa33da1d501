-- ARGV: the job, the states in which that can be done, the state from now on, and fields: `reason`, `result`.
local id, to = ARGV[1], ARGV[3]
local key = key_of(id)
local state, refusal = found(id, ARGV[2])
if not state then return refusal end
if to == 'waiting' then
  afresh(id, state)
  return {'ok'}
end
finish(id, state, to, nil)
redis.call('HDEL', key, 'result')
redis.call('HSET', key, unpack(ARGV, 4))
return {'ok'}
