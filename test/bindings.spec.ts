import { Redis } from 'ioredis';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openDistributedBinding } from '../src/bindings/distributed.js';
import { openEmbeddedBinding } from '../src/bindings/embedded.js';
import { type Binding } from '../src/ports/binding.js';
import { eventually } from './support/eventually.js';
import { keptLog } from './support/kept-log.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { startRedis, type TestRedisServer } from './support/redis-server.mjs';

describe('a binding', () => {
  let database: TestDatabase;
  let redis: TestRedisServer;
  let dataDir: string;
  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
    dataDir = await mkdtemp(join(tmpdir(), 'imago-binding-'));
  });
  afterAll(async () => {
    await redis.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const shared = () => ({ dataDir, retentionDays: 400, clock: () => Date.now(), log: keptLog() });
  const embedded = () => openEmbeddedBinding({ ...shared(), databaseUrl: database.url, userStateMaxBytes: 1e7 });
  const distributed = () => openDistributedBinding({ ...shared(), databaseUrl: database.url, redisUrl: redis.url });

  /** Connections to the database and to Redis, but for those that ask. */
  async function connections(): Promise<[database: number, redis: number]> {
    const [client, other] = [new Client(database.url), new Redis(redis.url)];
    await client.connect();
    const { rows } = await client.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    const clients = (await other.client('LIST')) as string;
    await client.end();
    other.disconnect();
    return [rows[0].n, clients.trim().split('\n').length - 1];
  }

  it.each([
    ['embedded', embedded],
    ['distributed', distributed],
  ])('whose start fails late leaves nothing behind: %s', async (_name, open: () => Promise<Binding>) => {
    const inTheWay = join(dataDir, 'spool');
    await rm(inTheWay, { recursive: true, force: true });
    await writeFile(inTheWay, 'a file where a folder has to be');
    await expect(open()).rejects.toThrow(/ENOTDIR|EEXIST/);
    await eventually(async () => expect(await connections()).toEqual([0, 0]));
    await rm(inTheWay);
    // Nobody holds the lock, for others or alone.
    await (await embedded()).close();
  });

  it('that is closed leaves nothing behind either', async () => {
    await (await distributed()).close();
    await eventually(async () => expect(await connections()).toEqual([0, 0]));
  });
});
