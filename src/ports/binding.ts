import { type UserState } from '../core/tags/state.js';
import { type AlertStore } from './alert-store.js';
import { type ArtefactStore } from './artefact-store.js';
import { type BlockStore } from './block-store.js';
import { type CatalogueStore } from './catalogue-store.js';
import { type ChainHeads } from './chain-heads.js';
import { type CocoonLedger } from './cocoon-ledger.js';
import { type CommunityFinder } from './communities.js';
import { type DependencyHealth } from './dependency-health.js';
import { type ExperimentStore } from './experiment-store.js';
import { type ExposureExports } from './exposure-exports.js';
import { type ExposureLog } from './exposure-log.js';
import { type ExposureReports } from './exposure-reports.js';
import { type HeavyWork } from './heavy-work.js';
import { type Jobs } from './jobs.js';
import { type Ledger } from './ledger.js';
import { type LiveStates } from './live-states.js';
import { type Log } from './log.js';
import { type ModelProbe, type ModelRuntime } from './model-runtime.js';
import { type ModelEvidenceStore } from './model-evidence-store.js';
import { type ModelStore } from './model-store.js';
import { type NeighbourStore } from './neighbour-store.js';
import { type Notices } from './notices.js';
import { type Erasures, type PeopleStore } from './people-store.js';
import { type PrivacyLedger } from './privacy-ledger.js';
import { type ReportStore } from './report-store.js';
import { type RateLimiter } from './rate-limiter.js';
import { type RefusedAccessLog } from './refused-access.js';
import { type ReplayStore } from './replay-store.js';
import { type Secrets } from './secrets.js';
import { type SettingsStore } from './settings-store.js';
import { type SnapshotStore } from './snapshot-store.js';
import { type Spool } from './spool.js';
import { type TriggerStore } from './trigger-store.js';
import { type Turns } from './turns.js';
import { type UserStore } from './user-store.js';
import { type Webhook } from './webhook.js';

/** All ports of one deployment, each served by the adapter that the binding chose. */
export interface Binding {
  /** Whether other processes may serve the same shop at the same time. */
  isShared: boolean;
  ledger: Ledger;
  exposureLog: ExposureLog;
  exposureExports: ExposureExports;
  exposureReports: ExposureReports;
  replayStore: ReplayStore;
  chainHeads: ChainHeads;
  privacyLedger: PrivacyLedger;
  refusedAccess: RefusedAccessLog;
  catalogueStore: CatalogueStore;
  userStore: UserStore;
  peopleStore: PeopleStore;
  erasures: Erasures;
  snapshots: SnapshotStore;
  settingsStore: SettingsStore;
  neighbourStore: NeighbourStore;
  triggerStore: TriggerStore;
  alertStore: AlertStore;
  experimentStore: ExperimentStore;
  blockStore: BlockStore;
  /** Null where nobody is to be called. */
  webhook: Webhook | null;
  artefacts: ArtefactStore;
  cocoonLedger: CocoonLedger;
  reportStore: ReportStore;
  communities: CommunityFinder;
  modelStore: ModelStore;
  modelEvidence: ModelEvidenceStore;
  modelRuntime: ModelRuntime;
  modelProbe: ModelProbe;
  secrets: Secrets;
  /** Where what was acknowledged waits while the database is away. */
  spool: Spool;
  notices: Notices;
  log: Log;
  /** Live states that rebuild what they lack with `load`. */
  createStates(load: (userIds: string[]) => Promise<Map<string, UserState>>): LiveStates;
  /** The job queue; opened after the service listens, since nothing that a request waits for needs it. */
  openJobs(): Promise<Jobs & { close(): Promise<void> }>;
  /** Where work that reads whole logs is done: by `entry` in a process of its own, which is told `setup` and where the stores are. */
  openHeavyWork(entry: URL, setup: object, execArgv?: readonly string[]): HeavyWork;
  turns: Turns;
  /** Budgets of so many points a second each. */
  createRateLimiter(pointsPerSecond: number): RateLimiter;
  /** Keep partitions ahead of time, drop those past retention, purge what expired. Safe to repeat. */
  maintain(): Promise<void>;
  /** State of everything the service depends on. Never rejects. */
  health(): Promise<DependencyHealth[]>;
  /** Let go of everything; call it once, after the last use. */
  close(): Promise<void>;
}
