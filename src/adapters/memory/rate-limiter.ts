import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type RateLimiter } from '../../ports/rate-limiter.js';

/** Budgets in process memory: of one process. */
export function createMemoryRateLimiter(pointsPerSecond: number): RateLimiter {
  const limiter = new RateLimiterMemory({ points: pointsPerSecond, duration: 1 });
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
