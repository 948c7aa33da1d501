-- ARGV: the job, the worker, the number of its lease, and the state it is in from now on.
local id, to = ARGV[1], ARGV[4]
local state = leased(id, ARGV[2], ARGV[3])
if not state then return {'lost'} end
turn(id, state, to, tonumber(redis.call('HGET', key_of(id), 'place')))
if to == 'sent' then redis.call('HINCRBY', key_of(id), 'attempts', 1) end
return {'ok'}
