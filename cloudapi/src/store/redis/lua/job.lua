-- ARGV: the job.
return {text(now), text(wall), ARGV[1], redis.call('HGETALL', key_of(ARGV[1]))}
