-- ARGV: how many jobs at most, after how many crashes one is parked, why one is unknown,
-- and why one is parked, around the number of crashes.
local lost = redis.call('ZRANGEBYSCORE', set_of('leased'), '-inf', text(now), 'LIMIT', 0, ARGV[1])
local reclaimed = {}
for _, id in ipairs(lost) do
  local key = key_of(id)
  local kept = redis.call('HMGET', key, 'state', 'place', 'repeatable', 'cancel')
  redis.call('ZREM', set_of('leased'), id)
  local state, place = kept[1], kept[2]
  if state and IS_LEASED[state] then
    local crashes = redis.call('HINCRBY', key, 'crashes', state == 'sent' and 1 or 0)
    local to = 'waiting'
    if state == 'sent' and kept[3] ~= '1' then
      to = 'unknown'
      finish(id, state, to, ARGV[3])
    elseif kept[4] == '1' then
      to = 'cancelled'
      finish(id, state, to, nil)
    elseif crashes >= tonumber(ARGV[2]) then
      to = 'parked'
      finish(id, state, to, ARGV[4] .. crashes .. ARGV[5])
    else
      wait(id, state, tonumber(place), 0)
    end
    reclaimed[#reclaimed + 1] = {place, id, to}
  end
end
return {#lost, reclaimed}
