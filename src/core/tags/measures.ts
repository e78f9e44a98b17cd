import { EVENT_TYPES, type EventType } from '../events/event.js';

/** Sums that halve in 30 days: what the user is like these weeks. `seen` counts impressions, `touch` what was done with items. */
const LATELY = [
  'weekday:0', 'weekday:1', 'weekday:2', 'weekday:3', 'weekday:4', 'weekday:5', 'weekday:6',
  'touch', 'touch:PRODUCT', 'touch:NOTE', 'touch:VIDEO', 'touch:LIVE', 'touch:PRACTICAL', 'touch:EMOTIONAL', 'touch:SOCIAL',
  'touch:commercial', 'touch:ai', 'touch:goods', 'touch:new', 'touch:deal', 'touch:proof', 'touch:premium', 'touch:values', 'touch:unbranded',
  'touch:local', 'touch:regional', 'touch:ending', 'touch:scarce', 'touch:aged', 'touch:ageLog', 'touch:led', 'touch:referred', 'touch:followed',
  'seen', 'seen:commercial', 'seen:new', 'seen:deal', 'seen:proof', 'seen:content', 'seen:priced', 'seen:priceLog',
  'look:priced', 'look:priceLog', 'look:priceLogSquared', 'cart:priced', 'cart:priceLog',
  'dwell', 'dwell:seconds', 'dwell:secondsSquared', 'dwell:glance', 'dwell:long', 'play:seconds', 'play:timed', 'play:completion', 'play:full', 'play:early',
  'query:words', 'query:precise', 'comment:felt', 'comment:sentiment', 'comment:sentimentSquared', 'comment:negative',
  'spent:lately',
] as const; // prettier-ignore

/** Sums that halve in 180 days: how the user buys. */
const HALF_YEAR = [
  'buy', 'buy:units', 'buy:multiple', 'buy:paid', 'buy:amount', 'buy:amountSquared', 'buy:priced', 'buy:priceLog', 'buy:compared', 'buy:discount',
  'buy:discounted', 'buy:saved', 'buy:night', 'buy:morning', 'buy:afternoon', 'buy:evening', 'buy:weekend', 'buy:new', 'buy:deal', 'buy:proof',
  'buy:premium', 'buy:values', 'buy:scarce', 'buy:unbranded', 'buy:led', 'buy:referred', 'buy:followed', 'refund:amount',
  'review:rated', 'review:stars', 'review:starsSquared', 'review:low', 'review:extreme',
] as const; // prettier-ignore

/** Sums that do not fade. */
const EVER = ['ever:amount', 'ever:branded', 'ever:categorised', 'ever:made', 'hide:CREATOR', 'hide:BRAND', 'hide:CATEGORY'] as const;

/** No sums: the newest day with a stay on a page, and the longest stay of that day. */
const NOTED = ['stay:day', 'stay:seconds'] as const;

export type Measure =
  `type:${EventType}` | (typeof LATELY)[number] | (typeof HALF_YEAR)[number] | (typeof EVER)[number] | (typeof NOTED)[number];

/** Every sum of a user's habits, in the order in which they are kept; another order is another version of a packed state. */
export const MEASURES: readonly Measure[] = [
  ...EVENT_TYPES.map((type): Measure => `type:${type}`),
  ...LATELY,
  ...HALF_YEAR,
  ...EVER,
  ...NOTED,
];
/** The place of each. */
export const PLACE = Object.fromEntries(MEASURES.map((measure, place) => [measure, place])) as Record<Measure, number>;

type Under<Prefix extends string, M = Measure> = M extends `${Prefix}:${infer Rest}` ? Rest : never;

/** The places of the measures whose names begin alike, by the rest of their names: a small object, which V8 reads much faster than `PLACE`. */
export function placesUnder<Prefix extends string>(prefix: Prefix): Record<Under<Prefix>, number> {
  const own = MEASURES.filter((measure) => measure.startsWith(`${prefix}:`));
  return Object.fromEntries(own.map((measure) => [measure.slice(prefix.length + 1), PLACE[measure]])) as Record<Under<Prefix>, number>;
}

/** Places up to which sums halve in 30 and in 180 days. */
export const LATELY_END = PLACE.buy;
export const HALF_YEAR_END = PLACE['ever:amount'];
export const LATELY_DAYS = 30;
export const HALF_YEAR_DAYS = 180;

/** The days in which a sum halves, null for one that does not fade. */
export function halfLifeDaysOf(measure: Measure): number | null {
  if (PLACE[measure] < LATELY_END) return LATELY_DAYS;
  return PLACE[measure] < HALF_YEAR_END ? HALF_YEAR_DAYS : null;
}
