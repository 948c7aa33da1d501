-- For how many microseconds a scope is still closed. KEYS[1]: the scope.
local closed = tonumber(redis.call('HGET', KEYS[1], 'closed') or '0')
return text(math.max(closed - now, 0))
