-- ARGV: the job, the worker, the number of its lease, the state it is in from now on, and
-- a number that grows with each time this is said.
local id, to = ARGV[1], ARGV[4]
local state = leased(id, ARGV[2], ARGV[3])
if not state then return {'lost'} end
local kept = redis.call('HMGET', key_of(id), 'place', 'said')
-- What was on its way for so long that nobody waits for it any more says nothing of what
-- has been sent since.
if to == 'claimed' and tonumber(ARGV[5]) < tonumber(kept[2] or '0') then return {'ok'} end
turn(id, state, to, tonumber(kept[1]))
redis.call('HSET', key_of(id), 'said', ARGV[5])
if to == 'sent' then
  redis.call('HINCRBY', key_of(id), 'attempts', 1)
else
  redis.call('HSET', key_of(id), 'crashes', 0)
end
return {'ok'}
