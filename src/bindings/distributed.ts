import { join } from 'node:path';
import { createBullMqJobs } from '../adapters/bullmq/jobs.js';
import { communityFinder } from '../adapters/graphology/community-finder.js';
import { createRateLimiter } from '../adapters/flexible/rate-limiter.js';
import { createWebhook } from '../adapters/http/webhook.js';
import { createMemoryTurns } from '../adapters/memory/turns.js';
import { createOnnxProbe } from '../adapters/onnx/probe.js';
import { createOnnxRuntime } from '../adapters/onnx/runtime.js';
import { openDatabase } from '../adapters/postgres/database.js';
import { createPostgresNotices } from '../adapters/postgres/notices.js';
import { ensurePartitions } from '../adapters/postgres/partitions.js';
import { acquireSingleProcessLock } from '../adapters/postgres/single-process-lock.js';
import { createHeavyProcess } from '../adapters/process/heavy-process.js';
import { connectRedis, parseRedisAddress, untilReady } from '../adapters/redis/connection.js';
import { redisHealth } from '../adapters/redis/health.js';
import { createRedisLiveStates } from '../adapters/redis/live-states.js';
import { ask } from '../adapters/redis/patience.js';
import { createRedisTurns } from '../adapters/redis/turns.js';
import { openSpool } from '../adapters/disk/spool.js';
import { type Binding } from '../ports/binding.js';
import { type Log } from '../ports/log.js';
import { openParts } from './closers.js';
import { databaseHealth } from './database-health.js';
import { type CountingOptions, createPostgresStores } from './postgres-stores.js';

export interface DistributedBindingOptions extends CountingOptions {
  databaseUrl: string;
  redisUrl: string;
  /** Of this machine; may be shared by processes. */
  dataDir: string;
  retentionDays: number;
  /** Whom to call, and what is known to both; nobody when null or left out. */
  webhookTarget?: { url: string; secret: string } | null;
  /** Before every key in Redis; one of the database when left out. */
  prefix?: string;
  /** What may wait on disk while the database is away; 256 MiB when left out. */
  spoolMaxBytes?: number;
  clock: () => number;
  log: Log;
}

const POOL_SIZE = 12;
const SPOOL_BYTES = 256 * 1024 * 1024;
const READY_WITHIN_MS = 10_000;
const PREFIX_BYTES = 6;

/** Any number of processes: your PostgreSQL, live user state, queues, budgets and turns in your Redis. */
export const openDistributedBinding = (options: DistributedBindingOptions): Promise<Binding> =>
  openParts(async (closers) => {
    const { databaseUrl: url, dataDir, spoolMaxBytes = SPOOL_BYTES, retentionDays, webhookTarget, clock, log } = options;
    const address = parseRedisAddress(options.redisUrl);
    if (!address) throw new Error('REDIS_URL cannot be read');
    const redis = closers.add(connectRedis(address, log), (it) => it.disconnect());
    await untilReady(redis, READY_WITHIN_MS);
    const database = closers.add(await openDatabase({ url, poolSize: POOL_SIZE, log }), (it) => it.close());
    const { pool } = database;
    closers.add(await acquireSingleProcessLock(pool, log, 'together'), (it) => it.release());
    await ensurePartitions(pool, clock());
    const notices = closers.add(await createPostgresNotices({ url, pool, log }), (it) => it.close());
    const modelRuntime = closers.add(createOnnxRuntime(), (it) => it.close());
    const stores = createPostgresStores({ ...options, ...database });
    const { secrets, snapshots } = stores;
    const spool = closers.add(await openSpool({ root: join(dataDir, 'spool'), maxBytes: spoolMaxBytes, log }), (it) => it.close());
    const prefix = options.prefix ?? prefixOf(await secrets.get('redis'));
    const shared = { redis, prefix };
    // In braces: the keys of a queue have to be in one slot of a cluster.
    const queues = { connect: (isOver: () => boolean) => connectRedis(address, log, 'queue', isOver), prefix: `{${prefix}}` };
    return {
      ...stores,
      isShared: true,
      communities: communityFinder,
      webhook: webhookTarget ? createWebhook(webhookTarget) : null,
      modelRuntime,
      modelProbe: createOnnxProbe(),
      notices,
      log,
      turns: createRedisTurns({ ...shared, within: createMemoryTurns() }),
      createStates: (load) => createRedisLiveStates({ ...shared, load, snapshots }),
      createRateLimiter: (pointsPerSecond) => createRateLimiter(pointsPerSecond, { ...shared, ask: (key, work) => ask(redis, key, work) }),
      openJobs: () => createBullMqJobs({ connectionString: url, redis: queues, log }),
      openHeavyWork: (entry, setup, execArgv) =>
        createHeavyProcess({ entry, execArgv, setup: { ...setup, databaseUrl: url, retentionDays }, log }),
      health: async () => (await Promise.all([databaseHealth(pool), redisHealth(redis)])).flat(),
      spool,
      close: () => closers.closeAll(),
    };
  });

/** Of the database, so that shops that share a Redis share no key. */
const prefixOf = (secret: Buffer): string => `imago-${secret.toString('hex', 0, PREFIX_BYTES)}`;
