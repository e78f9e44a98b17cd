import { createRateLimiter } from '../../src/adapters/flexible/rate-limiter.js';
import { createMemoryTurns } from '../../src/adapters/memory/turns.js';
import { connectRedis, type RedisConnection, untilReady } from '../../src/adapters/redis/connection.js';
import { ask } from '../../src/adapters/redis/patience.js';
import { createRedisTurns } from '../../src/adapters/redis/turns.js';
import { rateLimiterContract } from '../contract/rate-limiter.contract.js';
import { turnsContract } from '../contract/turns.contract.js';
import { keptLog } from '../support/kept-log.js';
import { createTestRedis, type TestRedis } from '../support/redis.js';

const log = keptLog();
let testRedis: TestRedis;
let redis: RedisConnection;
beforeAll(async () => {
  testRedis = await createTestRedis();
  redis = connectRedis({ kind: 'single', url: testRedis.url }, log);
  await untilReady(redis, 5_000);
});
afterAll(() => redis.disconnect());

const openTurns = (to = redis) => createRedisTurns({ redis: to, prefix: testRedis.prefix, within: createMemoryTurns() });
const openLimiter = (to = redis) => createRateLimiter(5, { redis: to, prefix: testRedis.prefix, ask: (key, work) => ask(to, key, work) });

turnsContract('Redis', () => [openTurns(), openTurns()]);
rateLimiterContract('Redis', () => [openLimiter(), openLimiter()]);

describe('without Redis', () => {
  it('turns and budgets are those of this process', async () => {
    const away = connectRedis({ kind: 'single', url: 'redis://127.0.0.1:1' }, log);
    expect(await openTurns(away).inTurn('page', () => Promise.resolve('done'))).toBe('done');
    const limiter = openLimiter(away);
    const waits = await Promise.all(Array.from({ length: 7 }, () => limiter.take('ann', 1)));
    expect(waits.filter((wait) => wait === null)).toHaveLength(5);
    away.disconnect();
  });
});
