import { createHmac } from 'node:crypto';
import { featureCatalogue } from '../core/features/catalogue.js';
import { type Purpose } from '../core/privacy/purposes.js';
import { tagCatalogue } from '../core/tags/catalogue.js';
import { type Binding } from '../ports/binding.js';
import { type LiveStates } from '../ports/live-states.js';
import { type App, type RawInput } from './app.js';
import { asEntries, BatchTally, checkBatchSize, type Write } from './batches.js';
import { createBlockOperations } from './blocks/block-operations.js';
import { type BlocksInForce, openBlocks } from './blocks/blocks-in-force.js';
import { createFallback } from './fallback.js';
import { createFollow, type Follow } from './follow-ledger.js';
import { type AlertMeters, NO_ALERT_METERS } from './alerts/alert-meters.js';
import { createAlertOperations } from './alerts/alert-operations.js';
import { type Alerts, createAlerts } from './alerts/alerts.js';
import { createCocoon, type CocoonInForce } from './cocoon/cocoon-in-force.js';
import { createCocoonReports } from './cocoon/cocoon-reports.js';
import { type WideningMeters } from './cocoon/widening-meters.js';
import { createShownCards } from './cocoon/shown-cards.js';
import { createCursors } from './cursors.js';
import { createEvidence, type EvidenceJobs } from './evidence/evidence.js';
import { createExperimentOperations } from './experiments/experiment-operations.js';
import { openExperimentation } from './experiments/open-experimentation.js';
import { createKeepArms } from './experiments/keep-arms.js';
import { createWatchExperiments } from './experiments/watch-experiments.js';
import { createExplain } from './explain.js';
import { createExports } from './exports.js';
import { createFitRules } from './fit-rules.js';
import { createFeedIds } from './feed-ids.js';
import { createImportLines } from './import-lines.js';
import { createImportTables } from './import-tables.js';
import { createItem, createListItems } from './list-items.js';
import { createInFlight } from './people/in-flight.js';
import { linkedExposureLog, linkedLedger } from './people/linked-logs.js';
import { openPeople } from './people/people.js';
import { NO_METERS, type ModelMeters } from './models/model-meters.js';
import { createModelEvidence, type EvidencePorts } from './models/model-evidence.js';
import { createModelGate, type GatePorts } from './models/model-gate.js';
import { createModelOperations } from './models/model-operations.js';
import { openScoring } from './models/open-scoring.js';
import { createPersonalData } from './people/personal-data.js';
import { createPersonalControls } from './people/controls.js';
import { createLoadStates } from './load-states.js';
import { createOperations } from './operate.js';
import { createMixShares } from './mix-shares.js';
import { createPipelineStatistics } from './pipeline-statistics.js';
import { openPopulation } from './population.js';
import { createProfile } from './profile.js';
import { createRecordEvents, type RecordEventsPorts } from './record-events.js';
import { createRebuildPages } from './replays/rebuild-pages.js';
import { createReplays, type ReplayQueue } from './replays/replay-operations.js';
import { createServePage } from './serve-page.js';
import { withKnownUsers } from './reports/known-users.js';
import { createItemJourney } from './reports/item-journey.js';
import { createReports } from './reports/reports.js';
import { createServingTimes, type ServingTimes } from './reports/serving-times.js';
import { openSettings, type SettingsInForce } from './settings-in-force.js';
import { openShopIndex, type ShopIndex } from './shop-index.js';
import { createDeliverFiring } from './triggers/deliver-firings.js';
import { createTriggerOperations } from './triggers/trigger-operations.js';
import { openTriggers, type TriggersInForce } from './triggers/triggers-in-force.js';
import { createSuggestFollows } from './suggest-follows.js';
import { createUploads } from './models/upload-model.js';
import { type CatalogueWritePorts, createWriteCatalogue } from './write-catalogue.js';

export interface AppOptions {
  purposes: ReadonlySet<Purpose>;
  timeZone: string;
  /** The one that amounts are summed in. */
  currency: string;
  locales: string[];
  /** Share of requests whose whole candidate pool is kept, 0..1; none when left out. */
  poolSample?: number;
  /** After how many days events and exposures go. */
  retentionDays?: number;
  /** Where it is counted how models fare; nowhere when left out. */
  meters?: ModelMeters;
  /** Where it is counted what widening does; nowhere when left out. */
  wideningMeters?: WideningMeters;
  /** Where it is counted how many alerts are open; nowhere when left out. */
  alertMeters?: AlertMeters;
  /** Epoch ms. */
  clock: () => number;
  /** Milliseconds that only grow. */
  stopwatch: () => number;
}

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

const PSEUDONYM_LENGTH = 16;

/** Pages with how long they took noted. */
const timedPages = (
  { feed, rank, related }: Pick<App, 'feed' | 'rank' | 'related'>,
  { timed }: ServingTimes,
): Pick<App, 'feed' | 'rank' | 'related'> => ({
  feed: timed(feed),
  rank: timed(rank),
  related: timed(related),
});

/** Open everything that a process derives and follows, in the order in which one needs the other. */
async function openParts(binding: Binding, options: AppOptions) {
  const { clock } = options;
  const { log } = binding;
  const onError = (error: unknown, doing: string): void =>
    log.warn({ err: error }, `could not ${doing}; the last known state stays in use`);
  const [cursorSecret, pseudonymSecret] = await Promise.all([binding.secrets.get('cursor'), binding.secrets.get('pseudonym')]);
  const people = await openPeople({ ...binding, ...options }, pseudonymSecret);
  const logs = { ledger: linkedLedger(binding.ledger, people), exposureLog: linkedExposureLog(binding.exposureLog, people) };
  const sharesTies = (userId: string): boolean => people.sharesTies(userId);
  const { meters = NO_METERS } = options;
  const [index, settings, scoring, population] = await Promise.all([
    openShopIndex({ ...binding, ...logs, onError, sharesTies, clock }),
    openSettings({ store: binding.settingsStore, notices: binding.notices, clock, onError }),
    openScoring(binding, { ...options, meters, onError }),
    openPopulation({ ...binding, onError }),
  ]);
  const blocks = await openBlocks({ ...binding, clock, shop: index.shop, onError });
  const shownCardsOf = createShownCards({ settings, index, timeZone: options.timeZone });
  const states = binding.createStates(createLoadStates({ ...binding, ...logs, ...options, index, people, shownCardsOf }));
  const cocoon = createCocoon({ ...binding, states, index, people, settings, clock });
  const triggers = await openTriggers({ ...binding, ...options, people, index, population, onError });
  people.onErased = (userIds) => {
    triggers.forget(userIds);
    index.forget(userIds).catch((error: unknown) => onError(error, 'forget what erased users told others'));
  };
  const pseudonym = pseudonymsBy(pseudonymSecret);
  const mixShares = createMixShares({ ...binding, index, clock, onError });
  const held = { index, states, people, population, settings, triggers, cocoon, shownCardsOf, blocks, pseudonym, mixShares };
  const beside = { ...held, poolSample: options.poolSample ?? 0, inFlight: createInFlight(), statistics: createPipelineStatistics() };
  const reportStore = withKnownUsers({ ...binding, ...options, ...held });
  const experimentation = await openExperimentation({ ...binding, ...options, ...held, ...scoring, reportStore, onError });
  const shared = { ...binding, ...logs, ...options, ...beside, ...scoring, ...experimentation, reportStore };
  return { shared, logs, scoring, cursors: createCursors(cursorSecret) };
}

/** Wire the use cases to a binding, loading what a process derives from the shop before it may serve. */
export async function createApp(binding: Binding, options: AppOptions): Promise<RunningApp> {
  const { shared, logs, scoring, cursors } = await openParts(binding, options);
  const { index, states, settings, triggers, cocoon, blocks, clock, experiments } = shared;
  const userProfile = createProfile(shared);
  const gate = createGate(shared);
  const servingTimes = createServingTimes(shared);
  const alerts = createAlerts({ alertMeters: NO_ALERT_METERS, ...shared });
  const { evidence, evidenceJobs } = createEvidence(shared);
  const { queue: replays, ...replayOperations } = createReplays(shared);

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
    fallback: createFallback(shared),
    ...createExperimentOperations(shared),
    ...createTriggerOperations({ ...shared, canCall: binding.webhook !== null, onKpiTrigger: () => alerts.onSaved() }),
    ...createAlertOperations({ ...shared, onSaved: () => alerts.onSaved() }),
    ...createWrites(shared),
    ...createImportTables(shared),
    ...createPersonalControls({ ...shared, userProfile, keepArms: createKeepArms(shared) }),
    ...createPersonalData({ ...shared, userProfile }),
    userProfile,
    ...createCocoonReports(shared),
    ...evidence,
    ...cataloguesOf(index),
    health: () => binding.health(),
    pseudonym: (userId) => shared.pseudonym(userId),
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
    ...endOf({ blocks, experiments, index, states, settings, triggers, scoring, cocoon }),
  };
}

const cataloguesOf = ({ shop }: ShopIndex): Pick<App, 'items' | 'item' | 'tagCatalogue' | 'featureCatalogue'> => ({
  items: createListItems(shop),
  item: createItem(shop),
  tagCatalogue: () => tagCatalogue,
  featureCatalogue: () => featureCatalogue,
});
const pseudonymsBy =
  (secret: Buffer) =>
  (userId: string): string =>
    createHmac('sha256', secret).update(userId).digest('hex').slice(0, PSEUDONYM_LENGTH);

/** How what is only in memory is kept, and all that follows changes stopped. */
function endOf(parts: {
  blocks: BlocksInForce;
  experiments: { close(): void };
  index: ShopIndex;
  states: LiveStates;
  settings: { close(): void };
  triggers: { close(): void };
  cocoon: Pick<CocoonInForce, 'keep'>;
  scoring: Pick<Awaited<ReturnType<typeof openScoring>>, 'shadow' | 'close'>;
}): Pick<RunningApp, 'keep' | 'close'> {
  const { blocks, experiments, index, states, settings, triggers, scoring, cocoon } = parts;
  const keep = async (): Promise<void> => {
    await Promise.all([states.flush(), index.keep(), scoring.shadow.keep(), cocoon.keep()]);
  };
  return {
    keep,
    async close() {
      index.close();
      blocks.close();
      experiments.close();
      settings.close();
      triggers.close();
      await keep();
      await scoring.close();
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

type Writes = Pick<App, 'recordEvents' | 'upsertItems' | 'updateItems' | 'removeItems' | 'upsertUsers' | 'importLines'>;

/** The write path, in batches of a call and in streams. */
function createWrites(ports: RecordEventsPorts & CatalogueWritePorts): Writes {
  const recordEvents = createRecordEvents(ports);
  const { upsertItems, updateItems, upsertUsers, removeItems } = createWriteCatalogue(ports);
  const batch = (name: string, write: Write) => async (inputs: RawInput[]) => {
    checkBatchSize(name, inputs.length);
    const tally = new BatchTally();
    await write(asEntries(inputs), tally);
    return tally.result();
  };
  return {
    recordEvents: batch('events', recordEvents),
    upsertItems: batch('items', upsertItems),
    updateItems: batch('items', updateItems),
    upsertUsers: batch('users', upsertUsers),
    async removeItems(ids) {
      checkBatchSize('ids', ids.length);
      const tally = new BatchTally();
      await removeItems(ids, tally);
      return tally.result();
    },
    importLines: createImportLines(
      { items: upsertItems, users: upsertUsers, events: recordEvents },
      ports.catalogueStore,
      ports.index.refreshCatalogue,
    ),
  };
}
