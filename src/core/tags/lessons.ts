import { type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { DAY_MS } from '../time.js';
import { fitChurn, type LabelledRow } from './churn.js';
import { foldEvent, type FoldOptions } from './fold.js';
import { type Fifths, fifthsOf, type Population } from './population.js';
import { ordersOf, spentOf } from './purchase-tags.js';
import { type Segmentation, segmentationOf } from './segments.js';
import { scaleOf, standardised } from './standardised.js';
import { emptyState, type UserState } from './state.js';
import { AT_RISK_DAYS, CHURN_KEYS, churnTraitsOf, TRAITS, traitsOf } from './traits.js';
import { View } from './view.js';

/** Who does nothing for so long has left. */
export const CHURN_DAYS = 30;
/** Users a group has on average at least. */
const USERS_A_GROUP = 10;
const NAMELESS = { category: () => '', brand: () => '', creator: () => '' };

/** What one user teaches of all. */
export interface Lesson {
  /** Null for one of whom nothing is known. */
  traits: readonly number[] | null;
  customer: { recencyDays: number; orders: number; spent: number } | null;
  /** How he stood 60 and 30 days ago, where he was about then, and whether he did nothing in the 30 days that followed. */
  earlier: LabelledRow | null;
  later: LabelledRow | null;
}

export interface LessonOptions {
  now: number;
  timeZone: string;
  itemOf: (itemNo: number) => NumberedItem | undefined;
  foldOptions: (receivedAt: number) => FoldOptions;
}

/**
 * What a user teaches, from all his events in any order. Two looks back ask what would have been known at the time, so nothing of what is foretold is
 * used to foretell it; a storefront that reports late makes the past look a little better known than it was.
 */
export function lessonOf(events: readonly LedgerEvent[], options: LessonOptions): Lesson {
  const { now, itemOf, foldOptions } = options;
  const inTime = [...events].filter(({ occurredAt }) => occurredAt <= now).sort((a, b) => a.occurredAt - b.occurredAt);
  const state = emptyState();
  let next = 0;
  const foldUntil = (until: number): UserState => {
    for (; next < inTime.length && inTime[next].occurredAt <= until; next++) {
      const event = inTime[next];
      // In the order of time, so the place in the ledger no longer says what is folded.
      foldEvent(state, { ...event, writer: 0, seq: next + 1 }, itemOf(event.itemNo), foldOptions(event.receivedAt));
    }
    return state;
  };
  const acts = inTime.filter(({ type, attribution }) => attribution !== 'ORPHAN' && !['COST', 'RENDERED', 'IMPRESSION'].includes(type));
  const lookBack = (days: number): LabelledRow | null => {
    const at = now - days * DAY_MS;
    const view = new View(foldUntil(at), at, { names: NAMELESS, timeZone: options.timeZone });
    if (state.updatedAt === 0 || view.daysSince(state.updatedAt) >= AT_RISK_DAYS) return null;
    const stayed = acts.some(({ occurredAt }) => occurredAt > at && occurredAt <= at + CHURN_DAYS * DAY_MS);
    return { traits: churnTraitsOf(view), churned: !stayed };
  };
  const [earlier, later] = [lookBack(2 * CHURN_DAYS), lookBack(CHURN_DAYS)];
  const view = new View(foldUntil(now), now, { names: NAMELESS, timeZone: options.timeZone });
  const isCustomer = state.lastBoughtAt > 0;
  return {
    earlier,
    later,
    traits: state.updatedAt === 0 ? null : traitsOf(view),
    customer: isCustomer ? { recencyDays: view.daysSince(state.lastBoughtAt), orders: ordersOf(view), spent: spentOf(view) } : null,
  };
}

/** Centroids of rows that are alike, and to which of them each row is nearest. */
export type Cluster = (rows: number[][], groups: number) => Promise<{ centroids: number[][]; clusters: number[] }>;

function fifthsOfCustomers(customers: readonly NonNullable<Lesson['customer']>[]): Fifths | null {
  const of = (key: keyof NonNullable<Lesson['customer']>): number[] | null => fifthsOf(customers.map((customer) => customer[key]));
  const [recencyDays, orders, spent] = [of('recencyDays'), of('orders'), of('spent')];
  return recencyDays && orders && spent ? { recencyDays, orders, spent } : null;
}

async function segmentationFrom(rows: readonly (readonly number[])[], groups: number, cluster: Cluster, before: Segmentation | null) {
  const wanted = Math.min(groups, Math.floor(rows.length / USERS_A_GROUP));
  if (wanted < 2) return null;
  const scale = scaleOf(rows);
  const { centroids, clusters } = await cluster(rows.map((row) => standardised(row, scale)), wanted); // prettier-ignore
  const sizes = centroids.map((_, no) => clusters.filter((one) => one === no).length);
  return segmentationOf({ scale, centroids, sizes }, TRAITS, before);
}

/** Put together what users teach: fifths of customers, the risk of leaving, groups of users who are alike, keeping the ids of groups known before. */
export async function learnPopulation(
  lessons: readonly Lesson[],
  options: { now: number; groups: number; cluster: Cluster; before: Population | null },
): Promise<Population> {
  const rows = lessons.flatMap(({ traits }) => (traits ? [traits] : []));
  const of = (key: 'earlier' | 'later'): LabelledRow[] => lessons.flatMap((lesson) => lesson[key] ?? []);
  return {
    learnedAt: options.now,
    users: rows.length,
    fifths: fifthsOfCustomers(lessons.flatMap(({ customer }) => customer ?? [])),
    churn: fitChurn(of('earlier'), of('later'), { traits: CHURN_KEYS, horizonDays: CHURN_DAYS }),
    segmentation: await segmentationFrom(rows, options.groups, options.cluster, options.before?.segmentation ?? null),
  };
}
