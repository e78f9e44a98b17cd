import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type RateLimiter } from '../../ports/rate-limiter.js';
import { type RedisConnection } from './connection.js';

/** Budgets in Redis, of all processes together; while it is away each process counts by itself. */
export function createRedisRateLimiter({
  redis,
  prefix,
  pointsPerSecond,
}: {
  redis: RedisConnection;
  prefix: string;
  pointsPerSecond: number;
}): RateLimiter {
  const budget = { points: pointsPerSecond, duration: 1 };
  const limiter = new RateLimiterRedis({
    ...budget,
    storeClient: redis,
    keyPrefix: `${prefix}:budget`,
    insuranceLimiter: new RateLimiterMemory(budget),
    // What is spent is spent until the second is over: no need to ask again.
    inMemoryBlockOnConsumed: pointsPerSecond + 1,
  });
  return {
    async take(key, points) {
      try {
        await limiter.consume(key, points);
        return null;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
        throw refusal;
      }
    },
  };
}
