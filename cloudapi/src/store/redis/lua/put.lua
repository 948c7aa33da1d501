-- ARGV: the job, its number if it has one, the offset of its place, and its fields.
local id, offset = ARGV[1], ARGV[3]
local key = key_of(id)
if redis.call('EXISTS', key) == 1 then return {'known'} end
-- First what needs memory: if there is none, nothing is taken in.
redis.call('HSET', key, 'offset', offset, 'attempts', 0, 'failed_attempts', 0, 'crashes', 0,
  'created', text(wall), unpack(ARGV, 4))
wait(id, 'waiting', place_at_the_back(offset, ARGV[2]), 0)
return {'ok'}
