import { column } from './catalogue.js';
import { columnGroup, constant, type Fill } from './feature-group.js';

/** From so many rows on, sorting all values beats counting for each row. */
const WORTH_SORTING = 64;

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

const pricesOf = (price: Float32Array, itemNos: Uint32Array): Float32Array => Float32Array.from(itemNos, (no) => price[no] || 0);

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Write the mid-rank of some values among all: the share of those below, what is level with it counting half. */
function writeRanks(ranks: Float32Array, all: Float32Array, values: Float32Array): void {
  if (values.length >= WORTH_SORTING) return writeSortedRanks(ranks, all, values);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    let below = 0;
    let notAbove = 0;
    for (let other = 0; other < all.length; other++) {
      below += Number(all[other] < value);
      notAbove += Number(all[other] <= value);
    }
    ranks[row] = (below + notAbove) / (2 * all.length);
  }
}

function writeSortedRanks(ranks: Float32Array, all: Float32Array, values: Float32Array): void {
  const sorted = all.slice().sort();
  const middles = new Float32Array(sorted.length);
  const distinct = collapse(sorted, middles);
  for (let row = 0; row < values.length; row++) ranks[row] = middles[placeOf(sorted, distinct, values[row])];
}

/** Move the distinct ones of ascending values to the front, each with its mid-rank in `ranks`; how many there are. */
function collapse(sorted: Float32Array, ranks: Float32Array): number {
  let distinct = 0;
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    const value = sorted[start];
    while (end < sorted.length && sorted[end] === value) end++;
    sorted[distinct] = value;
    ranks[distinct++] = (start + end) / (2 * sorted.length);
  }
  return distinct;
}

/** Where a value stands among ascending ones that hold it. */
function placeOf(ascending: Float32Array, n: number, value: number): number {
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
