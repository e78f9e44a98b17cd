import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type RateLimiter } from '../../ports/rate-limiter.js';

/** Where the processes of a shop count together. */
export interface SharedBudgets {
  /** A connection of ioredis. */
  redis: object;
  /** Before every key. */
  prefix: string;
  /** How it is waited for; rejects where it is not to be had. */
  ask: <T>(key: string, work: () => Promise<T>) => Promise<T>;
}

/** Budgets of this process; or of all together, of which each counts by itself while Redis is away. */
export function createRateLimiter(pointsPerSecond: number, shared?: SharedBudgets): RateLimiter {
  const budget = { points: pointsPerSecond, duration: 1 };
  const here = new RateLimiterMemory(budget);
  const refusal = shared ? refusalsOf(shared, budget, here) : (key: string, points: number) => refusalOf(here.consume(key, points));
  return {
    async take(key, points) {
      const refused = await refusal(key, points);
      return refused && Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    },
  };
}

function refusalsOf({ redis, prefix, ask }: SharedBudgets, budget: { points: number; duration: number }, here: RateLimiterMemory) {
  const keyPrefix = `${prefix}:budget`;
  // What is spent is spent until the second is over: no need to ask again.
  const everywhere = new RateLimiterRedis({ ...budget, storeClient: redis, keyPrefix, inMemoryBlockOnConsumed: budget.points + 1 });
  return (key: string, points: number) =>
    ask(everywhere.getKey(key), () => refusalOf(everywhere.consume(key, points))).catch(() => refusalOf(here.consume(key, points)));
}

const refusalOf = (consumed: Promise<RateLimiterRes>): Promise<RateLimiterRes | null> =>
  consumed.then(
    () => null,
    (refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    },
  );
