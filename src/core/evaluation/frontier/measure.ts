import { seededRandom } from '../../random.js';
import { DEFAULT_SETTINGS } from '../../settings-defaults.js';
import { bootstrapByUser, type Interval } from '../bootstrap.js';
import { densePart } from '../dense-core.js';
import { limitedTask, type Plan, splitOf } from '../evaluation.js';
import { type History } from '../history.js';
import { categoryEntropy } from '../metrics.js';
import { configOf, eachPage, type Service, withoutSlate } from '../service-methods.js';
import { taskOf } from '../task.js';
import { type Variant } from './variants.js';

/** One point of the frontier, with 95 % intervals by drawing users anew. */
export interface FrontierRow {
  family: string;
  strength: number;
  entropy: Interval;
  recall: Interval;
  /** Mean over the kinds that a user went on to touch of recall within each, so that a small interest counts as much as the main one. */
  intentRecall: Interval;
  /** Share of those kinds that are on the page at all. */
  kindsMet: Interval;
  /** Change of recall against no re-ranking on the same users, as a share of its mean. */
  lost: Interval;
  intentLost: Interval;
}

export interface FrontierReport extends Pick<Plan, 'dataset' | 'protocol' | 'slice' | 'density'> {
  users: number;
  /** Items that a user went on to touch, mean. */
  targets: number;
  rows: FrontierRow[];
}

const LIST = 20;
const RESAMPLES = 1000;
const SEED = 20;

/** [users] of one variant. */
interface Columns {
  entropy: number[];
  recall: number[];
  intentRecall: number[];
  kindsMet: number[];
}

function note(columns: Columns, list: readonly number[], relevant: ReadonlySet<number>, { categoriesOf }: History): void {
  const kindOf = (item: number): number => categoriesOf[item][0] ?? -1;
  const shown = new Set(list);
  const kinds = new Set(list.map(kindOf));
  const byKind = new Map<number, { wanted: number; found: number }>();
  for (const item of relevant) {
    const entry = byKind.get(kindOf(item)) ?? { wanted: 0, found: 0 };
    byKind.set(kindOf(item), { wanted: entry.wanted + 1, found: entry.found + Number(shown.has(item)) });
  }
  const all = [...byKind];
  columns.entropy.push(categoryEntropy(list, categoriesOf));
  columns.recall.push(list.filter((item) => relevant.has(item)).length / relevant.size);
  columns.intentRecall.push(all.reduce((sum, [, { wanted, found }]) => sum + found / wanted, 0) / all.length);
  columns.kindsMet.push(all.filter(([kind]) => kinds.has(kind)).length / all.length);
}

/** Let every variant order the same candidates of the same users, and compare what the pages of twenty find with how varied they are. */
export async function measureFrontier(whole: History, plan: Plan, service: Service, variants: readonly Variant[]): Promise<FrontierReport> {
  const history = plan.density ? densePart(whole, plan.density) : whole;
  const task = limitedTask(taskOf(history, splitOf(history, plan)), plan.limit);
  const plain = withoutSlate(DEFAULT_SETTINGS);
  // Of no strength, so that it leaves the order to the scores, but what it would read is there.
  const settings = { ...plain, diversity: { ...plain.diversity, algorithm: 'CALIBRATED' as const, strength: 0 } };
  const columns = variants.map((): Columns => ({ entropy: [], recall: [], intentRecall: [], kindsMet: [] }));
  const users: number[] = [];
  let targets = 0;
  await eachPage(task, { service, config: configOf(settings) }, ({ user, relevant }, page, itemAt) => {
    const { itemNos, scores, inputs } = page.pool();
    users.push(user);
    targets += relevant.size;
    variants.forEach(({ place }, i) => {
      const order = place(inputs!.slate, scores).subarray(0, LIST);
      note(columns[i], Array.from(order, (name) => itemAt(itemNos[name])), relevant, history); // prettier-ignore
    });
  });
  const clusters = Int32Array.from(users);
  const interval = (values: readonly number[]): Interval =>
    bootstrapByUser(Float64Array.from(values), clusters, RESAMPLES, seededRandom(SEED));
  const lostOf = (name: 'recall' | 'intentRecall', at: number): Interval => {
    const base = columns[0][name];
    const scale = base.reduce((sum, value) => sum + value, 0) / base.length || 1;
    return interval(columns[at][name].map((value, i) => (value - base[i]) / scale));
  };
  const rows = variants.map(({ family, strength }, i): FrontierRow => ({
    family,
    strength,
    entropy: interval(columns[i].entropy),
    recall: interval(columns[i].recall),
    intentRecall: interval(columns[i].intentRecall),
    kindsMet: interval(columns[i].kindsMet),
    lost: lostOf('recall', i),
    intentLost: lostOf('intentRecall', i),
  }));
  const { dataset, protocol, slice, density } = plan;
  return { dataset, protocol, slice, density, users: users.length, targets: targets / Math.max(1, users.length), rows };
}
