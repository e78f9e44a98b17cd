import { featureCatalogue } from '../core/features/catalogue.js';
import { tagCatalogue } from '../core/tags/catalogue.js';
import { type Binding } from '../ports/binding.js';
import { type LiveStates } from '../ports/live-states.js';
import { type App } from './app.js';
import { createBlockOperations } from './blocks/block-operations.js';
import { createFallback } from './fallback.js';
import { createFollow, type Follow } from './follow-ledger.js';
import { NO_ALERT_METERS } from './alerts/alert-meters.js';
import { createAlertOperations } from './alerts/alert-operations.js';
import { type Alerts, createAlerts } from './alerts/alerts.js';
import { type CocoonInForce } from './cocoon/cocoon-in-force.js';
import { createCocoonReports } from './cocoon/cocoon-reports.js';
import { type ShownCardsOf } from './cocoon/shown-cards.js';
import { createEvidence, type EvidenceJobs } from './evidence/evidence.js';
import { createExperimentOperations } from './experiments/experiment-operations.js';
import { createKeepArms } from './experiments/keep-arms.js';
import { createWatchExperiments } from './experiments/watch-experiments.js';
import { createExplain } from './explain.js';
import { createExports } from './exports.js';
import { createFitRules } from './fit-rules.js';
import { createFeedIds } from './feed-ids.js';
import { createImportTables } from './import-tables.js';
import { createItem, createListItems } from './list-items.js';
import { createModelEvidence, type EvidencePorts } from './models/model-evidence.js';
import { createModelGate, type GatePorts } from './models/model-gate.js';
import { createModelOperations } from './models/model-operations.js';
import { type openScoring } from './models/open-scoring.js';
import { createPersonalData } from './people/personal-data.js';
import { createPersonalControls } from './people/controls.js';
import { createNoteRefusedAccess, type RefusedAccessPorts } from './note-refused-access.js';
import { createOperations } from './operate.js';
import { createProfile } from './profile.js';
import { createRebuildPages } from './replays/rebuild-pages.js';
import { createReplays, type ReplayQueue } from './replays/replay-operations.js';
import { createServePage } from './serve-page.js';
import { createItemJourney } from './reports/item-journey.js';
import { createReports } from './reports/reports.js';
import { createServingTimes, type ServingTimes } from './reports/serving-times.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';
import { createDeliverFiring } from './triggers/deliver-firings.js';
import { createTriggerOperations } from './triggers/trigger-operations.js';
import { type TriggersInForce } from './triggers/triggers-in-force.js';
import { createSuggestFollows } from './suggest-follows.js';
import { createUploads } from './models/upload-model.js';
import { type AppOptions, openParts } from './open-parts.js';
import { type Write } from './batches.js';
import { createRecordEvents, type RecordEventsPorts } from './record-events.js';
import { createTakeSpooled } from './spooling/drain-spool.js';
import { type Draining, spooledHealth, startDraining } from './spooling/spooling.js';
import { createWrites } from './writes.js';

export { type AppOptions } from './open-parts.js';

export interface RunningApp extends EvidenceJobs {
  app: App;
  index: ShopIndex;
  states: LiveStates;
  /** With everything under the users to whom it belongs now. */
  logs: Pick<Binding, 'ledger' | 'exposureLog'>;
  /** Judges the model versions that wait; `onUpload` is called when there is one more, by whoever runs it. */
  gate: { run: () => Promise<void>; onUpload: () => void };
  /** `onPending` is called when firings wait, by whoever delivers them. */
  triggers: TriggersInForce;
  deliverFiring: ReturnType<typeof createDeliverFiring>;
  alerts: Alerts;
  replays: ReplayQueue;
  /** Stop experiments that do harm, and take the steps of ramps. `onRollback` is called before an experiment is rolled back. */
  watchExperiments(onRollback: (key: string) => Promise<void>): Promise<void>;
  /** Complete the indices of a day that is over. */
  closeDay(): Promise<void>;
  /** Take over what other processes record; nothing where there are none. */
  follow: Follow;
  /** Keep what is only in memory, so that the next start has less to read. */
  keep(): Promise<void>;
  /** Stop following changes, and keep what is only in memory. */
  close(): Promise<void>;
}

/** Pages with how long they took noted. */
const timedPages = (
  { feed, rank, related }: Pick<App, 'feed' | 'rank' | 'related'>,
  { timed }: ServingTimes,
): Pick<App, 'feed' | 'rank' | 'related'> => ({
  feed: timed(feed),
  rank: timed(rank),
  related: timed(related),
});

/** Wire the use cases to a binding, loading what a process derives from the shop before it may serve. */
export async function createApp(binding: Binding, options: AppOptions): Promise<RunningApp> {
  const { shared, logs, scoring, cursors, onReached, stopFollowing } = await openParts(binding, options);
  const { index, states, settings, triggers, cocoon, clock, experiments } = shared;
  const userProfile = createProfile(shared);
  const gate = createGate(shared);
  const servingTimes = createServingTimes(shared);
  const alerts = createAlerts({ alertMeters: NO_ALERT_METERS, ...shared });
  const { evidence, evidenceJobs } = createEvidence(shared);
  const { queue: replays, ...replayOperations } = createReplays(shared);
  const { record, draining } = startRecording(shared, logs, onReached);

  const app: App = {
    ...timedPages(createServePage({ ...shared, cursors, newFeedId: createFeedIds(clock) }), servingTimes),
    ...createReports({ ...shared, servingTimes }),
    itemJourney: createItemJourney(shared),
    suggestFollows: createSuggestFollows(shared),
    ...createExplain(shared),
    ...createExports(shared),
    ...createModelOperations(shared),
    ...replayOperations,
    ...createRebuildPages(shared),
    ...createUploads({ ...binding, onUpload: () => gate.onUpload() }),
    ...createOperations({
      settings,
      store: binding.settingsStore,
      fitRules: createFitRules(shared),
      onActivated: () => experiments.openPhases(),
    }),
    ...createBlockOperations(shared),
    isFull: () => shared.admission.isFull(),
    fallback: createFallback(shared),
    ...createExperimentOperations(shared),
    ...createTriggerOperations({ ...shared, canCall: binding.webhook !== null, onKpiTrigger: () => alerts.onSaved() }),
    ...createAlertOperations({ ...shared, onSaved: () => alerts.onSaved() }),
    ...createWrites(shared, record),
    ...createImportTables(shared),
    ...createPersonalControls({ ...shared, userProfile, keepArms: createKeepArms(shared) }),
    ...createPersonalData({ ...shared, userProfile }),
    userProfile,
    ...createCocoonReports(shared),
    ...evidence,
    ...cataloguesOf(index),
    ...forTheEdge(binding, shared),
  };
  return {
    app,
    gate,
    logs,
    index,
    states,
    triggers,
    deliverFiring: createDeliverFiring(shared),
    alerts,
    watchExperiments: (onRollback) => createWatchExperiments({ ...shared, onRollback })(),
    closeDay: () => cocoon.closeDay(),
    ...evidenceJobs,
    replays,
    follow: createFollow(shared),
    ...endOf({ draining, stopFollowing, index, states, scoring, cocoon }),
  };
}

/** What the edge asks for itself. */
const forTheEdge = (
  binding: Pick<Binding, 'health' | 'spool'>,
  shared: RefusedAccessPorts,
): Pick<App, 'health' | 'pseudonym' | 'noteRefusedAccess'> => ({
  health: async () => spooledHealth(await binding.health(), binding.spool),
  pseudonym: (userId) => shared.pseudonym(userId),
  noteRefusedAccess: createNoteRefusedAccess(shared),
});

const cataloguesOf = ({ shop }: ShopIndex): Pick<App, 'items' | 'item' | 'tagCatalogue' | 'featureCatalogue'> => ({
  items: createListItems(shop),
  item: createItem(shop),
  tagCatalogue: () => tagCatalogue,
  featureCatalogue: () => featureCatalogue,
});

/** Record events, and bring over those that were kept in the spool. */
function startRecording(
  shared: RecordEventsPorts & Pick<Binding, 'spool' | 'log'> & { shownCardsOf: ShownCardsOf },
  logs: Pick<Binding, 'exposureLog'>,
  onReached: (listener: () => void) => void,
): { record: Write; draining: Draining } {
  const { record, recordNow } = createRecordEvents(shared);
  return { record, draining: startDraining({ ...shared, take: createTakeSpooled({ ...shared, ...logs, recordNow }), onReached }) };
}

/** How what is only in memory is kept, and all that follows changes stopped. */
function endOf(parts: {
  draining: Draining;
  stopFollowing: () => void;
  index: ShopIndex;
  states: LiveStates;
  cocoon: Pick<CocoonInForce, 'keep'>;
  scoring: Pick<Awaited<ReturnType<typeof openScoring>>, 'shadow' | 'close'>;
}): Pick<RunningApp, 'keep' | 'close'> {
  const { index, states, scoring, cocoon } = parts;
  const keep = async (): Promise<void> => {
    await Promise.all([states.flush(), index.keep(), scoring.shadow.keep(), cocoon.keep()]);
  };
  return {
    keep,
    async close() {
      parts.draining.stop();
      parts.stopFollowing();
      await keep().finally(() => scoring.close());
    },
  };
}

/** The gate of models over everything that it looks at. */
function createGate(
  ports: Omit<EvidencePorts & GatePorts, 'rules' | 'evidence'> & { settings: Pick<SettingsInForce, 'of'> },
): RunningApp['gate'] {
  const rules = () => ports.settings.of('home').settings.rules;
  return { run: createModelGate({ ...ports, evidence: createModelEvidence({ ...ports, rules }) }), onUpload: () => undefined };
}
