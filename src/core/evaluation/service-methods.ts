import { cocoonNow, type UsualFeeds } from '../diversification/cocoon/cocoon-now.js';
import { type BuiltPage, type PageInputs, type RankPolicy } from '../page.js';
import { PURPOSES } from '../privacy/purposes.js';
import { seededRandom } from '../random.js';
import { type RankingConfig, type RankingSettings } from '../settings.js';
import { localHour } from '../time.js';
import { type Method } from './methods.js';
import { type Stream, type StreamMethod } from './next-event.js';
import { ReplayedShop } from './replayed-shop.js';
import { type Examinee, type Task } from './task.js';

/** How the service under measurement makes a page, and from how far back it learns the tables of neighbours. */
export interface Service {
  buildPage: (inputs: PageInputs) => Promise<BuiltPage>;
  neighbourWindowMs: number;
}

const PAGE = 20;
const SEED = 20;
/** Neighbours are made again after each further share of the events. */
const RELEARN_SHARE = 0.02;

/** The service with the settings it runs under. */
export interface Deployed {
  service: Service;
  config: RankingConfig;
}

/** Settings under which the order of a page is the order of its scores. */
export function withoutSlate(settings: RankingSettings): RankingSettings {
  const { diversity, mix, exploration } = settings;
  const { window } = diversity;
  return {
    ...settings,
    diversity: { ...diversity, algorithm: 'NONE', maxPerCategory: window, maxPerBrand: window, maxPerCreator: window },
    mix: { ...mix, newItemShare: 0, smallCreatorShare: 0, commercialShareMax: 1 },
    exploration: { ...exploration, method: 'NONE', share: 0 },
  };
}

export const configOf = (settings: RankingSettings): RankingConfig => ({
  surface: 'home',
  version: 1,
  baseVersion: null,
  status: 'ACTIVE',
  settings,
  author: 'evaluation',
  reason: null,
  createdAt: 0,
  activatedAt: 0,
});

/** Ask the replayed service for a page. No clock runs, so no deadline passes and the answer is the same every time. */
export function ask(shop: ReplayedShop, deployed: Deployed, user: number, now: number, masked: Iterable<number>): Promise<BuiltPage> {
  return pageOf(shop, deployed, user, now, { shownOnPage: shop.nosOf(masked) });
}

/** Nothing is held back of what the caller brings. */
const AS_BROUGHT: RankPolicy = { suppressBought: false, fatigue: false, caps: false, diversity: false, exploration: false };

/** The page of a user at an instant: a feed without some items, widened where it is told what is usual, or some candidates ranked. Items are numbers of the catalogue. */
export function pageOf(
  shop: ReplayedShop,
  { service, config }: Deployed,
  user: number,
  now: number,
  { shownOnPage = [], candidates, usual }: { shownOnPage?: number[]; candidates?: number[]; usual?: UsualFeeds },
): Promise<BuiltPage> {
  const brought = candidates && {
    itemNos: Uint32Array.from(candidates),
    prior: new Float32Array(candidates.length),
    priorWeight: 0,
    policy: AS_BROUGHT,
  };
  const state = shop.stateOf(user, now);
  return service.buildPage({
    request: {
      kind: brought ? 'rank' : 'feed',
      surface: config.surface,
      first: PAGE,
      filter: null,
      region: null,
      geohash: null,
      hour: localHour(now, 'UTC'),
      contextItems: [],
      candidates: brought ?? null,
      basket: null,
      placedBefore: [],
      shownOnPage,
    },
    config,
    shop: shop.shop,
    state,
    ...(usual && { cocoon: cocoonNow(state.cocoon, usual, { isControlled: true, breadth: 0 }) }),
    user: null,
    purposes: new Set(PURPOSES),
    now,
    random: seededRandom(SEED),
    clock: () => 0,
    deadline: Infinity,
    cancelled: () => false,
  });
}

/**
 * Make the pages of all examinees, one after the other in time, each from what happened up to the instant at which he is asked; but for the tables of
 * neighbours, which come from all of the fit data, as those of every other method do.
 */
export async function eachPage(
  task: Task,
  deployed: Deployed,
  use: (examinee: Examinee, page: BuiltPage, itemAt: (no: number) => number) => void,
): Promise<void> {
  const { fit } = task.split;
  const shop = new ReplayedShop(task.history, fit);
  shop.learnFrom(fit.length, deployed.service.neighbourWindowMs, true);
  const inTime = [...task.examinees].sort((a, b) => a.askAt - b.askAt || a.user - b.user);
  for (const examinee of inTime) {
    const { user, masked, askAt } = examinee;
    while (shop.told < fit.length && !(task.history.at[fit[shop.told]] > askAt)) shop.observeNext();
    use(examinee, await ask(shop, deployed, user, askAt, masked), (no) => shop.itemAt(no));
  }
}

async function pagesOf(task: Task, deployed: Deployed): Promise<Map<number, Int32Array>> {
  const pages = new Map<number, Int32Array>();
  await eachPage(task, deployed, ({ user }, { placed }, itemAt) =>
    pages.set(
      user,
      Int32Array.from(placed, ({ itemNo }) => itemAt(itemNo)),
    ),
  );
  return pages;
}

/** The service living through a stream: its tables of neighbours are made again from what happened so far, after every fiftieth of the events. */
export class StreamedService {
  readonly replayed: ReplayedShop;
  private readonly every: number;
  private learnAt = 0;

  constructor(
    stream: Stream,
    private readonly deployed: Deployed,
  ) {
    this.replayed = new ReplayedShop(stream.history, stream.rows);
    this.every = Math.max(1, Math.floor(stream.rows.length * RELEARN_SHARE));
  }

  /** The page of a user at an instant, without the items he has. */
  page(user: number, at: number, seen: Iterable<number>): Promise<BuiltPage> {
    const { replayed, deployed } = this;
    if (replayed.told >= this.learnAt) {
      replayed.learnFrom(replayed.told, deployed.service.neighbourWindowMs);
      this.learnAt = replayed.told + this.every;
    }
    return ask(replayed, deployed, user, at, seen);
  }
}

function streamMethod(stream: Stream, deployed: Deployed, isByScore: boolean): StreamMethod {
  const service = new StreamedService(stream, deployed);
  const { replayed } = service;
  return {
    observe: () => replayed.observeNext(),
    score: async (user, at, seen, scores) => {
      const { placed, ranked } = await service.page(user, at, seen);
      if (isByScore) ranked.itemNos.forEach((no, i) => (scores[replayed.itemAt(no)] = ranked.scores[i]));
      else placed.forEach(({ itemNo }, i) => (scores[replayed.itemAt(itemNo)] = -i));
    },
  };
}

export interface ServiceMethod {
  name: string;
  note: string;
  service: Service;
  settings: RankingSettings;
  /** The order of a page is that of its scores, so that equal scores can count as ties. */
  isByScore: boolean;
}

/** The service itself as a method, from candidates to the page: asked when the protocol asks, knowing what happened until then. */
export function serviceMethod({ name, note, service, settings, isByScore }: ServiceMethod): Method {
  const deployed: Deployed = { service, config: configOf(settings) };
  return {
    name,
    note: `${name}: ${note}`,
    needsGraph: false,
    rank: (task, depth) => {
      let pages: Promise<Map<number, Int32Array>> | undefined;
      return async ({ user }) => (await (pages ??= pagesOf(task, deployed))).get(user)!.subarray(0, depth);
    },
    stream: (stream) => streamMethod(stream, deployed, isByScore),
  };
}
