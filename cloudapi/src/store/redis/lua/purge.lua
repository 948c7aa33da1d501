-- ARGV: for how many microseconds jobs have been over, and how many at most.
local before = text(wall - ARGV[1])
local ids = redis.call('ZRANGEBYSCORE', set_of('over'), '-inf', before, 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  redis.call('UNLINK', key_of(id))
  redis.call('ZREM', set_of('over'), id)
  for state in pairs(IS_OVER) do redis.call('ZREM', set_of(state), id) end
end
return ids
