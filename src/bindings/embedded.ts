import { join } from 'node:path';
import { createBullMqJobs } from '../adapters/bullmq/jobs.js';
import { createMemoryLiveStates } from '../adapters/memory/live-states.js';
import { createMemoryTurns } from '../adapters/memory/turns.js';
import { createRateLimiter } from '../adapters/flexible/rate-limiter.js';
import { createWebhook } from '../adapters/http/webhook.js';
import { createOnnxProbe } from '../adapters/onnx/probe.js';
import { createOnnxRuntime } from '../adapters/onnx/runtime.js';
import { communityFinder } from '../adapters/graphology/community-finder.js';
import { acquireSingleProcessLock, openDatabase } from '../adapters/postgres/database.js';
import { startEmbeddedPostgres } from '../adapters/postgres/embedded/index.js';
import { createPostgresNotices } from '../adapters/postgres/notices.js';
import { ensurePartitions } from '../adapters/postgres/partitions.js';
import { createHeavyProcess } from '../adapters/process/heavy-process.js';
import { openSpool } from '../adapters/disk/spool.js';
import { type Binding } from '../ports/binding.js';
import { type Log } from '../ports/log.js';
import { openParts } from './closers.js';
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
export const openEmbeddedBinding = (options: EmbeddedBindingOptions): Promise<Binding> =>
  openParts(async (closers) => {
    const { dataDir, spoolMaxBytes = SPOOL_BYTES, retentionDays, userStateMaxBytes, webhookTarget, clock, log } = options;
    const url = options.databaseUrl ?? closers.add(await startEmbeddedPostgres({ dataDir, log }), (it) => it.stop()).url;
    const database = closers.add(await openDatabase({ url, poolSize: POOL_SIZE, log }), (it) => it.close());
    const { pool } = database;
    closers.add(await acquireSingleProcessLock(pool, log), (it) => it.release());
    await ensurePartitions(pool, clock());
    const notices = closers.add(await createPostgresNotices({ url, pool, log }), (it) => it.close());
    const modelRuntime = closers.add(createOnnxRuntime(), (it) => it.close());
    const stores = createPostgresStores({ ...options, ...database });
    const { snapshots } = stores;
    const spool = closers.add(await openSpool({ root: join(dataDir, 'spool'), maxBytes: spoolMaxBytes, log }), (it) => it.close());
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
      createRateLimiter,
      openJobs: () => createBullMqJobs({ connectionString: url, log }),
      openHeavyWork: (entry, setup, execArgv) =>
        createHeavyProcess({ entry, execArgv, setup: { ...setup, databaseUrl: url, retentionDays }, log }),
      health: () => databaseHealth(pool),
      spool,
      close: () => closers.closeAll(),
    };
  });
