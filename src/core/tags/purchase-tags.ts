import { DAY_MS } from '../time.js';
import { decayedValue, HALF_LIFE_MS } from './decayed.js';
import { type UserState } from './state.js';
import { countOf, countTag, halfLifeHours, shareTag, type TagDeclaration, type TagReading } from './tag.js';

const ORDERS_ENOUGH = 3;

/** Orders of lately that were not given back; never below 0, though a refund dated later than its order weighs a little more than it. */
const ordersAt = (state: UserState, now: number): number => Math.max(0, decayedValue(state.orders, now, HALF_LIFE_MS.orders));
const spentAt = (state: UserState, now: number): number => Math.max(0, decayedValue(state.spent, now, HALF_LIFE_MS.spent));

/** A reading that rests on purchases: absent for someone who never bought. */
const ofBuyer = (state: UserState, value: number): TagReading[] =>
  state.lastBoughtAt === 0 ? [] : [{ value, evidence: countOf(state, 'PURCHASE'), updatedAt: state.lastBoughtAt }];

const daysSince = (at: number, now: number): number => Math.max(0, now - at) / DAY_MS;

const buyerTag = (
  tag: Pick<TagDeclaration, 'key' | 'unit' | 'description'> & Partial<Pick<TagDeclaration, 'dimension' | 'halfLifeHours' | 'purpose'>>,
  value: (state: UserState, now: number) => number | null,
): TagDeclaration => ({
  dimension: 'PURCHASE',
  halfLifeHours: null,
  purpose: 'PERSONALISATION',
  enough: ORDERS_ENOUGH,
  ...tag,
  read(state, now) {
    const read = value(state, now);
    return read === null ? [] : ofBuyer(state, read);
  },
});

export const PURCHASE_TAGS: readonly TagDeclaration[] = [
  buyerTag(
    { key: 'days-since-purchase', unit: 'days', description: 'Recency: how long ago the user last bought something.' },
    (state, now) => daysSince(state.lastBoughtAt, now),
  ),
  buyerTag(
    {
      key: 'order-frequency',
      unit: 'orders',
      halfLifeHours: halfLifeHours('orders'),
      description: 'Frequency: orders of the last half year or so, older ones counting less.',
    },
    ordersAt,
  ),
  buyerTag(
    {
      key: 'amount-spent',
      dimension: 'VALUE',
      unit: 'money in the shop’s currency',
      halfLifeHours: halfLifeHours('spent'),
      description: 'Monetary value: what was paid and not refunded in the last half year or so, older amounts counting less.',
    },
    spentAt,
  ),
  buyerTag(
    {
      key: 'average-order',
      dimension: 'VALUE',
      unit: 'money in the shop’s currency',
      halfLifeHours: halfLifeHours('orders'),
      description: 'What an order of this user is worth on average, of those whose amount is known.',
    },
    (state, now) => (ordersAt(state, now) > 1e-6 && spentAt(state, now) > 0 ? spentAt(state, now) / ordersAt(state, now) : null),
  ),
  buyerTag(
    { key: 'customer-days', unit: 'days', description: 'How long the user has been a customer: days since the first purchase.' },
    (state, now) => daysSince(state.firstBoughtAt, now),
  ),
  buyerTag(
    {
      key: 'items-owned',
      unit: 'items',
      purpose: 'ESSENTIAL',
      description: 'How many different items the user bought or reviewed and did not give back.',
    },
    ({ purchases }) => [...purchases.values()].filter(({ quantity }) => quantity > 0).length,
  ),
  countTag('PURCHASE', {
    key: 'purchases',
    dimension: 'PURCHASE',
    unit: 'order lines',
    purpose: 'PERSONALISATION',
    description: 'How many times the user bought an item; an order of three items counts three.',
  }),
  countTag('REFUND', {
    key: 'refunds',
    dimension: 'PURCHASE',
    unit: 'order lines',
    purpose: 'PERSONALISATION',
    description: 'How many times the user gave an item back.',
  }),
  countTag('ADD_TO_CART', {
    key: 'cart-adds',
    dimension: 'PURCHASE',
    unit: 'events',
    purpose: 'PERSONALISATION',
    description: 'How many times the user put something into the cart.',
  }),
  countTag('REVIEW', {
    key: 'reviews',
    dimension: 'PURCHASE',
    unit: 'reviews',
    purpose: 'PERSONALISATION',
    description: 'How many reviews of things owned the user wrote.',
  }),
  shareTag((state) => ({ part: countOf(state, 'PURCHASE'), whole: countOf(state, 'ADD_TO_CART') }), {
    key: 'cart-to-purchase',
    dimension: 'PURCHASE',
    purpose: 'PERSONALISATION',
    description: 'Purchases per item put into the cart, at most 1: how often a cart becomes an order.',
  }),
  shareTag((state) => ({ part: countOf(state, 'REFUND'), whole: countOf(state, 'PURCHASE') }), {
    key: 'refund-share',
    dimension: 'PURCHASE',
    purpose: 'PERSONALISATION',
    description: 'Refunds per purchase, at most 1: how often what was bought goes back.',
  }),
];
