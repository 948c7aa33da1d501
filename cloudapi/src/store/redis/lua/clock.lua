-- The time by which a scope or a queue goes; put before each script that asks for it.
--
-- KEYS[1] is a hash, which has the `latest` time that was told and how far it is `ahead` of
-- the server's: as `store/clock.rs` has it, it goes on where that is set back. Times are
-- microseconds, which a number holds exactly below 2^53.
local time = redis.call('TIME')
local wall = time[1] * 1000000 + time[2]

local function text(number) return string.format('%.0f', number) end

local now, ahead = wall, 0
do
  local kept = redis.call('HMGET', KEYS[1], 'latest', 'ahead')
  local latest = tonumber(kept[1] or '0')
  if wall < latest then ahead = math.max(tonumber(kept[2] or '0'), latest - wall) end
  now = wall + ahead
end

-- What is told once must not be taken back.
local function keep_time()
  redis.call('HSET', KEYS[1], 'latest', text(now), 'ahead', text(ahead))
end

