import { randomInt } from 'node:crypto';
import { type CocoonNow } from '../core/diversification/cocoon/cocoon-now.js';
import { type PageInputs, type PageRequest } from '../core/page.js';
import { type Person, mutesInForce, unknownPerson } from '../core/privacy/person.js';
import { seededRandom } from '../core/random.js';
import { type PageInput, type RankPageInput, type RelatedPageInput } from '../core/requests/page-input.js';
import { type RankingConfig } from '../core/settings.js';
import { emptyState, type UserState } from '../core/tags/state.js';
import { localTime } from '../core/tags/local-time.js';
import { localHour } from '../core/time.js';
import { type LiveStates } from '../ports/live-states.js';
import { type Log } from '../ports/log.js';
import { type CocoonInForce } from './cocoon/cocoon-in-force.js';
import { type ChosenModels, type ModelsInForce } from './models/models-in-force.js';
import { type MixShares } from './mix-shares.js';
import { type Overload } from './overload.js';
import { patiently } from './spooling/reach.js';
import { type SettingsInForce } from './settings-in-force.js';
import { type ShopIndex } from './shop-index.js';
import { type People } from './people/people.js';
import { type TriggersInForce } from './triggers/triggers-in-force.js';

export interface PageInputPorts {
  index: ShopIndex;
  states: LiveStates;
  people: People;
  settings: SettingsInForce;
  triggers: Pick<TriggersInForce, 'versionFor'>;
  models: ModelsInForce;
  overload: Overload;
  mixShares: MixShares;
  cocoon: Pick<CocoonInForce, 'ofPage'>;
  timeZone: string;
  clock: () => number;
  /** Milliseconds that only grow. */
  stopwatch: () => number;
  log: Log;
}

/** What pages of one feed share, and what earlier pages placed. */
export interface Continuation {
  config: RankingConfig;
  models: ChosenModels['models'];
  seed: number;
  placedBefore: number[];
  shownOnPage: number[];
}

const DEFAULT_DEADLINE_MS = 1_000;

export const newSeed = (): number => randomInt(2 ** 31);

/** The settings a request asks for: those of its preview, those that a trigger switched its user to, or else those in force. */
export function chosenSettings(
  { preview, surface, userId }: PageInput,
  { settings, triggers, log }: Pick<PageInputPorts, 'settings' | 'triggers' | 'log'>,
): Promise<RankingConfig> | RankingConfig {
  if (preview?.configVersion) return settings.version(surface, preview.configVersion);
  if (preview?.config) return settings.merged(surface, preview.config);
  const switched = triggers.versionFor(userId, surface);
  if (switched === null) return settings.of(surface);
  return switched
    .then((version) => (version === null ? settings.of(surface) : settings.version(surface, version)))
    .catch((error: unknown) => {
      log.warn({ err: error }, 'whether a trigger switched the strategy could not be read; the feed goes on with the settings in force');
      return settings.of(surface);
    });
}

/** The models a request asks for: those in force, or that of its preview. */
export function chosenModels(input: PageInput, models: ModelsInForce): Promise<ChosenModels> | ChosenModels {
  const version = input.preview?.modelVersion ?? null;
  return version === null ? models.of(input.surface) : models.previewed(version);
}

/** The caller's candidates by number, with his scores scaled to 0..1; unknown and removed ones apart. */
export function resolveCandidates(
  input: RankPageInput,
  index: ShopIndex,
): { candidates: NonNullable<PageRequest['candidates']>; unknownItemIds: string[] } {
  const { catalogue } = index.shop;
  const known: { no: number; prior: number }[] = [];
  const unknownItemIds: string[] = [];
  input.candidates.forEach(({ id, score }, place) => {
    const no = catalogue.no(id);
    if (no === undefined || catalogue.removed[no]) unknownItemIds.push(id);
    else known.push({ no, prior: score ?? input.candidates.length - place });
  });
  const priors = known.map(({ prior }) => prior);
  const low = Math.min(...priors);
  const range = Math.max(...priors) - low;
  return {
    candidates: {
      itemNos: Uint32Array.from(known, ({ no }) => no),
      prior: Float32Array.from(known, ({ prior }) => (range > 0 ? (prior - low) / range : 1)),
      priorWeight: input.priorWeight,
      policy: input.policy,
    },
    unknownItemIds,
  };
}

const knownNos = (ids: (string | null)[], index: ShopIndex): number[] =>
  ids.flatMap((id) => (id === null ? [] : [index.shop.catalogue.no(id) ?? -1])).filter((no) => no >= 0);

/** A request in numbers, as the core reads it. */
export function pageRequest(
  input: PageInput,
  { index, timeZone, clock }: PageInputPorts,
  { placedBefore, shownOnPage }: Continuation,
): PageRequest {
  return {
    kind: 'feed',
    surface: input.surface,
    first: input.first,
    filter: input.filter,
    region: input.context.region,
    geohash: input.context.geohash,
    hour: localHour(input.preview?.at ?? clock(), input.context.timeZone ?? timeZone),
    day: localTime(input.preview?.at ?? clock(), timeZone).day,
    contextItems: knownNos([input.context.currentItemId, ...input.context.cartItemIds], index),
    candidates: null,
    basket: null,
    placedBefore,
    shownOnPage,
  };
}

/** The basket of `related`; items that are not in the catalogue relate to nothing and come back as unknown. */
export function resolveBasket(
  input: RelatedPageInput,
  index: ShopIndex,
): { basket: NonNullable<PageRequest['basket']>; unknownItemIds: string[] } {
  const unknownItemIds = input.itemIds.filter((id) => index.shop.catalogue.no(id) === undefined);
  return { basket: { itemNos: knownNos(input.itemIds, index), relation: input.relation }, unknownItemIds };
}

async function loadState(userId: string | null, { states, log }: PageInputPorts): Promise<UserState | null> {
  if (userId === null) return emptyState();
  return patiently(states.read(userId)).catch((error: unknown) => {
    log.warn({ err: error }, 'a user state could not be read; the feed goes on without it');
    return null;
  });
}

/** Null where it cannot be read: then nothing of the user may be used but what always binds. */
async function loadPerson(userId: string | null, { people, log }: PageInputPorts): Promise<Person | null> {
  if (userId === null) return unknownPerson('');
  return people.get(userId).catch((error: unknown) => {
    log.warn({ err: error }, 'what a user decided could not be read; the feed goes on without personalisation');
    return null;
  });
}

/** How narrow the user's feeds were before this page; undefined where that is not known, or may not be. */
async function loadCocoon(
  state: UserState | null,
  person: Person | null,
  { cocoon, people, log }: PageInputPorts,
): Promise<CocoonNow | undefined> {
  if (!state || !person || person.userId === '' || !people.purposesOf(person, Infinity).has('PERSONALISATION')) return undefined;
  return patiently(cocoon.ofPage(state, person)).catch((error: unknown) => {
    log.warn({ err: error }, 'what a cocoon is compared with could not be read; the page goes without its index and is not widened');
    return undefined;
  });
}

/** Load what a page is made from: the one read of the outside that a feed waits for before it is built. */
export async function loadPageInputs(
  input: PageInput,
  request: PageRequest,
  ports: PageInputPorts,
  { config, models, seed }: Continuation,
): Promise<PageInputs> {
  const started = ports.stopwatch();
  const [state, person] = await Promise.all([loadState(input.userId, ports), loadPerson(input.userId, ports)]);
  const { mix } = config.settings;
  await ports.mixShares.waitFor(mix);
  const now = input.preview?.at ?? ports.clock();
  return {
    request,
    config,
    // A preview shows what the settings do, not what the day has come to.
    owed: input.preview ? undefined : ports.mixShares.owed(input.surface, mix),
    shop: ports.index.shop,
    state,
    isUserUnread: person === null,
    user: person?.attributes ?? null,
    purposes: person === null ? new Set(['ESSENTIAL']) : ports.people.purposesOf(person, Infinity),
    muted: person === null ? [] : mutesInForce(person, now),
    cocoon: await loadCocoon(state, person, ports),
    models,
    maxCandidates: ports.overload.maxCandidates(),
    now,
    random: seededRandom(seed),
    clock: ports.stopwatch,
    deadline: started + (input.deadlineMs ?? DEFAULT_DEADLINE_MS),
    cancelled: () => false,
  };
}
