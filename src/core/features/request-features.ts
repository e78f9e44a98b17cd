import { column, FEATURE_COUNT } from './catalogue.js';
import { featureGroup } from './item-features.js';
import { type FeatureMatrix } from './matrix.js';

const HOUR_SIN = column('context.hour_sin@1');
const HOUR_COS = column('context.hour_cos@1');
const HOUR_ACTIVITY = column('context.hour_activity@1');
const POPULARITY_RANK = column('request.popularity_rank@1');
const CF_RANK = column('request.cf_rank@1');
const FRESHNESS_RANK = column('request.freshness_rank@1');
const SOURCES = column('request.sources@1');
const PRIOR = column('request.prior@1');

const RANKED: [from: number, to: number][] = [
  [column('item.popularity_log@1'), POPULARITY_RANK],
  [column('cross.cf@1'), CF_RANK],
  [column('item.freshness@1'), FRESHNESS_RANK],
];

/** When the request comes. */
export const contextFeatures = featureGroup('context-features', [HOUR_SIN, HOUR_COS, HOUR_ACTIVITY], ({ request, taste }, _, matrix) => {
  const angle = (2 * Math.PI * request.hour) / 24;
  matrix.setAll(HOUR_SIN, Math.sin(angle));
  matrix.setAll(HOUR_COS, Math.cos(angle));
  const total = taste?.hours.reduce((sum, activity) => sum + activity, 0) ?? 0;
  if (taste && total > 0) matrix.setAll(HOUR_ACTIVITY, taste.hours[request.hour] / total);
});

/** How a candidate stands among the others; runs last, since it reads other columns. */
export const requestFeatures = featureGroup(
  'request-features',
  [POPULARITY_RANK, CF_RANK, FRESHNESS_RANK, SOURCES, PRIOR],
  (_, { sources, prior }, matrix) => {
    for (const [from, to] of RANKED) writeRanks(matrix, from, to);
    for (let row = 0; row < matrix.rows; row++) matrix.set(row, SOURCES, bitCount(sources[row]));
    if (prior) for (let row = 0; row < matrix.rows; row++) matrix.set(row, PRIOR, prior.scores[row]);
  },
);

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Write the mid-rank of every value of one column into another: the share of rows below it, those level with it counting half. */
function writeRanks({ rows, values }: FeatureMatrix, from: number, to: number): void {
  const sorted = new Float32Array(rows);
  for (let row = 0; row < rows; row++) sorted[row] = values[row * FEATURE_COUNT + from];
  sorted.sort();
  const ranks = new Float32Array(rows);
  const distinct = collapse(sorted, ranks);
  for (let row = 0; row < rows; row++)
    values[row * FEATURE_COUNT + to] = ranks[placeOf(sorted, distinct, values[row * FEATURE_COUNT + from])];
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
