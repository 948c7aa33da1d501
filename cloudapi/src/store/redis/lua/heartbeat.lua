-- ARGV: the job, the worker, the number of its lease, and its new length in microseconds.
local id = ARGV[1]
if not leased(id, ARGV[2], ARGV[3]) then return {'lost'} end
local ends = text(now + ARGV[4])
-- First what needs no memory, as `reserve.lua` says.
redis.call('ZREM', set_of('leased'), id)
redis.call('ZADD', set_of('leased'), ends, id)
redis.call('HSET', key_of(id), 'until', ends)
keep_time()
return {'ok', redis.call('HGET', key_of(id), 'cancel') or '0'}
