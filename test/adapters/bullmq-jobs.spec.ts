import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createBullMqJobs } from '../../src/adapters/bullmq/jobs.js';
import { connectRedis, parseRedisAddress } from '../../src/adapters/redis/connection.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startRedisCluster } from '../support/redis-cluster.js';
import { startRedis, type TestRedisServer } from '../support/redis-server.mjs';

const log = keptLog();
let database: TestDatabase;
/** Of our own, since all its connections are cut. */
let redis: TestRedisServer;
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
});
afterAll(async () => {
  await redis.stop();
  await database.drop();
});

jobsContract('BullMQ on PostgreSQL', {
  open: () => createBullMqJobs({ connectionString: database.url, log }),
  cut: async () => {
    const client = new Client(database.url);
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
  },
  log,
});

const redisLog = keptLog();
const openOnRedis = () => {
  const connect = (isOver: () => boolean) => connectRedis({ kind: 'single', url: redis.url }, redisLog, 'queue', isOver);
  return createBullMqJobs({ connectionString: database.url, redis: { connect, prefix: '{imago-test}' }, log: redisLog });
};
jobsContract('BullMQ on Redis', {
  open: openOnRedis,
  cut: async () => {
    const client = new Redis(redis.url);
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal');
    client.disconnect();
  },
  log: redisLog,
});

describe('jobs on BullMQ on Redis', () => {
  it('go on at their intervals after Redis lost everything', async () => {
    const jobs = await openOnRedis();
    let runs = 0;
    await jobs.every('kept in mind', 500, () => Promise.resolve(void runs++));
    await eventually(() => expect(runs).toBeGreaterThan(0));
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    const before = runs;
    await eventually(() => expect(runs).toBeGreaterThan(before + 2), 20_000);
    await jobs.close();
  });
});

describe.each([
  ['one Redis', async () => startRedis().then((server) => ({ ...server, fail: () => server.stop() }))],
  ['a cluster', async () => startRedisCluster().then((cluster) => ({ ...cluster, fail: () => cluster.stop() }))],
])('jobs on BullMQ while %s is away', (_name, start) => {
  it('are closed all the same', async () => {
    const server = await start();
    const address = parseRedisAddress(server.url)!;
    const connect = (isOver: () => boolean) => connectRedis(address, redisLog, 'queue', isOver);
    const jobs = await createBullMqJobs({ connectionString: database.url, redis: { connect, prefix: '{away}' }, log: redisLog });
    await jobs.every('every hour', 3_600_000, () => Promise.resolve());
    await jobs.work('a queue', { attempts: 2, backoffMs: 100 }, () => Promise.resolve());
    await server.fail();
    const from = performance.now();
    await jobs.close();
    expect(performance.now() - from).toBeLessThan(8_000);
  }, 60_000);
});

describe('jobs on BullMQ', () => {
  it('rejects and leaves nothing open when the database cannot be reached', async () => {
    const url = new URL(database.url);
    url.port = '1';
    await expect(createBullMqJobs({ connectionString: url.href, log })).rejects.toThrow('ECONNREFUSED');
  });
});
