import { createBullMqJobs } from '../adapters/bullmq/jobs.js';
import { createMemoryLiveStates } from '../adapters/memory/live-states.js';
import { createWebhook } from '../adapters/http/webhook.js';
import { createOnnxProbe } from '../adapters/onnx/probe.js';
import { createOnnxRuntime } from '../adapters/onnx/runtime.js';
import { communityFinder } from '../adapters/graphology/community-finder.js';
import { createPostgresArtefactStore } from '../adapters/postgres/artefact-store.js';
import { createPostgresCatalogueStore } from '../adapters/postgres/catalogue-store.js';
import { acquireSingleProcessLock, type Database, openDatabase } from '../adapters/postgres/database.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../adapters/postgres/embedded/index.js';
import { createPostgresCocoonLedger, dropOldCocoonDays } from '../adapters/postgres/cocoon-ledger.js';
import { createPostgresErasures } from '../adapters/postgres/erasures.js';
import { createPostgresExposureExports } from '../adapters/postgres/exposure-exports.js';
import { createPostgresExposureLog, purgeExpiredClaims } from '../adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../adapters/postgres/ledger.js';
import { createPostgresModelStore } from '../adapters/postgres/model-store.js';
import { createPostgresNeighbourStore } from '../adapters/postgres/neighbour-store.js';
import { createPostgresNotices } from '../adapters/postgres/notices.js';
import { dropOldPartitions, ensurePartitions } from '../adapters/postgres/partitions.js';
import { createPostgresPeopleStore } from '../adapters/postgres/people-store.js';
import { createPostgresSecrets } from '../adapters/postgres/secrets.js';
import { createPostgresSettingsStore } from '../adapters/postgres/settings-store.js';
import { createPostgresSnapshotStore } from '../adapters/postgres/snapshot-store.js';
import { createPostgresTriggerStore } from '../adapters/postgres/trigger-store.js';
import { createPostgresUserStore } from '../adapters/postgres/user-store.js';
import { createHeavyProcess } from '../adapters/process/heavy-process.js';
import { type Binding } from '../ports/binding.js';
import { type Log } from '../ports/log.js';

export interface EmbeddedBindingOptions {
  /** Null starts the embedded server under `dataDir`. */
  databaseUrl: string | null;
  dataDir: string;
  retentionDays: number;
  userStateMaxBytes: number;
  /** Whom to call, and what is known to both; nobody when null or left out. */
  webhookTarget?: { url: string; secret: string } | null;
  clock: () => number;
  log: Log;
}

const POOL_SIZE = 12;
const DAY_MS = 86_400_000;

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
  { databaseUrl, retentionDays, userStateMaxBytes, webhookTarget, clock, log }: EmbeddedBindingOptions,
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
  const snapshots = createPostgresSnapshotStore(pool);
  const logs = { pool, clock, retentionDays };
  const triggerStore = createPostgresTriggerStore(pool);

  return {
    ledger: createPostgresLedger(logs),
    exposureLog: createPostgresExposureLog(logs),
    exposureExports: createPostgresExposureExports(logs),
    catalogueStore: createPostgresCatalogueStore({ pool, clock }),
    userStore: createPostgresUserStore(pool),
    peopleStore: createPostgresPeopleStore(pool),
    erasures: createPostgresErasures(pool),
    settingsStore: createPostgresSettingsStore(dataSource, clock),
    neighbourStore: createPostgresNeighbourStore(pool),
    communities: communityFinder,
    triggerStore,
    webhook: webhookTarget ? createWebhook(webhookTarget) : null,
    artefacts: createPostgresArtefactStore(pool),
    cocoonLedger: createPostgresCocoonLedger(pool),
    modelStore: createPostgresModelStore({ pool, clock }),
    modelRuntime,
    modelProbe: createOnnxProbe(),
    secrets: createPostgresSecrets(pool),
    snapshots,
    notices,
    log,
    createStates: (load) => createMemoryLiveStates({ load, snapshots, maxBytes: userStateMaxBytes }),
    openJobs: () => createBullMqJobs({ connectionString: url, log }),
    openHeavyWork: (entry, setup, execArgv) =>
      createHeavyProcess({ entry, execArgv, setup: { ...setup, databaseUrl: url, retentionDays }, log }),
    async maintain() {
      await ensurePartitions(pool, clock());
      await dropOldPartitions(pool, clock(), retentionDays);
      await dropOldCocoonDays(pool, clock(), retentionDays);
      await purgeExpiredClaims(pool);
      await triggerStore.purge({ firingsBefore: clock() - retentionDays * DAY_MS, now: clock() });
    },
    health: () => databaseHealth(database),
    async close() {
      await modelRuntime.close();
      await notices.close();
      lock.release();
      await database.close();
      await server?.stop();
    },
  };
}

async function databaseHealth({ pool }: Database): Promise<{ name: string; ok: boolean; detail: string }[]> {
  try {
    await pool.query('SELECT 1');
    return [{ name: 'postgres', ok: true, detail: `${pool.totalCount} connections, ${pool.waitingCount} waiting` }];
  } catch {
    return [{ name: 'postgres', ok: false, detail: 'no connection' }];
  }
}
