-- How many jobs there are of each state, in the order of `JobState::ALL`.
local counts = {}
for at, state in ipairs(STATES) do counts[at] = redis.call('ZCARD', set_of(state)) end
return counts
