import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createBullMqJobs } from '../../src/adapters/bullmq/jobs.js';
import { connectRedis } from '../../src/adapters/redis/connection.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
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
jobsContract('BullMQ on Redis', {
  open: () => {
    const connect = () => connectRedis({ kind: 'single', url: redis.url }, redisLog, 'queue');
    return createBullMqJobs({ connectionString: database.url, redis: { connect, prefix: '{imago-test}' }, log: redisLog });
  },
  cut: async () => {
    const client = new Redis(redis.url);
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal');
    client.disconnect();
  },
  log: redisLog,
});

describe('jobs on BullMQ', () => {
  it('rejects and leaves nothing open when the database cannot be reached', async () => {
    const url = new URL(database.url);
    url.port = '1';
    await expect(createBullMqJobs({ connectionString: url.href, log })).rejects.toThrow('ECONNREFUSED');
  });
});
