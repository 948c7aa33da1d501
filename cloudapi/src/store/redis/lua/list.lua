-- ARGV: behind which place (or `-inf`), how many jobs at most, how many bytes may be
-- passed by the last of them, and the states.
local most, room = tonumber(ARGV[2]), tonumber(ARGV[3])
local places = {}
for at = 4, #ARGV do
  local some = redis.call('ZRANGEBYSCORE', set_of(ARGV[at]), ARGV[1], '+inf', 'WITHSCORES',
    'LIMIT', 0, most)
  for each = 1, #some, 2 do
    places[#places + 1] = {tonumber(some[each + 1]), some[each]}
  end
end
table.sort(places, function(a, b) return a[1] < b[1] end)
local jobs, bytes, last = {}, 0, nil
for at = 1, math.min(#places, most) do
  if bytes > room then break end
  local id = places[at][2]
  local fields = redis.call('HGETALL', key_of(id))
  last = text(places[at][1])
  if #fields > 0 then
    jobs[#jobs + 1] = {id, fields}
    for _, field in ipairs(fields) do bytes = bytes + #field end
  end
end
return {text(now), text(wall), last or '', jobs}
