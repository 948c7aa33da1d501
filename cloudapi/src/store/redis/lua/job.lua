-- ARGV: the job.
return {text(now), ARGV[1], redis.call('HGETALL', key_of(ARGV[1]))}
