import { decayedValue, HALF_LIFE_MS } from './decayed.js';
import { hoursInCart, isInCart, wayToPurchase } from './item-acts.js';
import { HALF_YEAR_DAYS, LATELY_DAYS, type Measure } from './measures.js';
import { gapsOf, meanOf, median, relativeSpread, shareOf } from './numbers.js';
import { distinct, type SketchName } from './sketches.js';
import { ITEM_ACTS, LAST_ACTS, LAST_ORDERS, type Read, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { type View } from './view.js';

const { value, share, mean, count, since } = tagsOf('PURCHASE');
const BOUGHT = ['PURCHASE'] as const;
const BOUGHT_OR_BACK = ['PURCHASE', 'REFUND'] as const;
const CART = ['ADD_TO_CART', 'REMOVE_FROM_CART', 'PURCHASE'] as const;
const ORDERS_ENOUGH = 3;
const MAX_RATIO = 20;
const bought = { from: BOUGHT, enough: ORDERS_ENOUGH };
const atLast = { from: ITEM_ACTS, window: LAST_ACTS, enough: ORDERS_ENOUGH };

/** Orders of lately that were not given back; never below 0, though a refund dated later than its order weighs a little more than it. */
export const ordersOf = ({ state, now }: View): number => Math.max(0, decayedValue(state.orders, now, HALF_LIFE_MS.orders));
export const spentOf = ({ state, now }: View): number => Math.max(0, decayedValue(state.spent, now, HALF_LIFE_MS.spent));

/** Null for someone who never bought. */
export const ofBuyer =
  (read: (view: View) => Read) =>
  (view: View): Read =>
    view.state.lastBoughtAt === 0 ? null : read(view);

/** Days between the latest orders, the newest gap first. */
const orderGaps = ({ state }: View): number[] =>
  gapsOf([...state.orderTallies.values()].flatMap(({ at, units }) => (at > 0 && units > 0 ? [at / 86_400_000] : [])).sort((a, b) => b - a));

const ofGaps =
  (read: (gaps: number[], view: View) => number | null) =>
  (view: View): Read => {
    const gaps = orderGaps(view);
    const result = gaps.length === 0 ? null : read(gaps, view);
    return result === null ? null : [result, gaps.length];
  };
const gapTag = (key: string, unit: string, description: string, read: (gaps: number[], view: View) => number | null): TagDeclaration =>
  value({ key, unit, from: BOUGHT_OR_BACK, window: LAST_ORDERS, enough: ORDERS_ENOUGH, range: [0, Infinity] }, description, ofGaps(read));

/** How many purchases fell on something bought before. */
const repeats =
  (lines: Measure, sketch: SketchName) =>
  (view: View): Read => {
    const all = view.sum(lines);
    return all > 0 ? [Math.max(0, 1 - distinct(view.state.habits.sketches, sketch) / all), all] : null;
  };

/** The ways to what was bought of late. */
const ways = (view: View): { acts: number; hours: number }[] => view.actsByItem.flatMap((item) => wayToPurchase(item) ?? []);

const ofWays =
  (read: (found: { acts: number; hours: number }[]) => number | null) =>
  (view: View): Read => {
    const found = ways(view);
    const result = found.length === 0 ? null : read(found);
    return result === null ? null : [result, found.length];
  };

const PART = { deal: 'bargain', premium: 'premium', values: 'organic, fair, recycled and the like', proof: 'popular' } as const;
const labelled = (key: string, group: keyof typeof PART): TagDeclaration =>
  share({ key, ...bought }, `Share of purchases of items that the shop labels as ${PART[group]}.`, [`buy:${group}`], ['buy']);

export const PURCHASE_TAGS: readonly TagDeclaration[] = [
  value(
    { key: 'days-since-purchase', unit: 'days', ...bought },
    'Recency: how long ago the user last bought something.',
    ofBuyer((view) => view.daysSince(view.state.lastBoughtAt)),
  ),
  value(
    { key: 'order-frequency', unit: 'orders', ...bought, halfLifeDays: HALF_YEAR_DAYS },
    'Frequency: orders of the last half year or so, older ones counting less.',
    ofBuyer(ordersOf),
  ),
  value(
    { key: 'customer-days', unit: 'days', ...bought },
    'How long the user has been a customer: days since the first purchase.',
    ofBuyer((view) => view.daysSince(view.state.firstBoughtAt)),
  ),
  value(
    { key: 'items-owned', unit: 'items', from: ['PURCHASE', 'REFUND', 'REVIEW'], purpose: 'ESSENTIAL', enough: ORDERS_ENOUGH },
    'How many different items the user bought or reviewed and did not give back.',
    ({ state }) =>
      state.purchases.size === 0
        ? null
        : [[...state.purchases.values()].filter(({ quantity }) => quantity > 0).length, state.purchases.size],
  ),
  count(
    'PURCHASE',
    { key: 'purchases', unit: 'order lines' },
    'How many times the user bought an item; an order of three items counts three.',
  ),
  count('REFUND', { key: 'refunds', unit: 'order lines' }, 'How many times the user gave an item back.'),
  count('ADD_TO_CART', { key: 'cart-adds', unit: 'events' }, 'How many times the user put something into the cart.'),
  count('REVIEW', { key: 'reviews', unit: 'reviews' }, 'How many reviews of things owned the user wrote.'),
  value(
    { key: 'cart-to-purchase', unit: SHARE, from: CART },
    'Purchases per item put into the cart, at most 1: how often a cart becomes an order.',
    (view) => {
      const adds = view.count('ADD_TO_CART');
      return adds === 0 ? null : [Math.min(1, view.count('PURCHASE') / adds), adds];
    },
  ),
  value(
    { key: 'refund-share', unit: SHARE, from: BOUGHT_OR_BACK },
    'Refunds per purchase, at most 1: how often what was bought goes back.',
    (view) => {
      const purchases = view.count('PURCHASE');
      return purchases === 0 ? null : [Math.min(1, view.count('REFUND') / purchases), purchases];
    },
  ),
  value(
    { key: 'open-cart-items', unit: 'items', ...atLast, from: CART },
    'How many items lie in the cart, put there by the last acts and neither bought nor taken out.',
    (view) => (view.count('ADD_TO_CART') === 0 ? null : view.actsByItem.filter(isInCart).length),
  ),
  value(
    { key: 'oldest-cart-hours', unit: 'hours', ...atLast, from: CART, enough: 1 },
    'For how many hours the item that lies in the cart longest has been lying there: a cart left behind.',
    ({ actsByItem, now }) => {
      const hours = actsByItem.filter(isInCart).map((item) => hoursInCart(item, now));
      return hours.length === 0 ? null : [Math.max(...hours), hours.length];
    },
  ),
  value(
    { key: 'open-checkout', unit: '0 or 1', range: [0, 1], from: ['CHECKOUT', 'PURCHASE'], enough: 1 },
    '1 when a checkout was begun and nothing was bought since: a buyer who stopped at the till.',
    (view) => (view.count('CHECKOUT') === 0 ? null : Number(view.lastAt('CHECKOUT') > view.lastAt('PURCHASE'))),
  ),
  share(
    { key: 'cart-removal-share', from: CART },
    'Items taken out of the cart per item put in, at most 1.',
    ['type:REMOVE_FROM_CART'],
    ['type:ADD_TO_CART'],
  ),
  share(
    { key: 'look-to-cart', from: ['CLICK', 'VIEW', 'ADD_TO_CART'] },
    'Items put into the cart per click or page view, at most 1.',
    ['type:ADD_TO_CART'],
    ['type:CLICK', 'type:VIEW'],
  ),
  share(
    { key: 'look-to-purchase', from: ['CLICK', 'VIEW', 'PURCHASE'] },
    'Purchases per click or page view, at most 1: how much looking a purchase takes.',
    ['type:PURCHASE'],
    ['type:CLICK', 'type:VIEW'],
  ),
  share(
    { key: 'checkout-share', from: ['ADD_TO_CART', 'CHECKOUT'] },
    'Checkouts begun per item put into the cart, at most 1.',
    ['type:CHECKOUT'],
    ['type:ADD_TO_CART'],
  ),
  mean({ key: 'units-per-line', unit: 'units', ...bought }, 'How many pieces of an item the user takes at a time.', 'buy:units', 'buy'),
  share({ key: 'stocking-up-share', ...bought }, 'Share of purchases of more than one piece.', ['buy:multiple'], ['buy']),
  value(
    { key: 'lines-per-order', unit: 'order lines', ...bought, halfLifeDays: HALF_YEAR_DAYS },
    'How many different items an order holds, of orders that were not given back.',
    (view) => {
      const orders = ordersOf(view);
      return orders > 0.05 ? [Math.max(1, view.sum('buy') / orders), orders] : null;
    },
  ),
  gapTag('order-gap', 'days', 'How many days lie between orders on average.', meanOf),
  gapTag('order-gap-spread', 'in means', 'How uneven the days between orders are: 0 like a clock, about 1 by chance.', relativeSpread),
  gapTag('longest-order-gap', 'days', 'The longest time between two orders that followed each other.', (gaps) => Math.max(...gaps)),
  gapTag(
    'order-overdue',
    'mean gaps',
    'Days since the last order in mean gaps between orders, at most 20: above 1 the next one is late.',
    (gaps, view) => (meanOf(gaps) > 0 ? Math.min(MAX_RATIO, view.daysSince(view.state.lastBoughtAt) / meanOf(gaps)) : null),
  ),
  gapTag('days-to-next-order', 'days', 'Days until the next order would be usual, by the middle gap; 0 where it is due.', (gaps, view) =>
    Math.max(0, median(gaps)! - view.daysSince(view.state.lastBoughtAt)),
  ),
  value(
    { key: 'buying-weeks', unit: 'weeks', ...bought, window: 'last 26 weeks', range: [0, 26] },
    'In how many of the last 26 weeks the user bought something.',
    ofBuyer((view) => view.buyingAges.filter((age) => age < 26).length),
  ),
  value(
    { key: 'buying-streak', unit: 'weeks', ...bought, window: 'last 64 weeks', range: [0, 64] },
    'For how many weeks in a row, up to the last purchase, the user bought something.',
    ofBuyer(({ buyingAges }) => {
      let weeks = 1;
      while (weeks < buyingAges.length && buyingAges[weeks] === buyingAges[weeks - 1] + 1) weeks++;
      return buyingAges.length === 0 ? null : weeks;
    }),
  ),
  value(
    { key: 'repeat-item-share', unit: SHARE, ...bought },
    'Share of purchases of the very item bought before, as of food and supplies.',
    ofBuyer((view) => {
      const lines = view.count('PURCHASE');
      const { purchases, ownership } = view.state;
      // What was only reviewed or refunded was not bought here.
      const different = [...purchases.keys()].filter((itemNo) => (ownership.get(itemNo)?.bought ?? 1) > 0).length;
      return [Math.max(0, 1 - different / lines), lines];
    }),
  ),
  value(
    { key: 'repeat-brand-share', unit: SHARE, ...bought },
    'Share of purchases of a brand bought before: loyalty to brands.',
    repeats('ever:branded', 'boughtBrands'),
  ),
  value(
    { key: 'repeat-category-share', unit: SHARE, ...bought },
    'Share of purchases in a narrow category bought from before.',
    repeats('ever:categorised', 'boughtCategories'),
  ),
  value(
    { key: 'repeat-shop-share', unit: SHARE, ...bought },
    'Share of purchases from a shop or creator bought from before: loyalty to sellers.',
    repeats('ever:made', 'boughtCreators'),
  ),
  value(
    { key: 'decision-hours', unit: 'hours', ...atLast },
    'Hours from the first to the last step towards what was bought, in the middle.',
    ofWays((found) => median(found.map(({ hours }) => hours))),
  ),
  value(
    { key: 'steps-to-purchase', unit: 'acts', ...atLast },
    'How many times an item is dealt with before it is bought, on average.',
    ofWays((found) => meanOf(found.map(({ acts }) => acts))),
  ),
  value(
    { key: 'impulse-share', unit: SHARE, ...atLast },
    'Share of items bought within an hour of the first look, or without one.',
    ofWays((found) => found.filter(({ hours }) => hours < 1).length / found.length),
  ),
  value(
    { key: 'refund-days', unit: 'days', from: BOUGHT_OR_BACK, enough: ORDERS_ENOUGH },
    'How long after the last purchase of an item it goes back, on average.',
    ({ state }) => {
      const days = [...state.ownership.values()].flatMap(({ boughtAt, refundedAt }) =>
        boughtAt > 0 && refundedAt > boughtAt ? [(refundedAt - boughtAt) / 86_400_000] : [],
      );
      return days.length === 0 ? null : [meanOf(days), days.length];
    },
  ),
  value(
    { key: 'review-days', unit: 'days', from: ['PURCHASE', 'REVIEW'], enough: ORDERS_ENOUGH },
    'How long after buying the user writes a review, on average: when to ask for one.',
    ({ state }) => {
      const days = [...state.ownership.values()].flatMap(({ boughtAt, reviewedAt }) =>
        boughtAt > 0 && reviewedAt > boughtAt ? [(reviewedAt - boughtAt) / 86_400_000] : [],
      );
      return days.length === 0 ? null : [meanOf(days), days.length];
    },
  ),
  value(
    { key: 'reviewed-share', unit: SHARE, from: ['PURCHASE', 'REVIEW'], enough: ORDERS_ENOUGH },
    'Share of items owned, now or once, that the user reviewed.',
    ({ state }) => {
      const reviewed = [...state.ownership.values()].filter(({ reviewedAt }) => reviewedAt > 0).length;
      return state.purchases.size === 0 ? null : [shareOf(reviewed, state.purchases.size)!, state.purchases.size];
    },
  ),
  share(
    { key: 'new-item-buying-share', ...bought },
    'Share of purchases of items at most two weeks old: an early adopter.',
    ['buy:new'],
    ['buy'],
  ),
  share(
    { key: 'scarce-buying-share', ...bought },
    'Share of purchases of items of which five or fewer were left.',
    ['buy:scarce'],
    ['buy'],
  ),
  share({ key: 'unbranded-buying-share', ...bought }, 'Share of purchases of items without a brand.', ['buy:unbranded'], ['buy']),
  labelled('deal-buying-share', 'deal'),
  labelled('premium-buying-share', 'premium'),
  labelled('principled-buying-share', 'values'),
  labelled('bestseller-buying-share', 'proof'),
  share({ key: 'led-buying-share', ...bought }, 'Share of purchases that followed an item shown by this service.', ['buy:led'], ['buy']),
  value(
    { key: 'buying-trend', unit: 'times the usual', ...bought, halfLifeDays: LATELY_DAYS, range: [0, 6] },
    'Purchases of these weeks against those of the half year: 1 for as many as usual, up to 6 for who only began.',
    (view) => {
      const usual = view.sum('buy') * (LATELY_DAYS / HALF_YEAR_DAYS);
      return usual > 0 ? [Math.min(6, view.sum('type:PURCHASE') / usual), view.sum('buy')] : null;
    },
  ),
  value(
    { key: 'lost-orders', unit: 'orders', from: BOUGHT_OR_BACK, window: LAST_ORDERS, enough: ORDERS_ENOUGH },
    'How many of the last orders were given back whole.',
    ({ state }) =>
      state.orderTallies.size === 0
        ? null
        : [[...state.orderTallies.values()].filter(({ at, units }) => at > 0 && units <= 0).length, state.orderTallies.size],
  ),
  since('days-since-refund', ['REFUND'], 'Days since something was last given back: how fresh a bad experience is.'),
  since('days-since-cart', ['ADD_TO_CART'], 'Days since something was last put into the cart.'),
  since('days-since-review', ['REVIEW'], 'Days since the last review.'),
];
