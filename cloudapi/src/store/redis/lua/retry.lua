-- ARGV: the job, and the states in which that can be done.
local state, refusal = found(ARGV[1], ARGV[2])
if not state then return refusal end
afresh(ARGV[1], state)
return {'ok'}
