import { categoryGroups } from '../../diversification/cocoon/category-groups.js';
import { type CocoonBaseline, measureCocoon } from '../../diversification/cocoon/cocoon-index.js';
import { type UsualFeeds } from '../../diversification/cocoon/cocoon-now.js';
import { describeGenericFeed, type GenericFeed } from '../../diversification/cocoon/generic-feed.js';
import { hash32 } from '../../random.js';
import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { type RankingSettings } from '../../settings.js';
import { type CocoonState, emptyControl } from '../../tags/cocoon/cocoon-state.js';
import { collisionOf, emptySpread } from '../../tags/cocoon/spread.js';
import { foldPage } from '../../tags/fold.js';
import { DAY_MS } from '../../time.js';
import { type History } from '../history.js';
import { ReplayedShop } from '../replayed-shop.js';
import { configOf, pageOf, type Service } from '../service-methods.js';

/** What is examined: events before an instant make the users, who are then served a page a day. */
export interface CocoonPlan {
  dataset: string;
  slice: 'final' | 'tune';
  /** Epoch ms. */
  testFrom: number;
  /** At most so many users, picked by hash. */
  limit: number;
}

/** Means over users of what their feeds were measured to be. */
export interface CocoonRow {
  feed: string;
  pages: number;
  index: number;
  narrowCategory: number;
  repetition: number;
  amplification: number;
  tasteCoverage: number;
  confidence: number;
  /** Share of the worth of the pages that widening took. */
  cost: number;
  /** Correlation of the index with the logarithm of how much each user did before. */
  withActivity: number;
}

export interface CocoonReport extends CocoonPlan {
  users: number;
  generic: GenericFeed;
  baseline: CocoonBaseline;
  rows: CocoonRow[];
}

const { diversity } = DEFAULT_SETTINGS;
/** Only the loop asks for things from next door. */
const sources = DEFAULT_SETTINGS.sources.map((one) => (one.source === 'WIDENING' ? { ...one, limit: 40 } : one));
const OPEN = { maxPerCategory: diversity.window, maxPerBrand: diversity.window, maxPerCreator: diversity.window } as const;
const FEEDS: readonly { feed: string; diversity: Partial<RankingSettings['diversity']> }[] = [
  { feed: 'as a new shop has it', diversity: {} },
  { feed: 'without caps and variety', diversity: { ...OPEN, algorithm: 'NONE' } },
  { feed: 'variety of strength 0.2 without caps', diversity: OPEN },
  { feed: 'the same with the loop', diversity: { ...OPEN, adaptive: true } },
  { feed: 'as a new shop has it, with the loop', diversity: { adaptive: true } },
  { feed: 'variety of strength 0.5 without caps', diversity: { ...OPEN, strength: 0.5 } },
  { feed: 'calibrated to the taste, 0.5, without caps', diversity: { ...OPEN, algorithm: 'CALIBRATED', strength: 0.5 } },
];
const PAGES = [1, 3, 10] as const;
const GENERIC_PAGES = 5;

interface Watched extends Seen {
  feed: string;
  pages: number;
  activity: number;
}

/** What was shown to a user, and what widening took from it. */
interface Seen {
  cocoon: CocoonState;
  value: number;
  spent: number;
}

/** Serve users of a data set a page a day under several settings, and measure how narrow what they were shown is. */
export async function measureCocoons(history: History, plan: CocoonPlan, service: Service): Promise<CocoonReport> {
  const rows = Int32Array.from(history.at.keys()).filter((row) => history.at[row] < plan.testFrom);
  const shop = new ReplayedShop(history, rows);
  shop.learnFrom(rows.length, service.neighbourWindowMs);
  while (shop.told < rows.length) shop.observeNext();
  const activity = new Map<number, number>();
  for (const row of rows) activity.set(history.userOf[row], (activity.get(history.userOf[row]) ?? 0) + 1);
  const users = [...activity.keys()].sort((a, b) => hash32(history.users[a]) - hash32(history.users[b]) || a - b).slice(0, plan.limit);
  const generic = await readGeneric(shop, { service, plan, nobody: history.users.length });
  const chance = { generic: generic.categoryCollision, mean: generic.categoryCollision };
  const makers = { generic: generic.makerCollision, mean: generic.makerCollision };
  const usual = { baseline: { categories: chance, makers }, groupOf: categoryGroups(shop.shop.catalogue, generic.level) };
  const watched: Watched[] = [];
  for (const user of users)
    for (const { feed, diversity: change } of FEEDS) {
      const settings = { ...DEFAULT_SETTINGS, diversity: { ...diversity, ...change }, sources };
      for (const [pages, seen] of await watch(shop, { service, settings, user, from: plan.testFrom, usual }))
        watched.push({ feed, pages, activity: activity.get(user)!, ...seen });
    }
  return { ...plan, users: users.length, generic, ...summarise(watched, generic, shop) };
}

async function readGeneric(
  shop: ReplayedShop,
  { service, plan, nobody }: { service: Service; plan: CocoonPlan; nobody: number },
): Promise<GenericFeed> {
  const shownOnPage: number[] = [];
  for (let page = 0; page < GENERIC_PAGES; page++) {
    const { placed } = await pageOf(shop, { service, config: configOf(DEFAULT_SETTINGS) }, nobody, plan.testFrom, { shownOnPage });
    shownOnPage.push(...placed.map(({ itemNo }) => itemNo));
  }
  return describeGenericFeed(shop.shop.catalogue, shownOnPage, null);
}

let served = 0;

/** What was shown to a user, after some of his pages. */
async function watch(
  shop: ReplayedShop,
  { service, settings, user, from, usual }: { service: Service; settings: RankingSettings; user: number; from: number; usual: UsualFeeds },
): Promise<Map<number, Seen>> {
  const state = shop.stateOf(user, from);
  state.shown = new Map();
  Object.assign(state.cocoon, {
    categories: emptySpread(),
    makers: emptySpread(),
    repeats: emptySpread(),
    offered: emptySpread(),
    control: emptyControl(),
  });
  const after = new Map<number, Seen>();
  let [value, spent] = [0, 0];
  const last = PAGES[PAGES.length - 1];
  for (let pages = 1; pages <= last; pages++) {
    const servedAt = from + (pages - 1) * DAY_MS;
    const { placed, widening } = await pageOf(shop, { service, config: configOf(settings) }, user, servedAt, { usual });
    value += widening?.value ?? 0;
    spent += widening?.spent ?? 0;
    const page = {
      writer: 1,
      seq: ++served,
      receivedAt: servedAt,
      servedAt,
      feedId: String(served),
      kind: 'feed',
      fixedByCaller: false,
      placed,
      ...(widening && { widening }),
    };
    foldPage(state, page, { page, countsAt: 'SERVED', itemOf: (no) => shop.shop.catalogue.row(no) });
    if ((PAGES as readonly number[]).includes(pages)) after.set(pages, { cocoon: structuredClone(state.cocoon), value, spent });
  }
  return after;
}

function summarise(
  watched: readonly Watched[],
  generic: GenericFeed,
  { shop: { catalogue } }: ReplayedShop,
): Pick<CocoonReport, 'rows' | 'baseline'> {
  const groupOf = categoryGroups(catalogue, generic.level);
  const usual = watched.filter(({ feed, pages }) => feed === FEEDS[0].feed && pages === PAGES[PAGES.length - 1]);
  const mean = meanOf(usual.map(({ cocoon }) => collisionOf(cocoon.categories, groupOf)));
  const baseline = {
    categories: { generic: generic.categoryCollision, mean },
    makers: { generic: generic.makerCollision, mean: generic.makerCollision },
  };
  const rows = FEEDS.flatMap(({ feed }) =>
    PAGES.map((pages): CocoonRow => {
      const these = watched.filter((one) => one.feed === feed && one.pages === pages);
      const measured = these.map(({ cocoon }) => measureCocoon(cocoon, baseline, groupOf));
      const part = (name: keyof (typeof measured)[number]): number => meanOf(measured.map((one) => one[name]));
      return {
        feed,
        pages,
        index: part('index'),
        narrowCategory: part('narrowCategory'),
        repetition: part('repetition'),
        amplification: part('amplification'),
        tasteCoverage: part('tasteCoverage'),
        confidence: part('confidence'),
        cost: sum(these.map(({ spent }) => spent)) / Math.max(Number.MIN_VALUE, sum(these.map(({ value }) => value))),
        withActivity: correlation(measured.map(({ index }) => index), these.map(({ activity }) => Math.log(activity))), // prettier-ignore
      };
    }),
  );
  return { baseline, rows };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Pearson's, -1..1; 0 where one of them does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const product = meanOf(a.map((value, i) => (value - meanA) * (b[i] - meanB)));
  const spread = Math.sqrt(meanOf(a.map((value) => (value - meanA) ** 2)) * meanOf(b.map((value) => (value - meanB) ** 2)));
  return spread === 0 ? 0 : product / spread;
}
