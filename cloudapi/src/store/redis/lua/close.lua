-- Closes a scope for everybody, and tells those who listen.
--
-- KEYS[1]: the scope. ARGV: for how long, in microseconds; the channel; the scope's name.
local key = KEYS[1]
local before = tonumber(redis.call('HGET', key, 'closed') or '0')
local closed = math.max(before, now + ARGV[1])
local left = math.max(closed - now, 0)
local expiry = text(math.max((left + ahead) / 1000 + 1000, redis.call('PTTL', key)))
-- First what needs no memory: `reserve.lua` says why.
redis.call('PEXPIRE', key, expiry)
redis.call('HSET', key, 'closed', text(closed))
keep_time()
redis.call('PEXPIRE', key, expiry)
redis.call('PUBLISH', ARGV[2], text(left) .. ' ' .. ARGV[3])
return 'ok'
