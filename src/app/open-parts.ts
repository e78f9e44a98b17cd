import { createHmac } from 'node:crypto';
import { type Purpose } from '../core/privacy/purposes.js';
import { type Binding } from '../ports/binding.js';
import { createAdmission } from './admission.js';
import { openBlocks } from './blocks/blocks-in-force.js';
import { type AlertMeters } from './alerts/alert-meters.js';
import { createCocoon } from './cocoon/cocoon-in-force.js';
import { type WideningMeters } from './cocoon/widening-meters.js';
import { createShownCards } from './cocoon/shown-cards.js';
import { createCursors } from './cursors.js';
import { openExperimentation } from './experiments/open-experimentation.js';
import { followErasures } from './people/follow-erasures.js';
import { createInFlight } from './people/in-flight.js';
import { linkedExposureLog, linkedLedger } from './people/linked-logs.js';
import { createRebuildStates } from './people/rebuild-states.js';
import { openPeople } from './people/people.js';
import { NO_METERS, type ModelMeters } from './models/model-meters.js';
import { openScoring } from './models/open-scoring.js';
import { createLoadStates } from './load-states.js';
import { createMixShares } from './mix-shares.js';
import { createPacing } from './pacing.js';
import { createPipelineStatistics } from './pipeline-statistics.js';
import { openPopulation } from './population.js';
import { withKnownUsers } from './reports/known-users.js';
import { openSettings } from './settings-in-force.js';
import { openShopIndex } from './shop-index.js';
import { deferredLog } from './spooling/deferred-log.js';
import { guardedLoad, guardedStores, openReach } from './spooling/spooling.js';
import { openTriggers } from './triggers/triggers-in-force.js';

const PSEUDONYM_LENGTH = 16;

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

/** Open everything that a process derives and follows, in the order in which one needs the other. */
export async function openParts(whole: Binding, options: AppOptions) {
  const { clock } = options;
  const { log, spool } = whole;
  const { reach, onReached } = openReach(whole);
  const binding = { ...whole, ...guardedStores(whole, reach) };
  const onError = (error: unknown, doing: string): void =>
    log.warn({ err: error }, `could not ${doing}; the last known state stays in use`);
  const [cursorSecret, pseudonymSecret] = await Promise.all([binding.secrets.get('cursor'), binding.secrets.get('pseudonym')]);
  const people = await openPeople({ ...binding, ...options }, pseudonymSecret);
  const logs = { ledger: linkedLedger(binding.ledger, people), exposureLog: linkedExposureLog(binding.exposureLog, people) };
  const sharesTies = (userId: string): boolean => people.sharesTies(userId);
  const erasedAt = (userId: string): number | null => people.erasedAt(userId);
  const { meters = NO_METERS } = options;
  const [index, settings, scoring, population] = await Promise.all([
    openShopIndex({ ...binding, ...logs, onError, sharesTies, erasedAt, clock }),
    openSettings({ store: binding.settingsStore, notices: binding.notices, clock, onError }),
    openScoring(binding, { ...options, meters, onError }),
    openPopulation({ ...binding, onError }),
  ]);
  const blocks = await openBlocks({ ...binding, clock, shop: index.shop, onError });
  const shownCardsOf = createShownCards({ settings, index, timeZone: options.timeZone });
  const states = binding.createStates(
    guardedLoad(createLoadStates({ ...binding, ...logs, ...options, index, people, shownCardsOf }), reach),
  );
  const cocoon = createCocoon({ ...binding, states, index, people, settings, clock });
  const triggers = await openTriggers({ ...binding, ...options, people, index, population, onError });
  const inFlight = createInFlight();
  followErasures({ ...binding, people, states, triggers, index, inFlight, onError });
  const rebuildStates = createRebuildStates({ ...binding, people, states, inFlight, onError });
  const pseudonym = pseudonymsBy(pseudonymSecret);
  const mixShares = createMixShares({ ...binding, index, clock, onError });
  const held = { index, states, people, population, settings, triggers, cocoon, shownCardsOf, blocks, pseudonym, mixShares };
  const beside = { ...held, rebuildStates, poolSample: options.poolSample ?? 0, inFlight, statistics: createPipelineStatistics() };
  const reportStore = withKnownUsers({ ...binding, ...options, ...held });
  const experimentation = await openExperimentation({ ...binding, ...options, ...held, ...scoring, reportStore, onError });
  const exposureLog = deferredLog(logs.exposureLog, { reach, spool, clock });
  const shared = {
    ...binding,
    ...logs,
    exposureLog,
    reach,
    admission: createAdmission(),
    pace: createPacing(),
    ...options,
    ...beside,
    ...scoring,
    ...experimentation,
    reportStore,
  };
  const stopFollowing = (): void => {
    for (const part of [reach, index, blocks, experimentation.experiments, settings, triggers]) part.close();
  };
  return { shared, logs, scoring, cursors: createCursors(cursorSecret), onReached, stopFollowing };
}

const pseudonymsBy =
  (secret: Buffer) =>
  (userId: string): string =>
    createHmac('sha256', secret).update(userId).digest('hex').slice(0, PSEUDONYM_LENGTH);
