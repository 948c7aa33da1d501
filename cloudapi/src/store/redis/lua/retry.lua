-- ARGV: the job, and the states in which that can be done; the number of its
-- place if it has one.
local state, refusal = found(ARGV[1], ARGV[2])
if not state then return refusal end
afresh(ARGV[1], state, ARGV[3])
return {'ok'}
