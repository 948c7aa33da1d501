-- For how many microseconds a scope is still closed. KEYS[1]: the scope.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local closed = tonumber(redis.call('HGET', KEYS[1], 'closed') or '0')
return string.format('%.0f', math.max(closed - now, 0))
