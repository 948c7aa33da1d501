-- The number of a place, counted where it is kept: in a cluster mostly not with the queue.
--
-- `INCR` would be refused when memory is full, and no job could be given back. So what is
-- there is taken away first, as `reserve.lua` says; it is put back in any case.
local number = string.format('%.0f', tonumber(redis.call('GET', KEYS[1]) or '0') + 1)
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], number)
return number
