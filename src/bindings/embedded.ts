import { join } from 'node:path';
import { createBullMqJobs } from '../adapters/bullmq/jobs.js';
import { createMemoryLiveStates } from '../adapters/memory/live-states.js';
import { createMemoryRateLimiter } from '../adapters/memory/rate-limiter.js';
import { createMemoryTurns } from '../adapters/memory/turns.js';
import { createWebhook } from '../adapters/http/webhook.js';
import { createOnnxProbe } from '../adapters/onnx/probe.js';
import { createOnnxRuntime } from '../adapters/onnx/runtime.js';
import { communityFinder } from '../adapters/graphology/community-finder.js';
import { acquireSingleProcessLock, openDatabase } from '../adapters/postgres/database.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../adapters/postgres/embedded/index.js';
import { createPostgresNotices } from '../adapters/postgres/notices.js';
import { ensurePartitions } from '../adapters/postgres/partitions.js';
import { createHeavyProcess } from '../adapters/process/heavy-process.js';
import { openSpool } from '../adapters/disk/spool.js';
import { type Binding } from '../ports/binding.js';
import { type Log } from '../ports/log.js';
import { databaseHealth } from './database-health.js';
import { type CountingOptions, createPostgresStores } from './postgres-stores.js';

export interface EmbeddedBindingOptions extends CountingOptions {
  /** Null starts the embedded server under `dataDir`. */
  databaseUrl: string | null;
  dataDir: string;
  retentionDays: number;
  userStateMaxBytes: number;
  /** Whom to call, and what is known to both; nobody when null or left out. */
  webhookTarget?: { url: string; secret: string } | null;
  /** What may wait on disk while the database is away; 256 MiB when left out. */
  spoolMaxBytes?: number;
  clock: () => number;
  log: Log;
}

const POOL_SIZE = 12;
const SPOOL_BYTES = 256 * 1024 * 1024;

/** One process: PostgreSQL (its own, unless an address is given), live user state in process memory, jobs on PostgreSQL. */
export async function openEmbeddedBinding(options: EmbeddedBindingOptions): Promise<Binding> {
  const { dataDir, log } = options;
  const server = options.databaseUrl === null ? await startEmbeddedPostgres({ dataDir, log }) : null;
  try {
    return await bind(options, server);
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

async function bind(
  {
    databaseUrl,
    dataDir,
    spoolMaxBytes = SPOOL_BYTES,
    retentionDays,
    userStateMaxBytes,
    webhookTarget,
    clock,
    log,
    timeZone,
    currency,
    defaultConsent,
  }: EmbeddedBindingOptions,
  server: EmbeddedPostgres | null,
): Promise<Binding> {
  const url = server?.url ?? databaseUrl!;
  const database = await openDatabase({ url, poolSize: POOL_SIZE, log });
  const { pool, dataSource } = database;
  const lock = await acquireSingleProcessLock(pool, log).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  await ensurePartitions(pool, clock());
  const notices = await createPostgresNotices({ url, pool, log });
  const modelRuntime = createOnnxRuntime();
  const stores = createPostgresStores({ pool, dataSource, clock, retentionDays, timeZone, currency, defaultConsent });
  const { snapshots } = stores;
  const spool = await openSpool({ root: join(dataDir, 'spool'), maxBytes: spoolMaxBytes, log });

  return {
    ...stores,
    isShared: false,
    communities: communityFinder,
    webhook: webhookTarget ? createWebhook(webhookTarget) : null,
    modelRuntime,
    modelProbe: createOnnxProbe(),
    notices,
    log,
    createStates: (load) => createMemoryLiveStates({ load, snapshots, maxBytes: userStateMaxBytes }),
    turns: createMemoryTurns(),
    createRateLimiter: createMemoryRateLimiter,
    openJobs: () => createBullMqJobs({ connectionString: url, log }),
    openHeavyWork: (entry, setup, execArgv) =>
      createHeavyProcess({ entry, execArgv, setup: { ...setup, databaseUrl: url, retentionDays }, log }),
    health: () => databaseHealth(pool),
    spool,
    async close() {
      await spool.close();
      await modelRuntime.close();
      await notices.close();
      lock.release();
      await database.close();
      await server?.stop();
    },
  };
}
