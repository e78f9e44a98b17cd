import { effectiveNumber, normalShare, deviation } from './numbers.js';
import { breadthOf, strengthsOf } from './interest-tags.js';
import { HALF_YEAR_DAYS, LATELY_DAYS, type Measure } from './measures.js';
import { fifthOf } from './population.js';
import { ofBuyer, ordersOf, spentOf } from './purchase-tags.js';
import { ACTS, MONEY, type Read, SHARE, type TagDeclaration, tagsOf } from './tag.js';
import { type View } from './view.js';

const { value, share, mean } = tagsOf('VALUE');
const BOUGHT = ['PURCHASE'] as const;
const LOOKS = ['CLICK', 'VIEW'] as const;
const bought = { from: BOUGHT, enough: 3 };
const looked = { from: LOOKS, halfLifeDays: LATELY_DAYS };
const fifth = { unit: 'fifth of all customers, 1 to 5', from: BOUGHT, purpose: 'ANALYTICS', range: [1, 5], enough: 3 } as const;
/** Prices nearer to each other than a tenth count as a tenth apart, so that one who only ever looked at one price is not judged by it. */
const LEAST_SPREAD = 0.1;

const typical = (key: string, given: Parameters<typeof mean>[0], description: string, sum: Measure, count: Measure): TagDeclaration =>
  value({ ...given, key }, description, (view) => {
    const n = view.sum(count);
    return n > 0 ? [Math.exp(view.sum(sum) / n), n] : null;
  });

/** Where among the prices a user looks at those that he pays are, 0 all below to 1 all above; null where either is not known. */
export function priceRank(view: View): Read {
  const [looks, buys] = [view.sum('look:priced'), view.sum('buy:priced')];
  const spread = deviation(looks, view.sum('look:priceLog'), view.sum('look:priceLogSquared'));
  if (spread === null || buys <= 0) return null;
  const difference = view.sum('buy:priceLog') / buys - view.sum('look:priceLog') / looks;
  return [normalShare(difference / Math.max(LEAST_SPREAD, spread)), Math.min(looks, buys)];
}

const ofFifths = (key: 'recencyDays' | 'orders' | 'spent', read: (view: View) => number, turned = false) =>
  ofBuyer((view) => {
    const boundaries = view.population?.fifths?.[key];
    if (!boundaries) return null;
    const found = fifthOf(read(view), boundaries);
    return turned ? 6 - found : found;
  });

export const VALUE_TAGS: readonly TagDeclaration[] = [
  value(
    { key: 'amount-spent', unit: MONEY, ...bought, halfLifeDays: HALF_YEAR_DAYS },
    'Monetary value: what was paid and not refunded in the last half year or so, older amounts counting less.',
    ofBuyer(spentOf),
  ),
  value(
    { key: 'average-order', unit: MONEY, ...bought, halfLifeDays: HALF_YEAR_DAYS },
    'What an order of this user is worth on average, of those whose amount is known.',
    ofBuyer((view) => (ordersOf(view) > 1e-6 && spentOf(view) > 0 ? spentOf(view) / ordersOf(view) : null)),
  ),
  value(
    { key: 'lifetime-spent', unit: MONEY, from: ['PURCHASE', 'REFUND'], enough: 3 },
    'What the user ever paid less what he was refunded, nothing fading: his worth up to now.',
    ofBuyer((view) => Math.max(0, view.sum('ever:amount'))),
  ),
  mean({ key: 'amount-per-line', unit: MONEY, ...bought }, 'What one order line costs on average.', 'buy:amount', 'buy:paid'),
  value(
    { key: 'amount-spread', unit: 'in means', ...bought, halfLifeDays: HALF_YEAR_DAYS },
    'How unequal the amounts of order lines are: deviation over mean.',
    (view) => {
      const [n, sum] = [view.sum('buy:paid'), view.sum('buy:amount')];
      const spread = deviation(n, sum, view.sum('buy:amountSquared'));
      return spread === null || sum <= 0 ? null : [spread / (sum / n), n];
    },
  ),
  share(
    { key: 'discounted-share', ...bought },
    'Share of purchases that cost at least 2 % less than listed, of those where both prices are known.',
    ['buy:discounted'],
    ['buy:compared'],
  ),
  mean(
    { key: 'discount-depth', unit: SHARE, ...bought },
    'How far below the listed price the user pays, on average over all purchases.',
    'buy:discount',
    'buy:compared',
  ),
  value(
    { key: 'amount-saved', unit: MONEY, ...bought, halfLifeDays: HALF_YEAR_DAYS },
    'What discounts of lately were worth to the user: what it costs to keep him.',
    (view) => [view.sum('buy:saved'), view.sum('buy:compared')],
  ),
  typical(
    'typical-price-bought',
    { unit: MONEY, ...bought, halfLifeDays: HALF_YEAR_DAYS, key: '' },
    'The typical listed price of what the user buys, as a geometric mean.',
    'buy:priceLog',
    'buy:priced',
  ),
  typical(
    'typical-price-looked',
    { unit: MONEY, ...looked, key: '' },
    'The typical price of what the user clicks or opens, as a geometric mean.',
    'look:priceLog',
    'look:priced',
  ),
  typical(
    'typical-price-carted',
    { unit: MONEY, from: ['ADD_TO_CART'], halfLifeDays: LATELY_DAYS, key: '' },
    'The typical price of what goes into the cart, as a geometric mean.',
    'cart:priceLog',
    'cart:priced',
  ),
  typical(
    'typical-price-seen',
    { unit: MONEY, from: ['IMPRESSION'], halfLifeDays: LATELY_DAYS, key: '' },
    'The typical price of what comes into the user’s view: compare it with what he opens.',
    'seen:priceLog',
    'seen:priced',
  ),
  value(
    { key: 'price-rank-bought', unit: SHARE, from: [...LOOKS, ...BOUGHT], enough: 5, halfLifeDays: LATELY_DAYS },
    'Where the prices he pays stand among those he looks at: 0 the cheapest, 0.5 the middle, 1 the dearest.',
    priceRank,
  ),
  value(
    { key: 'price-stretch', unit: 'factor', ...looked, range: [1, Infinity] },
    'By which factor the prices that the user looks at scatter around the typical one: 1 for always the same.',
    (view) => {
      const n = view.sum('look:priced');
      const spread = deviation(n, view.sum('look:priceLog'), view.sum('look:priceLogSquared'));
      return spread === null ? null : [Math.exp(spread), n];
    },
  ),
  value(
    { key: 'price-breadth', unit: 'price bands', from: ACTS, halfLifeDays: 60, enough: 5 },
    'Over how many price bands the liking spreads: 1 for who keeps to one.',
    breadthOf('priceBand'),
  ),
  value(
    { key: 'free-liking-share', unit: SHARE, from: ACTS, halfLifeDays: 60, enough: 5 },
    'Share of the liking for prices that goes to what is free.',
    (view) => {
      const strengths = strengthsOf(view, 'priceBand');
      const all = strengths.reduce((sum, strength) => sum + Math.max(0, strength), 0);
      if (effectiveNumber(strengths) === null) return null;
      const free = [...view.state.affinity.priceBand.keys()].indexOf(0);
      return [free < 0 ? 0 : Math.max(0, strengths[free]) / all, all];
    },
  ),
  value(
    { key: 'refunded-amount-share', unit: SHARE, from: ['PURCHASE', 'REFUND'], enough: 3, halfLifeDays: HALF_YEAR_DAYS },
    'Share of the money paid that went back, at most 1.',
    (view) => {
      const paid = view.sum('buy:amount');
      return paid > 0 ? [Math.min(1, view.sum('refund:amount') / paid), view.sum('buy:paid')] : null;
    },
  ),
  value(
    { key: 'spending-trend', unit: 'times the usual', ...bought, halfLifeDays: LATELY_DAYS, range: [0, 6] },
    'Money of these weeks against that of the half year: 1 for as much as usual.',
    (view) => {
      const usual = view.sum('buy:amount') * (LATELY_DAYS / HALF_YEAR_DAYS);
      return usual > 0 ? [Math.min(6, view.sum('spent:lately') / usual), view.sum('buy:paid')] : null;
    },
  ),
  value(
    { key: 'spent-per-active-day', unit: MONEY, from: ACTS, window: 'money halving in 30 days, days of the last 30' },
    'Money of these weeks per day on which the user was here: what a visit is worth.',
    (view) => {
      const days = view.activeAges.filter((age) => age < LATELY_DAYS).length;
      return days === 0 || view.sum('spent:lately') === 0 ? null : [view.sum('spent:lately') / days, days];
    },
  ),
  value(
    { key: 'rfm-recency', ...fifth },
    'In which fifth of customers the user is by how lately he bought: 5 is the latest.',
    ofFifths('recencyDays', (view) => view.daysSince(view.state.lastBoughtAt), true),
  ),
  value(
    { key: 'rfm-frequency', ...fifth },
    'In which fifth of customers the user is by orders of the last half year or so: 5 is the most.',
    ofFifths('orders', ordersOf),
  ),
  value(
    { key: 'rfm-monetary', ...fifth },
    'In which fifth of customers the user is by money of the last half year or so: 5 is the most.',
    ofFifths('spent', spentOf),
  ),
];
