-- ARGV: the worker, and its lease in microseconds.
local due = redis.call('ZRANGEBYSCORE', set_of('delayed'), '-inf', text(now), 'LIMIT', 0, 10000)
for _, id in ipairs(due) do
  local place = redis.call('HGET', key_of(id), 'place')
  redis.call('ZREM', set_of('delayed'), id)
  if place then redis.call('ZADD', set_of('ready'), place, id) end
end
while true do
  local id = redis.call('ZRANGE', set_of('ready'), 0, 0)[1]
  if not id then return {'none'} end
  local key = key_of(id)
  local place = redis.call('HGET', key, 'place')
  if place then
    -- Also after what was lost in a failover, no two leases of a job have one number.
    local last = tonumber(redis.call('HGET', queue, 'leases') or '0')
    local number = text(math.max(last + 1, now))
    turn(id, 'waiting', 'claimed', tonumber(place))
    local ends = text(now + ARGV[2])
    redis.call('HSET', queue, 'leases', number)
    redis.call('ZADD', set_of('leased'), ends, id)
    redis.call('HDEL', key, 'not_before')
    redis.call('HSET', key, 'worker', ARGV[1], 'lease', number, 'until', ends)
    return {'ok', text(now), text(wall), id, redis.call('HGETALL', key), number}
  end
  -- It was evicted, or removed by hand.
  redis.call('ZREM', set_of('ready'), id)
  redis.call('ZREM', set_of('waiting'), id)
end
