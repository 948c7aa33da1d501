-- What the scripts of a queue share; each is put behind this.
--
-- KEYS[1] is the queue: a hash of its clock and its leases, and the beginning of its other
-- keys. KEYS[2] counts the jobs of the store. In a cluster that is elsewhere; there all
-- keys of the queue are in KEYS, but for jobs that are not known before. Such a job is read
-- before anything is written: while its slot is handed over it may not be there.
--   :job:<id>  a job
--   :<state>   its jobs of a state, by place; no two of a queue have one place
--   :ready     those of the waiting that a worker may have, by place
--   :delayed   the other ones that wait, by the time until which they do
--   :leased    those that a worker has, by the end of its lease
--   :over      those that are over, by the time since which they are
-- What people read (`created`, `changed`, and so `:over`) is the server's own time.
local queue = KEYS[1]

local STATES = {'waiting', 'claimed', 'sent', 'done', 'failed', 'unknown', 'parked', 'cancelled'}
local IS_OVER = {done = true, failed = true, cancelled = true}
local IS_LEASED = {claimed = true, sent = true}

local function key_of(id) return queue .. ':job:' .. id end
local function set_of(name) return queue .. ':' .. name end

local function is_taken(place)
  for _, state in ipairs(STATES) do
    if redis.call('ZCOUNT', set_of(state), text(place), text(place)) > 0 then return true end
  end
  return false
end

-- `NewJob::place` of the next number, of which `offset` is that of 0. In a cluster the
-- number was counted before, on a server that may have forgotten some in a failover.
local function place_at_the_back(offset, number)
  if number == '' then number = redis.call('INCR', KEYS[2]) end
  local place = 3 * number + offset
  while is_taken(place) do place = place + 3 end
  return place
end

-- From one state into another. First what is taken out, as `reserve.lua` says: a job can
-- be brought to its end when memory is full.
local function turn(id, from, to, place)
  local key = key_of(id)
  redis.call('ZREM', set_of(from), id)
  redis.call('ZREM', set_of('ready'), id)
  redis.call('ZREM', set_of('delayed'), id)
  redis.call('ZREM', set_of('over'), id)
  if not IS_LEASED[to] then
    redis.call('ZREM', set_of('leased'), id)
    redis.call('HDEL', key, 'until')
  end
  redis.call('ZADD', set_of(to), text(place), id)
  if IS_OVER[to] then redis.call('ZADD', set_of('over'), text(wall), id) end
  redis.call('HSET', key, 'state', to, 'place', text(place), 'changed', text(wall))
  keep_time()
end

local function wait(id, from, place, not_before)
  turn(id, from, 'waiting', place)
  if not_before > now then
    redis.call('HSET', key_of(id), 'not_before', text(not_before))
    redis.call('ZADD', set_of('delayed'), text(not_before), id)
  else
    redis.call('HDEL', key_of(id), 'not_before')
    redis.call('ZADD', set_of('ready'), text(place), id)
  end
end

-- No worker has it any more, nor gets it by itself.
local function finish(id, from, to, reason)
  local key = key_of(id)
  turn(id, from, to, tonumber(redis.call('HGET', key, 'place')))
  redis.call('HDEL', key, 'not_before', 'cancel', 'reason')
  if reason then redis.call('HSET', key, 'reason', reason) end
end

-- Once more from the beginning, at the back.
local function afresh(id, from, number)
  local key = key_of(id)
  redis.call('HDEL', key, 'cancel', 'worker', 'not_before', 'reason', 'result')
  redis.call('HSET', key, 'attempts', 0, 'failed_attempts', 0, 'crashes', 0)
  wait(id, from, place_at_the_back(redis.call('HGET', key, 'offset'), number), 0)
end

-- The state of a job whose lease is in force; otherwise nothing.
local function leased(id, worker, number)
  local kept = redis.call('HMGET', key_of(id), 'state', 'worker', 'lease', 'until')
  local in_force = IS_LEASED[kept[1]] and kept[2] == worker and kept[3] == number
    and tonumber(kept[4] or '0') > now
  return in_force and kept[1]
end

-- The state of a job, if it is one of `states` (`,failed,parked,`); otherwise what to answer.
local function found(id, states)
  local state = redis.call('HGET', key_of(id), 'state')
  if not state then return nil, {'missing'} end
  if not string.find(states, ',' .. state .. ',', 1, true) then return nil, {'wrong', state} end
  return state
end

