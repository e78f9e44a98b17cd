import { connectRedis, parseRedisAddress, type RedisConnection, untilReady } from '../../src/adapters/redis/connection.js';
import { createRedisLiveStates } from '../../src/adapters/redis/live-states.js';
import { createPostgresSnapshotStore } from '../../src/adapters/postgres/snapshot-store.js';
import { emptyState, type UserState } from '../../src/core/tags/state.js';
import { type Load, liveStatesContract } from '../contract/live-states.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';
import { createTestRedis, type TestRedis } from '../support/redis.js';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let database: OpenTestDatabase;
let testRedis: TestRedis;
let redis: RedisConnection;
beforeAll(async () => {
  [database, testRedis] = await Promise.all([openTestDatabase(), createTestRedis()]);
  redis = connectRedis({ kind: 'single', url: testRedis.url }, quiet);
  await untilReady(redis, 5_000);
});
afterAll(async () => {
  redis.disconnect();
  await database.close();
});

const make = (load: Load) => {
  const snapshots = createPostgresSnapshotStore(database.pool);
  const states = createRedisLiveStates({ redis, prefix: testRedis.prefix, load, snapshots });
  return Promise.resolve({ states, snapshots, close: () => Promise.resolve() });
};

liveStatesContract('Redis', make);

describe('live states in Redis', () => {
  const nothing: Load = () => Promise.resolve(new Map<string, UserState>());
  const count = (_: string, state: UserState) => void state.eventCount++;

  it('lose no change of processes that change one user at once', async () => {
    const processes = await Promise.all([make(nothing), make(nothing), make(nothing)]);
    await Promise.all(Array.from({ length: 60 }, (_, i) => processes[i % 3].states.update(['crowded'], count)));
    for (const { states } of processes) expect((await states.read('crowded')).eventCount).toBe(60);
  });

  it('do not put back what another process dropped while it was loaded', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let loads = 0;
    const load: Load = async () => {
      const mine = ++loads;
      if (mine === 1) await gate;
      return new Map([['fenced', { ...emptyState(), eventCount: mine }]]);
    };
    const [slow, other] = [(await make(load)).states, (await make(load)).states];
    const early = slow.read('fenced');
    while (loads === 0) await new Promise((resolve) => setImmediate(resolve));
    other.drop(['fenced']);
    expect((await other.read('fenced')).eventCount).toBe(2);
    go();
    expect((await early).eventCount).toBe(1);
    expect((await slow.read('fenced')).eventCount).toBe(2);
  });

  it('are rebuilt when Redis holds bytes that are no state', async () => {
    const { states } = await make(() => Promise.resolve(new Map([['torn', { ...emptyState(), eventCount: 7 }]])));
    await states.update(['torn'], count);
    await redis.set(`${testRedis.prefix}:{torn}:state`, 'no state at all');
    expect((await states.read('torn')).eventCount).toBe(7);
    await states.update(['torn'], count);
    expect((await states.read('torn')).eventCount).toBe(8);
  });

  it('are rebuilt when Redis holds another type of value', async () => {
    const { states } = await make(() => Promise.resolve(new Map([['typed', { ...emptyState(), eventCount: 7 }]])));
    await redis.lpush(`${testRedis.prefix}:{typed}:state`, 'a list');
    expect((await states.read('typed')).eventCount).toBe(7);
    await states.update(['typed'], count); // given up, and the list with it: what is loaded next has the change, as the log has
    await states.update(['typed'], count);
    expect((await states.read('typed')).eventCount).toBe(8);
  });

  it('cannot be had while Redis is away, and lack nothing when it is back', async () => {
    const away = connectRedis({ kind: 'single', url: 'redis://127.0.0.1:1' }, quiet);
    const snapshots = createPostgresSnapshotStore(database.pool);
    const states = createRedisLiveStates({ redis: away, prefix: testRedis.prefix, load: nothing, snapshots });
    await expect(states.read('somebody')).rejects.toThrow();
    await states.update(['somebody'], count); // given up: whoever reads next rebuilds it
    away.disconnect();
  });
});

describe('the address of Redis', () => {
  it('is one server, sentinels or a cluster', () => {
    expect(parseRedisAddress('redis://:secret@h:6380/2')).toEqual({ kind: 'single', url: 'redis://:secret@h:6380/2' });
    expect(parseRedisAddress('redis+sentinel://:p%40ss@h1,h2:26380/mymaster')).toEqual({
      kind: 'sentinel',
      name: 'mymaster',
      password: 'p@ss',
      tls: false,
      hosts: [{ host: 'h1', port: 26_379 }, { host: 'h2', port: 26_380 }],
    }); // prettier-ignore
    expect(parseRedisAddress('rediss+cluster://h1,h2:7001')).toEqual({
      kind: 'cluster',
      tls: true,
      hosts: [{ host: 'h1', port: 6_379 }, { host: 'h2', port: 7_001 }],
    }); // prettier-ignore
  });

  it.each([
    '',
    'http://h',
    'redis+sentinel://h1',
    'redis+cluster://h1/name',
    'redis+cluster://',
    'redis+cluster://h1,,h2',
    'redis+cluster://h:x',
  ])('is not %p', (text) => expect(parseRedisAddress(text)).toBeNull());
});
