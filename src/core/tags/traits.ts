import { activityOf } from './behaviour-tags.js';
import { effectiveNumber } from './numbers.js';
import { strengthsOf } from './interest-tags.js';
import { type Measure } from './measures.js';
import { ordersOf, spentOf } from './purchase-tags.js';
import { newShare } from './sketches.js';
import { type TraitWords } from './segments.js';
import { type View } from './view.js';

/** A number that everyone has, so that users can be compared: amounts by their logarithm, shares as they are, 0 where nothing is known. */
export interface Trait extends TraitWords {
  read: (view: View) => number;
}

const NIGHT = [22, 23, 0, 1, 2, 3, 4, 5];
const share = (view: View, part: readonly Measure[], whole: readonly Measure[]): number => {
  const all = view.sum(...whole);
  return all > 0 ? Math.min(1, view.sum(...part) / all) : 0;
};
const activeDays = (view: View, until: number): number => view.activeAges.filter((age) => age < until).length;

/** Those by which users are put into groups. */
export const TRAITS: readonly Trait[] = [
  { key: 'orders', much: 'frequent buyers', little: 'rare buyers', read: (view) => Math.log1p(ordersOf(view)) },
  { key: 'spent', much: 'big spenders', little: 'small spenders', read: (view) => Math.log1p(spentOf(view)) },
  { key: 'discount', much: 'bargain hunters', little: 'full-price buyers', read: (view) => share(view, ['buy:discount'], ['buy:compared']) },
  { key: 'activity', much: 'very active', little: 'quiet', read: (view) => Math.log1p(activityOf(view)) },
  { key: 'idle', much: 'long away', little: 'here lately', read: (view) => Math.log1p(view.daysSince(view.state.updatedAt)) },
  { key: 'known', much: 'long-standing', little: 'newcomers', read: (view) => Math.log1p(view.daysSince(view.state.firstSeenAt)) },
  { key: 'active-days', much: 'here most days', little: 'seldom here', read: (view) => activeDays(view, 28) / 28 },
  { key: 'depth', much: 'engaged', little: 'passers-by', read: (view) => share(view, ['type:LIKE', 'type:SAVE', 'type:COMMENT', 'type:SHARE'], ['touch']) },
  { key: 'social', much: 'sociable', little: 'keeping to themselves', read: (view) => share(view, ['type:FOLLOW', 'type:COMMENT', 'type:SHARE', 'type:INVITE'], ['touch']) },
  { key: 'watching', much: 'watchers', little: 'shoppers', read: (view) => share(view, ['touch:VIDEO', 'touch:LIVE'], ['touch']) },
  { key: 'searching', much: 'searchers', little: 'browsers', read: (view) => share(view, ['type:SEARCH'], ['touch']) },
  { key: 'night', much: 'night owls', little: 'daytime visitors', read: ({ state: { hours } }) => {
    const all = hours.reduce((sum, one) => sum + one, 0);
    return all > 0 ? NIGHT.reduce((sum, hour) => sum + hours[hour], 0) / all : 0;
  } },
  { key: 'weekend', much: 'weekend visitors', little: 'weekday visitors', read: (view) => share(view, ['weekday:5', 'weekday:6'], ['weekday:0', 'weekday:1', 'weekday:2', 'weekday:3', 'weekday:4', 'weekday:5', 'weekday:6']) },
  { key: 'breadth', much: 'of wide tastes', little: 'of one taste', read: (view) => Math.log1p(effectiveNumber(strengthsOf(view, 'category')) ?? 0) },
  { key: 'novelty', much: 'explorers', little: 'faithful to what they know', read: ({ state: { habits } }) => newShare(habits.sketches, 'categoriesNow', 'categoriesBefore')?.share ?? 0 },
  { key: 'refunds', much: 'often giving back', little: 'keeping what they buy', read: (view) => share(view, ['type:REFUND'], ['type:PURCHASE']) },
]; // prettier-ignore

export const traitsOf = (view: View): number[] => TRAITS.map(({ read }) => read(view));
export const TRAIT_KEYS: readonly string[] = TRAITS.map(({ key }) => key);

const overdue = (view: View): number => {
  const ages = view.activeAges;
  const gap = ages.length < 2 ? 96 : (ages[ages.length - 1] - ages[0]) / (ages.length - 1);
  return Math.log1p((ages[0] ?? 96) / Math.max(1, gap));
};

/** Those that tell who is about to leave. */
const CHURN_TRAITS: readonly { key: string; read: (view: View) => number }[] = [
  ...TRAITS.filter(({ key }) => ['orders', 'activity', 'idle', 'known', 'active-days', 'breadth'].includes(key)),
  { key: 'overdue', read: overdue },
  { key: 'trend', read: (view) => (activeDays(view, 28) + 1) / (activeDays(view, 56) + 2) },
];
export const churnTraitsOf = (view: View): number[] => CHURN_TRAITS.map(({ read }) => read(view));
export const CHURN_KEYS: readonly string[] = CHURN_TRAITS.map(({ key }) => key);

/** Whose leaving is foretold: who was here within this many days. */
export const AT_RISK_DAYS = 60;
