-- Closes a scope for everybody, and tells those who listen.
--
-- KEYS[1]: the scope. ARGV: for how long, in microseconds; the channel; the scope's name.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local before = tonumber(redis.call('HGET', KEYS[1], 'closed') or '0')
local closed = math.max(before, now + ARGV[1])
local left = math.max(closed - now, 0)
local milliseconds = math.max(left / 1000 + 1000, redis.call('PTTL', KEYS[1]))
local expiry = string.format('%.0f', milliseconds)
-- First what needs no memory: `reserve.lua` says why.
redis.call('PEXPIRE', KEYS[1], expiry)
redis.call('HSET', KEYS[1], 'closed', string.format('%.0f', closed))
redis.call('PEXPIRE', KEYS[1], expiry)
redis.call('PUBLISH', ARGV[2], string.format('%.0f', left) .. ' ' .. ARGV[3])
return 'ok'
