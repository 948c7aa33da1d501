-- ARGV: the job, the worker, the number of its lease, whether it failed, for how long no
-- worker gets it, in microseconds, and the number of its place if it has one.
local id = ARGV[1]
local key = key_of(id)
local state = leased(id, ARGV[2], ARGV[3])
if not state then return {'lost'} end
if redis.call('HGET', key, 'cancel') == '1' then
  finish(id, state, 'cancelled', nil)
  return {'ok'}
end
local place, not_before = tonumber(redis.call('HGET', key, 'place')), 0
if tonumber(ARGV[5]) > 0 then not_before = now + ARGV[5] end
redis.call('ZREM', set_of('leased'), id)
redis.call('HSET', key, 'crashes', 0)
if ARGV[4] == '1' then
  redis.call('HINCRBY', key, 'failed_attempts', 1)
  place = place_at_the_back(redis.call('HGET', key, 'offset'), ARGV[6])
end
wait(id, state, place, not_before)
return {'ok'}
