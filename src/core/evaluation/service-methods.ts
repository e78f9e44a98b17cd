import { type BuiltPage, type PageInputs } from '../page.js';
import { PURPOSES } from '../privacy/purposes.js';
import { seededRandom } from '../random.js';
import { type RankingConfig, type RankingSettings } from '../settings.js';
import { localHour } from '../time.js';
import { type History } from './history.js';
import { type Method } from './methods.js';
import { type Stream, type StreamMethod } from './next-event.js';
import { ReplayedShop } from './replayed-shop.js';
import { type Task } from './task.js';

/** How the service under measurement makes a page, and from how far back it learns the tables of neighbours. */
export interface Service {
  buildPage: (inputs: PageInputs) => Promise<BuiltPage>;
  neighbourWindowMs: number;
}

const PAGE = 20;
const SEED = 20;
/** Neighbours are made again after each further share of the events. */
const RELEARN_SHARE = 0.02;

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

const configOf = (settings: RankingSettings): RankingConfig => ({
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

/** The service as it stands between two events. */
class ServiceReplay {
  private readonly shop: ReplayedShop;
  private learnAt = 0;

  /** @param events how many there will be in all */
  constructor(
    history: History,
    private readonly events: number,
    private readonly service: Service,
    private readonly config: RankingConfig,
  ) {
    this.shop = new ReplayedShop(history);
  }

  observe(row: number): void {
    this.shop.observe(row);
  }
  itemAt(no: number): number {
    return this.shop.itemAt(no);
  }

  /** Ask for a page. No clock runs, so no deadline passes and the answer is the same every time. */
  ask(user: number, now: number, masked: Iterable<number>): Promise<BuiltPage> {
    const { shop, service, config } = this;
    if (shop.size >= this.learnAt) {
      shop.learn(now, service.neighbourWindowMs);
      this.learnAt = shop.size + Math.max(1, Math.floor(this.events * RELEARN_SHARE));
    }
    return service.buildPage({
      request: {
        kind: 'feed',
        surface: config.surface,
        first: PAGE,
        filter: null,
        region: null,
        geohash: null,
        hour: localHour(now, 'UTC'),
        contextItems: [],
        candidates: null,
        basket: null,
        placedBefore: [],
        shownOnPage: shop.nosOf(masked),
      },
      config,
      shop: shop.shop,
      state: shop.stateOf(user, now),
      user: null,
      purposes: new Set(PURPOSES),
      now,
      random: seededRandom(SEED),
      clock: () => 0,
      deadline: Infinity,
      cancelled: () => false,
    });
  }
}

/** Pages of all examinees, one after the other in time, each from what happened up to the instant at which he is asked. */
async function pagesOf(task: Task, service: Service, config: RankingConfig): Promise<Map<number, Int32Array>> {
  const { fit } = task.split;
  const replay = new ServiceReplay(task.history, fit.length, service, config);
  const pages = new Map<number, Int32Array>();
  const inTime = [...task.examinees].sort((a, b) => a.askAt - b.askAt || a.user - b.user);
  let told = 0;
  for (const { user, masked, askAt } of inTime) {
    while (told < fit.length && !(task.history.at[fit[told]] > askAt)) replay.observe(fit[told++]);
    const { placed } = await replay.ask(user, askAt, masked);
    pages.set(
      user,
      Int32Array.from(placed, ({ itemNo }) => replay.itemAt(itemNo)),
    );
  }
  return pages;
}

function streamMethod(stream: Stream, service: Service, config: RankingConfig, isByScore: boolean): StreamMethod {
  const replay = new ServiceReplay(stream.history, stream.rows.length, service, config);
  return {
    observe: (row) => replay.observe(row),
    score: async (user, at, seen, scores) => {
      const { placed, ranked } = await replay.ask(user, at, seen);
      if (isByScore) ranked.itemNos.forEach((no, i) => (scores[replay.itemAt(no)] = ranked.scores[i]));
      else placed.forEach(({ itemNo }, i) => (scores[replay.itemAt(itemNo)] = -i));
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
  const config = configOf(settings);
  return {
    name,
    note: `${name}: ${note}`,
    needsGraph: false,
    rank: (task, depth) => {
      let pages: Promise<Map<number, Int32Array>> | undefined;
      return async ({ user }) => (await (pages ??= pagesOf(task, service, config))).get(user)!.subarray(0, depth);
    },
    stream: (stream) => streamMethod(stream, service, config, isByScore),
  };
}
