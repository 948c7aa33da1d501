-- ARGV: the job, the places it is put behind, and its fields.
local id = ARGV[1]
local key = key_of(id)
if redis.call('EXISTS', key) == 1 then return {'known'} end
-- First what needs memory: if there is none, nothing is taken in.
local place = place_at_the_back(tonumber(ARGV[2]))
redis.call('HSET', key, 'behind', ARGV[2], 'attempts', 0, 'failed_attempts', 0, 'crashes', 0,
  'created', text(now), unpack(ARGV, 3))
wait(id, 'waiting', place, 0)
return {'ok'}
