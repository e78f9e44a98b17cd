import { impressions } from '../candidates/filters.js';
import { EVENT_TYPE_NO, type EventType } from '../events/event.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { type UserState } from '../tags/state.js';
import { DAY_MS, HOUR_MS } from '../time.js';
import { columnGroup, constant, type FeatureInput, log1p } from './feature-group.js';
import { tastesIn } from './tastes.js';

/** From ten at night to six in the morning. */
const NIGHT_HOURS = [22, 23, 0, 1, 2, 3, 4, 5];
/** Acts after which half of a rate is what was seen. */
const CLICKS_ENOUGH = 10;

/** What the user has had to do with an item. */
export const memoryFeatures = columnGroup<UserState>('memory-features', ({ signals: { taste } }) => taste, {
  'user.shown@1': (values, { shown }, { signals: { settings, now }, candidates: { itemNos } }) => {
    if (shown.size === 0) return;
    const halfLifeMs = settings.fatigue.halfLifeHours * HOUR_MS;
    for (let row = 0; row < itemNos.length; row++) {
      const sum = shown.get(itemNos[row]);
      if (sum) values[row] = Math.log1p(impressions(decayedValue(sum, now, halfLifeMs), settings.fatigue));
    }
  },
  'user.owned@1': (values, { purchases }, { candidates: { itemNos } }) => {
    if (purchases.size === 0) return;
    for (let row = 0; row < itemNos.length; row++) values[row] = log1p(Math.max(0, purchases.get(itemNos[row])?.quantity ?? 0));
  },
  'user.touched@1': (values, { recent }, { candidates: { itemNos } }) => {
    const touched = new Set(recent.map(({ itemNo }) => itemNo));
    for (let row = 0; row < itemNos.length; row++) if (touched.has(itemNos[row])) values[row] = 1;
  },
});

const timesOf = ({ counts }: UserState, ...types: EventType[]): number => types.reduce((sum, type) => sum + counts[EVENT_TYPE_NO[type]], 0);

/** Times of an act per click or view. */
function rateOf(state: UserState, type: EventType): number {
  return timesOf(state, type) / (timesOf(state, 'CLICK', 'VIEW') + CLICKS_ENOUGH);
}

function nightShare({ hours }: UserState): number {
  const total = hours.reduce((sum, activity) => sum + activity, 0);
  return total > 0 ? NIGHT_HOURS.reduce((sum, hour) => sum + hours[hour], 0) / total : 0;
}

const daysSince = (at: number, now: number): number => (at > 0 ? Math.max(0, now - at) / DAY_MS : 0);

/** What is the same of a user for every item. */
export const userFeatures = columnGroup<UserState>('user-features', ({ signals: { taste } }) => taste, {
  'user.activity@1': constant(({ eventCount }) => Math.log1p(eventCount)),
  'user.orders_log@1': constant(({ orders }, { signals: { now } }) =>
    Math.log1p(Math.max(0, decayedValue(orders, now, HALF_LIFE_MS.orders))),
  ),
  'user.ties_log@1': constant(({ ties }, { signals: { mayUseTies } }) => (mayUseTies ? Math.log1p(ties.size) : 0)),
  'user.idle_log@1': constant(({ updatedAt }, { signals: { now } }) =>
    updatedAt > 0 ? Math.log1p(Math.max(0, now - updatedAt) / HOUR_MS) : 0,
  ),
  'user.taste_breadth@1': constant((_, input) => tastesIn(input)?.category.breadth ?? 0),
  'user.price_level@1': constant((_, input) => tastesIn(input)?.priceBand.mean ?? 0),
  'user.price_spread@1': constant((_, input) => tastesIn(input)?.priceBand.spread ?? 0),
  'user.purchase_rate@1': constant((state) => rateOf(state, 'PURCHASE')),
  'user.cart_rate@1': constant((state) => rateOf(state, 'ADD_TO_CART')),
  'user.spent_log@1': constant(({ spent }, { signals: { now } }) => Math.log1p(Math.max(0, decayedValue(spent, now, HALF_LIFE_MS.spent)))),
  'user.tenure_log@1': constant(({ firstSeenAt }, { signals: { now } }) => Math.log1p(daysSince(firstSeenAt, now))),
  'user.content_share@1': constant(({ recent }, input) => contentShare(recent, input)),
  'user.night_share@1': constant(nightShare),
});

function contentShare(recent: UserState['recent'], { signals: { shop } }: FeatureInput): number {
  let onContent = 0;
  for (const { itemNo } of recent) if (shop.catalogue.kind[itemNo] !== 0) onContent++;
  return recent.length === 0 ? 0 : onContent / recent.length;
}
