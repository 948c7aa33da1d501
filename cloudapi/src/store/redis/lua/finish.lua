-- ARGV: the job, the worker, the number of its lease, the state in which it ends, whether
-- this is said once more since an answer was lost, and fields: `result`, `reason`.
local id, to = ARGV[1], ARGV[4]
local key = key_of(id)
local state = leased(id, ARGV[2], ARGV[3])
if not state then
  local kept = redis.call('HMGET', key, 'state', 'worker', 'lease')
  local is_done = kept[1] == to and kept[2] == ARGV[2] and kept[3] == ARGV[3]
  if ARGV[5] == '1' and is_done then return {'ok'} end
  return {'lost'}
end
finish(id, state, to, nil)
redis.call('HDEL', key, 'result')
if #ARGV > 5 then redis.call('HSET', key, unpack(ARGV, 6)) end
return {'ok'}
