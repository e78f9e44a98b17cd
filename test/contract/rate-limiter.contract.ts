import { setTimeout as later } from 'node:timers/promises';
import { type RateLimiter } from '../../src/ports/rate-limiter.js';

/** What every limiter has to do; `open` gives two over one budget of five points a second, or the same one twice. */
export function rateLimiterContract(name: string, open: () => [RateLimiter, RateLimiter]): void {
  describe(`rate limiter: ${name}`, () => {
    it('allows what was agreed over all that share it, and says how long to wait', async () => {
      const both = open();
      const waits = await Promise.all(Array.from({ length: 8 }, (_, i) => both[i % 2].take('ann', 1)));
      expect(waits.filter((wait) => wait === null)).toHaveLength(5);
      expect(waits.filter((wait) => wait !== null)).toEqual([1, 1, 1]);
    });

    it('keeps budgets apart, and gives each anew', async () => {
      const [limiter] = open();
      expect(await limiter.take('bob', 5)).toBeNull();
      expect(await limiter.take('bob', 1)).toBe(1);
      expect(await limiter.take('cid', 1)).toBeNull();
      await later(1_100);
      expect(await limiter.take('bob', 1)).toBeNull();
    });
  });
}
