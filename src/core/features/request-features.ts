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
function writeRanks(matrix: FeatureMatrix, from: number, to: number): void {
  const { rows, values } = matrix;
  const sorted = new Float32Array(rows);
  for (let row = 0; row < rows; row++) sorted[row] = values[row * FEATURE_COUNT + from];
  sorted.sort();
  for (let row = 0; row < rows; row++) {
    const value = values[row * FEATURE_COUNT + from];
    matrix.set(row, to, (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / (2 * rows));
  }
}

/** How many of ascending values are below a value, or not above it. */
function countBelow(sorted: Float32Array, value: number, orLevel: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value || (orLevel && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
