import { MAX_DEPTH } from '../../candidates/catalogue.js';
import { placementChances } from '../../diversification/placement-chances.js';
import { type SlateFacts, type SlateInputs } from '../../diversification/slate-inputs.js';
import { type Page, type PlacedItem } from '../../exposures/exposure.js';
import { placedOf, remakePage, type WholePool } from '../../exposures/remake-page.js';
import { type LabelledOutcome } from '../../exposures/labels.js';
import { hash32, type Random, seededRandom } from '../../random.js';
import { type RankingSettings } from '../../settings.js';
import { DAY_MS, HOUR_MS } from '../../time.js';
import { ESTIMATORS, type Estimator } from '../off-policy/judge.js';
import { Replay, type ReplayReport } from './replay.js';

/** A small shop in which it is known what every item brings at every position, so that what a replay says can be held against the truth. */
export interface SyntheticShop {
  /** Kinds of requests, equally common, each with scores of its own. */
  contexts: number;
  items: number;
  /** The last so many are new. */
  newItems: number;
  positions: number;
  users: number;
  pagesPerUser: number;
}

export const SMALL_SLATES: SyntheticShop = { contexts: 8, items: 14, newItems: 6, positions: 4, users: 300, pagesPerUser: 4 };

const NOW = 1_000 * DAY_MS;

const nothing = (n: number): Int32Array => new Int32Array(n);
const factsOf = (n: number): SlateFacts => ({
  category: nothing(n),
  brand: nothing(n),
  creator: nothing(n),
  commercial: new Uint8Array(n),
  fatigued: new Uint8Array(n),
  paths: nothing(n * MAX_DEPTH),
});

/** The pool of a kind of request: what is old first, so that nothing new gets a place but by chance. */
function poolOf({ items, newItems, positions }: SyntheticShop, context: number, settings: RankingSettings): WholePool {
  const random = seededRandom(hash32(`context ${context}`));
  const isNew = (no: number): boolean => no >= items - newItems;
  const worth = Array.from({ length: items }, (_, no) => random() + (isNew(no) ? 0 : 2));
  const itemNos = Uint32Array.from(worth.keys()).sort((a, b) => worth[b] - worth[a]);
  const counts = (): Uint32Array => Uint32Array.from(itemNos, (no) => (isNew(no) ? 3 * no : 500));
  const slate: SlateInputs = {
    kind: 'feed', first: positions, placedBefore: 0, policy: { caps: true, diversity: true, exploration: true }, now: NOW,
    columns: factsOf(items), before: factsOf(0), liked: null, isKnown: true, chance: 0, late: { variety: false, attempt: null },
    trials: {
      createdAt: Float64Array.from(itemNos, (no) => NOW - (isNew(no) ? 1 : 900) * DAY_MS),
      brandSince: new Float64Array(items).fill(-Infinity),
      shown: { SERVED: counts(), RENDERED: counts(), IMPRESSION: counts() },
      clicks: Uint32Array.from(itemNos, (no) => (isNew(no) ? no % 3 : 25)),
      meanRate: { SERVED: 0.05, RENDERED: 0.05, IMPRESSION: 0.05 },
    },
  }; // prettier-ignore
  return {
    itemNos,
    sources: new Uint16Array(items),
    features: new Float32Array(0),
    scores: Float64Array.from(itemNos, (no) => worth[no]),
    removed: [],
    inputs: { slate, settings, score: { rows: Uint32Array.from(itemNos.keys()), less: null, prior: null, mayEarn: true } },
  };
}

/** Chance of a click: by item, less the further down it stands; what a user adds of his own is 1 in the mean. */
const clickChance = (itemNo: number, position: number): number => (0.05 + 0.3 * (hash32(`item ${itemNo}`) / 2 ** 32)) / Math.sqrt(position);

/** Exactly what a policy brings: mean click rate over contexts, pages that chance can make, and positions. */
export function truthOf(shop: SyntheticShop, logging: RankingSettings, target: RankingSettings): number {
  let sum = 0;
  for (let context = 0; context < shop.contexts; context++) {
    const { itemNos, slate } = remakePage(poolOf(shop, context, logging), [], target, null);
    placementChances(slate.base, slate.plan).forEach((here, i) => {
      for (const [rank, chance] of here) sum += chance * clickChance(itemNos[rank], i + 1);
    });
  }
  return sum / shop.contexts / shop.positions;
}

/** A page drawn and placed by the functions that serve. */
function servedPage(pool: WholePool, settings: RankingSettings, feedId: string): Page {
  const placed = placedOf(remakePage(pool, [], settings, null), pool).map((item): PlacedItem => {
    return {
      ...item,
      itemId: `${item.itemNo}`,
      sources: [],
      promoted: false,
      repeat: false,
      contributions: [],
      reasons: [],
      productIds: [],
    };
  });
  return {
    feedId, pageNo: 0, kind: 'feed', userId: feedId, sessionId: null, surface: 'home', pageId: null, servedAt: NOW, scorer: 'RULES', modelVersion: null,
    configVersion: 1, assignments: [], degraded: [], relaxed: [], poolSize: pool.itemNos.length, fixedByCaller: false, featureNames: [],
    features: new Float32Array(0), placed,
  }; // prettier-ignore
}

/** A log of one policy, replayed under another. */
export function replaySynthetic(shop: SyntheticShop, logging: RankingSettings, target: RankingSettings, seed: number): ReplayReport {
  const random: Random = seededRandom(seed);
  const replay = new Replay(['CLICK_RATE'], NOW + DAY_MS);
  const pools = Array.from({ length: shop.contexts }, (_, context) => poolOf(shop, context, logging));
  for (let user = 0; user < shop.users; user++) {
    const fondness = 0.5 + random();
    for (let n = 0; n < shop.pagesPerUser; n++) {
      const kind = pools[Math.floor(random() * shop.contexts)];
      const slate = { ...kind.inputs.slate, chance: Math.floor(random() * 2 ** 32) };
      const pool: WholePool = { ...kind, inputs: { ...kind.inputs, slate } };
      const page = servedPage(pool, logging, `${user}.${n}`);
      const clicked = page.placed.filter(({ itemNo, position }) => random() < fondness * clickChance(itemNo, position));
      const click = { type: 'CLICK', occurredAt: NOW + HOUR_MS / 2, itemId: null, orderId: null, quantity: null } as const;
      const outcomes = new Map(clicked.map(({ position }): [number, LabelledOutcome[]] => [position, [click]]));
      replay.add(user, { page, pool, outcomes }, remakePage(pool, [], target, null));
    }
  }
  return replay.report('CLICK_RATE', random);
}

/** How often intervals held the truth. */
export interface Coverage {
  logs: number;
  refused: number;
  truth: number;
  /** 0..1, of the logs that were not refused. */
  covered: Record<Estimator, number>;
  /** Mean of the estimates, and mean width of their intervals. */
  mean: Record<Estimator, number>;
  width: Record<Estimator, number>;
}

/** Replay many logs of one policy under another, and count whose intervals hold the truth. @param onLog told after each */
export function measureCoverage(
  shop: SyntheticShop,
  { logging, target, logs }: { logging: RankingSettings; target: RankingSettings; logs: number },
  onLog: (done: number) => void = () => undefined,
): Coverage {
  const truth = truthOf(shop, logging, target);
  const zero = (): Record<Estimator, number> => Object.fromEntries(ESTIMATORS.map((name) => [name, 0])) as Record<Estimator, number>;
  const coverage: Coverage = { logs, refused: 0, truth, covered: zero(), mean: zero(), width: zero() };
  for (let seed = 1; seed <= logs; seed++) {
    const { refused, estimates } = replaySynthetic(shop, logging, target, seed);
    if (refused !== null) coverage.refused++;
    for (const { estimator, value, interval } of estimates) {
      if (interval.low <= truth && truth <= interval.high) coverage.covered[estimator]++;
      coverage.mean[estimator] += value;
      coverage.width[estimator] += interval.high - interval.low;
    }
    onLog(seed);
  }
  const answered = Math.max(1, logs - coverage.refused);
  for (const sums of [coverage.covered, coverage.mean, coverage.width]) for (const name of ESTIMATORS) sums[name] /= answered;
  return coverage;
}
