import { column } from './catalogue.js';
import { columnGroup, constant, type Fill } from './feature-group.js';

/** How a candidate stands among the others: reads other columns of the whole pool. */
export const requestFeatures = columnGroup<true>('request-features', () => true, {
  'request.popularity_rank@1': rankIn('item.popularity_log@1'),
  'request.cf_rank@1': rankIn('cross.cf@1'),
  'request.freshness_rank@1': rankIn('item.freshness@1'),
  'request.sources@1': (values, _, { candidates: { sources } }) => {
    for (let row = 0; row < values.length; row++) values[row] = bitCount(sources[row]);
  },
  'request.prior@1': (values, _, { candidates: { prior } }) => {
    if (prior) values.set(prior.scores);
  },
  'request.trend_rank@1': rankIn('item.trend_log@1'),
  'request.price_rank@1': (values, _, input) => {
    const { price } = input.signals.shop.catalogue;
    writeRanks(values, pricesOf(price, input.poolNos), pricesOf(price, input.candidates.itemNos));
  },
  'request.affinity_rank@1': rankIn('user.category_affinity@1'),
  'request.last_cf_rank@1': rankIn('cross.last_cf@1'),
  'request.friends_rank@1': rankIn('cross.friends@1'),
  'request.pool_log@1': constant((_, { poolNos }) => Math.log1p(poolNos.length)),
});

function rankIn(feature: string): Fill<true> {
  const from = column(feature);
  return (values, _, { matrix, pool }) => writeRanks(values, pool.column(from), matrix.column(from));
}

/** 0 for items without a price. */
function pricesOf(price: Float32Array, itemNos: Uint32Array): Float32Array {
  const prices = new Float32Array(itemNos.length);
  for (let row = 0; row < prices.length; row++) prices[row] = price[itemNos[row]] || 0;
  return prices;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/**
 * Write the mid-rank of some values among all, which hold them: the share of those below, what is level with it counting half. Time O(all * log values), so
 * a few rows cost little.
 */
function writeRanks(ranks: Float32Array, all: Float32Array, values: Float32Array): void {
  if (values.length === all.length) return writeRanksOfAll(ranks, all);
  const steps = paddedSteps(values);
  const upTo = new Uint32Array(steps.length);
  const level = new Uint32Array(steps.length);
  for (let i = 0, step = 0; i < all.length; i++) {
    // Many values are the same as the one before: what nothing is known of.
    if (i === 0 || all[i] !== all[i - 1]) step = firstNotBelow(steps, all, i);
    upTo[step]++;
    level[step] += Number(steps[step] === all[i]);
  }
  for (let step = 1; step < steps.length; step++) upTo[step] += upTo[step - 1];
  for (let row = 0; row < values.length; row++) {
    const step = firstNotBelow(steps, values, row);
    ranks[row] = (2 * upTo[step] - level[step]) / (2 * all.length);
  }
}

/** Values in rising order, and behind them infinity up to a power of 2 that is above their count. */
function paddedSteps(values: Float32Array): Float32Array {
  const steps = new Float32Array(2 ** (32 - Math.clz32(values.length))).fill(Infinity);
  steps.set(values);
  return steps.sort();
}

/**
 * The first of ascending steps that is not below the value at a place. Without a branch in the search, since nothing foretells where a value lies; and a place is
 * cheaper to pass on than a number.
 *
 * @param steps [a power of 2] the last one infinity
 */
function firstNotBelow(steps: Float32Array, values: Float32Array, place: number): number {
  const value = values[place];
  let step = 0;
  for (let half = steps.length >>> 1; half > 0; half >>>= 1) step += Number(steps[step + half - 1] < value) * half;
  return step;
}

/** Above any number of candidates; a key of 32 and 21 bits fits a double. */
const PLACES = 2 ** 21;

/**
 * The same where the values are all there are: keys of value and place are sorted together, so that nothing is searched for. Those at the lowest value, which are
 * most where little is known, are only counted.
 */
function writeRanksOfAll(ranks: Float32Array, all: Float32Array): void {
  const bits = new Int32Array(all.buffer, all.byteOffset, all.length);
  let least = Infinity;
  for (let i = 0; i < all.length; i++) if (all[i] < least) least = all[i];
  const keys = new Float64Array(all.length);
  let above = 0;
  // The bits of a number above 0 grow with it, those of one below 0 fall.
  for (let i = 0; i < all.length; i++) if (all[i] > least) keys[above++] = (bits[i] < 0 ? -(bits[i] & 0x7fffffff) : bits[i]) * PLACES + i;
  const atLeast = all.length - above;
  ranks.fill(atLeast / (2 * all.length));
  const sorted = keys.subarray(0, above).sort();
  for (let start = 0, end = 0; start < above; start = end) {
    const value = Math.floor(sorted[start] / PLACES);
    while (end < above && Math.floor(sorted[end] / PLACES) === value) end++;
    const middle = (2 * atLeast + start + end) / (2 * all.length);
    for (let i = start; i < end; i++) ranks[sorted[i] - value * PLACES] = middle;
  }
}
