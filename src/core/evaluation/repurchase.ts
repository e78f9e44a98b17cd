import { cycleDays, learnCycles, ownCycleDays, type RepurchaseCycles, type Trade } from '../candidates/repurchase.js';
import { hash32 } from '../random.js';
import { DEFAULT_SETTINGS } from '../settings-defaults.js';
import { BOUNDS } from '../tags/state.js';
import { DAY_MS } from '../time.js';
import { type History } from './history.js';
import { finished, ReplayedShop } from './replayed-shop.js';
import { ask, configOf, type Service } from './service-methods.js';

/** What is examined: purchases before an instant teach, those after it test. Times are epoch ms. */
export interface RepurchasePlan {
  dataset: string;
  slice: 'final' | 'tune';
  testFrom: number;
  /** Null is the end of the data. */
  testUntil: number | null;
  /** Ask for the pages of at most so many users, picked by hash; null asks for those of all. */
  limit: number | null;
}

/** One way to hold back what was bought, on the same cases as the others. */
export interface RuleRow {
  rule: string;
  /** Repurchases of the test at whose moment the rule would have let the item be shown. */
  allowed: number;
  /** Pairs of user and item bought before the test that the rule lets be shown when it begins, and those of them bought again in the test. */
  free: number;
  freeAndBought: number;
}

export interface RepurchaseReport extends RepurchasePlan {
  /** Purchases by which something was learned, as lines of orders. */
  fitPurchases: number;
  categories: number;
  /** Categories with a cycle of their own, and the days of these, ascending. */
  cycles: number[];
  /** Pairs of user and item bought before the test. */
  pairs: number;
  /** Those bought again in the test: first time each. */
  repurchases: number;
  /** Repurchases of things whose category has a cycle. */
  withCycle: number;
  rules: RuleRow[];
  pages: PageCounts;
}

/** Items on the pages of some users when the test begins. */
export interface PageCounts {
  users: number;
  served: number;
  /** Of them bought by the same user before the test, bought by him again in it, and shown although their hold is not over. */
  boughtBefore: number;
  boughtAgain: number;
  withinHold: number;
  /** Of those he had not bought before, what he buys in the test. */
  boughtFirst: number;
}

const FIXED_DAYS = 30;

/** A user bought an item before the test: when last, on which days, the learned holds in days (null for good), and when first again in the test (NaN for never). */
interface Pair {
  lastAt: number;
  boughtOn: number[];
  /** By categories alone. */
  categoryDays: number | null;
  /** With his own cycle. */
  days: number | null;
  againAt: number;
}

const RULES: readonly { rule: string; holdDays: (pair: Pair) => number }[] = [
  { rule: 'no hold', holdDays: () => 0 },
  { rule: `${FIXED_DAYS} days for everything`, holdDays: () => FIXED_DAYS },
  { rule: 'learned cycle of the categories', holdDays: ({ categoryDays }) => categoryDays ?? Infinity },
  { rule: 'learned cycle, and his own', holdDays: ({ days }) => days ?? Infinity },
  { rule: 'held for good', holdDays: () => Infinity },
];

/** Whether a rule lets an item be shown at an instant. */
const isFree = (pair: Pair, holdDays: (pair: Pair) => number, at: number): boolean => at - pair.lastAt >= holdDays(pair) * DAY_MS;

function rowOf(pairs: readonly Pair[], { rule, holdDays }: (typeof RULES)[number], testFrom: number): RuleRow {
  const again = pairs.filter(({ againAt }) => !Number.isNaN(againAt));
  const free = pairs.filter((pair) => isFree(pair, holdDays, testFrom));
  return {
    rule,
    allowed: again.filter((pair) => isFree(pair, holdDays, pair.againAt)).length,
    free: free.length,
    freeAndBought: free.filter(({ againAt }) => !Number.isNaN(againAt)).length,
  };
}

/** Everything below works on purchases alone, in the numbers of the history. */
interface Examined {
  history: History;
  fit: Int32Array;
  test: Int32Array;
  cycles: RepurchaseCycles;
}

const keyOf = ({ users, userOf, itemOf }: History, row: number): number => itemOf[row] * users.length + userOf[row];

function pairsOf({ history, fit, test, cycles }: Examined): Map<number, Pair> {
  const pairs = new Map<number, Pair>();
  for (const row of fit) {
    const key = keyOf(history, row);
    const day = Math.floor(history.at[row] / DAY_MS);
    const boughtOn = pairs.get(key)?.boughtOn ?? [];
    if (boughtOn[boughtOn.length - 1] !== day) boughtOn.push(day);
    if (boughtOn.length > BOUNDS.boughtOn) boughtOn.shift();
    const categoryDays = cycleDays(cycles, history.categoriesOf[history.itemOf[row]]);
    pairs.set(key, { lastAt: history.at[row], boughtOn, categoryDays, days: ownCycleDays(categoryDays, boughtOn), againAt: Number.NaN });
  }
  for (const row of test) {
    const pair = pairs.get(keyOf(history, row));
    if (pair && Number.isNaN(pair.againAt)) pair.againAt = history.at[row];
  }
  return pairs;
}

/** Ask for everyone's page when the test begins, and look for what is on it too early. */
async function pagesAt(
  { history, test, cycles }: Examined,
  { rows, pairs, plan, service }: { rows: Int32Array; pairs: ReadonlyMap<number, Pair>; plan: RepurchasePlan; service: Service },
): Promise<PageCounts> {
  const shop = new ReplayedShop(history, rows);
  shop.learnFrom(rows.length, service.neighbourWindowMs);
  while (shop.told < rows.length) shop.observeNext();
  // The catalogue counts categories from 1, the history from 0.
  shop.shop.cycles = { ...cycles, byCategory: new Map(Array.from(cycles.byCategory, ([category, cycle]) => [category + 1, cycle])) };
  const config = configOf(DEFAULT_SETTINGS);
  const buyers = [...new Set(Array.from(pairs.keys(), (key) => key % history.users.length))];
  const asked = buyers.sort((a, b) => hash32(history.users[a]) - hash32(history.users[b]) || a - b).slice(0, plan.limit ?? Infinity);
  const found = { users: asked.length, served: 0, boughtBefore: 0, boughtAgain: 0, withinHold: 0, boughtFirst: 0 };
  const boughtInTest = new Set(Array.from(test, (row) => keyOf(history, row)));
  for (const user of asked) {
    const { placed } = await ask(shop, { service, config }, user, plan.testFrom, []);
    for (const { itemNo } of placed) {
      const key = shop.itemAt(itemNo) * history.users.length + user;
      const pair = pairs.get(key);
      found.served++;
      if (boughtInTest.has(key)) found[pair ? 'boughtAgain' : 'boughtFirst']++;
      if (!pair) continue;
      found.boughtBefore++;
      if (!isFree(pair, ({ days }) => days ?? Infinity, plan.testFrom)) found.withinHold++;
    }
  }
  return found;
}

/** Examine the learned hold on what was bought: what it lets through of true repurchases, and whether the pages of the service obey it. */
export async function measureRepurchase(history: History, plan: RepurchasePlan, service: Service): Promise<RepurchaseReport> {
  const purchase = history.types.findIndex((name) => name.toLowerCase() === 'purchase');
  const { testFrom, testUntil } = plan;
  const all = Int32Array.from(history.at.keys());
  const rows = all.filter((row) => history.at[row] < testFrom);
  const fit = rows.filter((row) => history.typeOf[row] === purchase);
  const test = all.filter(
    (row) => history.typeOf[row] === purchase && history.at[row] >= testFrom && history.at[row] < (testUntil ?? Infinity),
  );
  const trades = Array.from(fit, (row): Trade => {
    return { userNo: history.userOf[row], itemNo: history.itemOf[row], at: history.at[row], bought: true };
  });
  const cycles = finished(learnCycles(trades, (item) => history.categoriesOf[item], testFrom));
  const examined: Examined = { history, fit, test, cycles };
  const byKey = pairsOf(examined);
  const pairs = [...byKey.values()];
  const again = pairs.filter(({ againAt }) => !Number.isNaN(againAt));
  const learned = Array.from(cycles.byCategory.keys(), (category) => cycleDays(cycles, [category]));
  return {
    ...plan,
    fitPurchases: fit.length,
    categories: cycles.byCategory.size,
    cycles: learned.filter((days) => days !== null).sort((a, b) => a - b),
    pairs: pairs.length,
    repurchases: again.length,
    withCycle: again.filter(({ categoryDays }) => categoryDays !== null).length,
    rules: RULES.map((rule) => rowOf(pairs, rule, testFrom)),
    pages: await pagesAt(examined, { rows, pairs: byKey, plan, service }),
  };
}
