import { Redis } from 'ioredis';
import { createBullMqJobs } from '../../src/adapters/bullmq/jobs.js';
import { createRateLimiter } from '../../src/adapters/flexible/rate-limiter.js';
import { createMemoryTurns } from '../../src/adapters/memory/turns.js';
import { createPostgresSnapshotStore } from '../../src/adapters/postgres/snapshot-store.js';
import {
  connectRedis,
  parseRedisAddress,
  type RedisAddress,
  type RedisConnection,
  untilReady,
} from '../../src/adapters/redis/connection.js';
import { redisHealth } from '../../src/adapters/redis/health.js';
import { createRedisLiveStates } from '../../src/adapters/redis/live-states.js';
import { ask } from '../../src/adapters/redis/patience.js';
import { createRedisTurns } from '../../src/adapters/redis/turns.js';
import { emptyState, type UserState } from '../../src/core/tags/state.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { type Load, liveStatesContract } from '../contract/live-states.contract.js';
import { rateLimiterContract } from '../contract/rate-limiter.contract.js';
import { turnsContract } from '../contract/turns.contract.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';
import { startRedisCluster, type TestRedisCluster } from '../support/redis-cluster.js';

const PREFIX = 'imago-test';
const log = keptLog();
let cluster: TestRedisCluster;
let address: RedisAddress;
let redis: RedisConnection;
let database: OpenTestDatabase;
beforeAll(async () => {
  [cluster, database] = await Promise.all([startRedisCluster(), openTestDatabase()]);
  address = parseRedisAddress(cluster.url)!;
  redis = connectRedis(address, log);
  await untilReady(redis, 10_000);
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  await database.close();
  await cluster.stop();
});

const makeStates = (load: Load) => {
  const snapshots = createPostgresSnapshotStore(database.pool);
  return { states: createRedisLiveStates({ redis, prefix: PREFIX, load, snapshots }), snapshots, close: () => Promise.resolve() };
};
const openTurns = () => createRedisTurns({ redis, prefix: PREFIX, within: createMemoryTurns() });
const openLimiter = () => createRateLimiter(5, { redis, prefix: PREFIX, ask: (key, work) => ask(redis, key, work) });
const onNode = async <T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url);
  return work(client).finally(() => client.disconnect());
};

liveStatesContract('Redis Cluster', (load) => Promise.resolve(makeStates(load)));
turnsContract('Redis Cluster', () => [openTurns(), openTurns()]);
rateLimiterContract('Redis Cluster', () => [openLimiter(), openLimiter()]);
jobsContract('BullMQ on Redis Cluster', {
  open: () =>
    createBullMqJobs({
      connectionString: database.url,
      redis: { connect: (isOver: () => boolean) => connectRedis(address, log, 'queue', isOver), prefix: `{${PREFIX}}` },
      log,
    }),
  cut: async () => {
    for (const { url } of cluster.nodes) await onNode(url, (client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal'));
  },
  log,
});

describe('a cluster', () => {
  const count = (_: string, state: UserState) => void state.eventCount++;
  const users = Array.from({ length: 60 }, (_, i) => `spread-${i}`);
  /** What the logs know: of each user one event. */
  const logged: Load = (userIds) => Promise.resolve(new Map(userIds.map((userId) => [userId, { ...emptyState(), eventCount: 1 }])));
  const keyOf = (userId: string): string => `${PREFIX}:{${userId}}:state`;
  const sizes = () => Promise.all(cluster.nodes.map(({ url }) => onNode(url, (client) => client.dbsize())));

  it('holds states on every node, both keys of a user on one', async () => {
    const { states } = makeStates(logged);
    await states.update(users, count);
    for (const size of await sizes()) expect(size).toBeGreaterThan(5);
    states.drop(users);
    await states.update(users, count);
    for (const [, state] of await states.readMany(users)) expect(state.eventCount).toBe(2);
  });

  it('is followed when a slot moves to another node, with what was in it', async () => {
    const { states } = makeStates(logged);
    const [userId] = users;
    await states.update([userId], count);
    const [to, from] = await ownersOf(cluster, keyOf(userId));
    await moveSlot({ from, to, keys: [keyOf(userId), `${PREFIX}:{${userId}}:fence`] });
    await states.update([userId], count);
    expect((await states.read(userId)).eventCount).toBe(4);
    expect((await sizes()).reduce((a, b) => a + b)).toBeGreaterThan(0);
  });

  it('goes on without the states of one node while that is away, says so, and has them again when it is back', async () => {
    const { states } = makeStates(logged);
    await states.update(users, count);
    await cluster.nodes[2].kill();
    const had = await states.readMany(users);
    expect(had.size).toBeGreaterThan(20);
    expect(had.size).toBeLessThan(50);
    expect(await redisHealth(redis)).toMatchObject({ ok: true, answers: false, detail: expect.stringContaining('1 of 3 masters away') as string }); // prettier-ignore
    expect(log.lines).toContain('warn: a node of Redis is away; what needs it is done without, or waits');
    const from = performance.now();
    for (let round = 0; round < 5; round++) await states.readMany(users);
    expect(performance.now() - from).toBeLessThan(5 * 250); // who waits for a node that is away waits 250 ms
    await states.update(users, count); // of those that cannot be had it is given up: the log has it

    await cluster.nodes[2].start();
    await eventually(async () => expect((await states.readMany(users)).size).toBe(users.length), 10_000);
    expect(await redisHealth(redis)).toMatchObject({ answers: true, detail: 'connected to 3 masters' });
    expect(log.lines).toContain('info: a node of Redis is back');
  }, 40_000);
});

/** The addresses of a node that has not the slot of a key, and of the one that has. */
async function ownersOf({ nodes }: TestRedisCluster, key: string): Promise<[other: string, owner: string]> {
  const held = await Promise.all(nodes.map(({ url }) => onNode(url, (client) => client.exists(key).catch(() => 0))));
  const owner = held.indexOf(1);
  return [nodes[(owner + 1) % nodes.length].url, nodes[owner].url];
}

/** As `redis-cli --cluster reshard` does it. */
async function moveSlot({ from, to, keys }: { from: string; to: string; keys: string[] }): Promise<void> {
  const idOf = (url: string) => onNode(url, (client) => client.call('CLUSTER', 'MYID') as Promise<string>);
  const [fromId, toId] = [await idOf(from), await idOf(to)];
  const slot = await onNode(from, (client) => client.call('CLUSTER', 'KEYSLOT', keys[0]) as Promise<number>);
  const { hostname, port } = new URL(to);
  await onNode(to, (client) => client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId));
  await onNode(from, async (client) => {
    await client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    await client.call('MIGRATE', hostname, port, '', 0, 5_000, 'KEYS', ...keys);
  });
  for (const url of [to, from]) await onNode(url, (client) => client.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId));
}
