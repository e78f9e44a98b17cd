import { createPostgresAlertStore } from '../adapters/postgres/alert-store.js';
import { createPostgresArtefactStore } from '../adapters/postgres/artefact-store.js';
import { createPostgresBlockStore } from '../adapters/postgres/block-store.js';
import { createPostgresCatalogueStore } from '../adapters/postgres/catalogue-store.js';
import { createPostgresChainHeads } from '../adapters/postgres/chain-heads.js';
import { createPostgresCocoonLedger, dropOldCocoonDays } from '../adapters/postgres/cocoon-ledger.js';
import { type Database } from '../adapters/postgres/database.js';
import { createPostgresErasures } from '../adapters/postgres/erasures.js';
import { createPostgresExperimentStore } from '../adapters/postgres/experiment-store.js';
import { createPostgresExposureExports } from '../adapters/postgres/exposure-exports.js';
import { createPostgresExposureLog, purgeExpiredClaims } from '../adapters/postgres/exposure-log.js';
import { createPostgresExposureReports } from '../adapters/postgres/exposure-reports.js';
import { createPostgresLedger } from '../adapters/postgres/ledger.js';
import { createPostgresModelEvidenceStore } from '../adapters/postgres/model-evidence-store.js';
import { createPostgresModelStore } from '../adapters/postgres/model-store.js';
import { createPostgresNeighbourStore } from '../adapters/postgres/neighbour-store.js';
import { dropOldPartitions, ensurePartitions } from '../adapters/postgres/partitions.js';
import { createPostgresPeopleStore } from '../adapters/postgres/people-store.js';
import { createPostgresReportStore } from '../adapters/postgres/report-store.js';
import { createPostgresPrivacyLedger } from '../adapters/postgres/privacy-ledger.js';
import { createPostgresRefusedAccessLog } from '../adapters/postgres/refused-access-log.js';
import { createPostgresReplayStore } from '../adapters/postgres/replay-store.js';
import { createPostgresSecrets } from '../adapters/postgres/secrets.js';
import { createPostgresSettingsStore } from '../adapters/postgres/settings-store.js';
import { createPostgresSnapshotStore } from '../adapters/postgres/snapshot-store.js';
import { createPostgresTriggerStore } from '../adapters/postgres/trigger-store.js';
import { createPostgresUserStore } from '../adapters/postgres/user-store.js';
import { type Binding } from '../ports/binding.js';

/** Of a recipient of private reports of whom nothing else was said: epsilon 4, delta 0.00001. */
const USUAL_BUDGET = { epsilonMilli: 4_000, delta: 1e-5 };

/** How users are counted in reports. */
export interface CountingOptions {
  /** UTC when left out. */
  timeZone?: string;
  /** CNY when left out. */
  currency?: string;
  /** What somebody consented to who was never asked; to everything when left out. */
  defaultConsent?: ReadonlySet<string>;
}

const countingOf = ({ timeZone = 'UTC', currency = 'CNY', defaultConsent }: CountingOptions) => ({
  timeZone,
  currency,
  isAnalysedByDefault: defaultConsent?.has('ANALYTICS') ?? true,
});

const DAY_MS = 86_400_000;

/** Everything that is kept in PostgreSQL, which is the truth in every binding. */
export function createPostgresStores({
  pool,
  dataSource,
  clock,
  retentionDays,
  ...counting
}: Pick<Database, 'pool' | 'dataSource'> & { clock: () => number; retentionDays: number } & CountingOptions) {
  const logs = { pool, clock, retentionDays };
  const triggerStore = createPostgresTriggerStore(pool);
  const alertStore = createPostgresAlertStore(pool);
  return {
    ledger: createPostgresLedger(logs),
    exposureLog: createPostgresExposureLog(logs),
    exposureExports: createPostgresExposureExports(logs),
    exposureReports: createPostgresExposureReports(pool),
    replayStore: createPostgresReplayStore(pool),
    catalogueStore: createPostgresCatalogueStore({ pool, clock }),
    userStore: createPostgresUserStore(pool),
    peopleStore: createPostgresPeopleStore(pool),
    erasures: createPostgresErasures(pool),
    settingsStore: createPostgresSettingsStore(dataSource, clock),
    neighbourStore: createPostgresNeighbourStore(pool),
    triggerStore,
    alertStore,
    chainHeads: createPostgresChainHeads(pool),
    privacyLedger: createPostgresPrivacyLedger(pool, USUAL_BUDGET),
    refusedAccess: createPostgresRefusedAccessLog(pool),
    experimentStore: createPostgresExperimentStore(pool),
    reportStore: createPostgresReportStore({ pool, clock, ...countingOf(counting) }),
    blockStore: createPostgresBlockStore(pool),
    artefacts: createPostgresArtefactStore(pool),
    cocoonLedger: createPostgresCocoonLedger(pool),
    modelStore: createPostgresModelStore({ pool, clock }),
    modelEvidence: createPostgresModelEvidenceStore(pool),
    secrets: createPostgresSecrets(pool),
    snapshots: createPostgresSnapshotStore(pool),
    async maintain() {
      await ensurePartitions(pool, clock());
      await dropOldPartitions(pool, clock(), retentionDays);
      await dropOldCocoonDays(pool, clock(), retentionDays);
      await purgeExpiredClaims(pool);
      await alertStore.purge(clock() - retentionDays * DAY_MS);
      await triggerStore.purge({ firingsBefore: clock() - retentionDays * DAY_MS, now: clock() });
    },
  } satisfies Partial<Binding>;
}
