-- The next slot of a scope: as `store/slots.rs` has it, to the last microsecond.
--
-- KEYS[1]: the scope, a hash of `closed` and of the time of each limit's next slot.
-- ARGV: how many limits the gate has; then for each limit its name, period and tolerance.
--
-- A tolerance may be longer than the 53 bits of a number, so times are pairs of decimal
-- limbs here, and saturate where 64 bits do.
local key = KEYS[1]
local BASE = 1000000000
local MOST = {18446744073, 709551615}

local function read(text)
  if #text <= 9 then return {0, tonumber(text)} end
  return {tonumber(string.sub(text, 1, -10)), tonumber(string.sub(text, -9))}
end

local function write(time)
  if time[1] == 0 then return string.format('%.0f', time[2]) end
  return string.format('%.0f%09.0f', time[1], time[2])
end

local function less(a, b)
  return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2])
end

local function later(a, b)
  if less(a, b) then return b end
  return a
end

local function add(a, b)
  local high, low = a[1] + b[1], a[2] + b[2]
  if low >= BASE then high, low = high + 1, low - BASE end
  local sum = {high, low}
  if less(MOST, sum) then return MOST end
  return sum
end

local function minus(a, b)
  if less(a, b) then return {0, 0} end
  local high, low = a[1] - b[1], a[2] - b[2]
  if low < 0 then high, low = high - 1, low + BASE end
  return {high, low}
end

local start = read(text(now))

-- The scope is kept for as long as it says something: what is past says nothing. A clock
-- that was set back may be put right.
--
-- Of what a script writes only the first is refused where memory is full, and PEXPIRE
-- never is: a limit holds also in a Redis that is full of jobs.
local function keep_until(time, fields)
  local left = minus(time, start)
  local milliseconds = math.min(left[1] * 1000000 + left[2] / 1000, 1e14) + ahead / 1000 + 1000
  local expiry = text(math.max(milliseconds, redis.call('PTTL', key)))
  redis.call('PEXPIRE', key, expiry)
  if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
  keep_time()
  redis.call('PEXPIRE', key, expiry)
end

local closed = read(redis.call('HGET', key, 'closed') or '0')
if less(start, closed) then
  keep_until(closed, {})
  return {'closed', write(minus(closed, start))}
end

local gates = tonumber(ARGV[1])
local slot, with_endpoint = start, start
local limits = {}
for at = 2, #ARGV, 3 do
  local period, tolerance = read(ARGV[at + 1]), read(ARGV[at + 2])
  local next = read(redis.call('HGET', key, 'next:' .. ARGV[at]) or '0')
  local earliest = minus(next, tolerance)
  if #limits < gates then slot = later(slot, earliest) end
  with_endpoint = later(with_endpoint, earliest)
  limits[#limits + 1] = {'next:' .. ARGV[at], period, next}
end
if less(slot, with_endpoint) then
  keep_until(with_endpoint, {})
  return {'later', write(minus(with_endpoint, start))}
end

local fields, furthest = {}, start
for _, limit in ipairs(limits) do
  local next = add(later(limit[3], slot), limit[2])
  furthest = later(furthest, next)
  fields[#fields + 1] = limit[1]
  fields[#fields + 1] = write(next)
end
if #fields > 0 then keep_until(furthest, fields) end
return {'slot', write(minus(slot, start))}
