import { type Fault } from '../../errors.js';
import { fnv32a, placeOf } from './hash.js';

/** Parts into which every layer divides its users. */
export const BUCKETS = 1_000;

/** Bucket of a unit in a layer, 0..999: another one, independently, in every layer. */
export function bucketOf(layer: string, unit: string): number {
  // Places come in ten thousandths; counted as whole numbers first, no bucket loses one by rounding.
  return Math.floor(Math.round(placeOf(`layer:${layer}`, unit)! * 10_000) / 10);
}

/** Buckets in the order in which an experiment takes them: each in an order of its own, so that experiments which follow each other do not meet the same users first. */
function preferredBuckets(experiment: string): number[] {
  const ranks = Array.from({ length: BUCKETS }, (_, bucket) => fnv32a(`${fnv32a(`${experiment}:${bucket}`)}`));
  return ranks.map((_, bucket) => bucket).sort((a, b) => ranks[a] - ranks[b] || a - b);
}

/**
 * Buckets of a layer for an experiment: those it has, and free ones until its coverage is reached.
 *
 * @param coverage 0 to 1 in steps of a thousandth, not below what it has
 * @param owned    buckets it has
 * @param taken    buckets of the other running experiments of the layer
 * @returns its buckets, or the fault where too few are free
 */
export function takeBuckets(
  experiment: string,
  coverage: number,
  owned: readonly number[],
  taken: ReadonlySet<number>,
): { buckets: number[] } | { fault: Fault } {
  const wanted = Math.round(coverage * BUCKETS) - owned.length;
  const mine = new Set(owned);
  const free = preferredBuckets(experiment).filter((bucket) => !mine.has(bucket) && !taken.has(bucket));
  if (free.length >= wanted) return { buckets: [...owned, ...free.slice(0, Math.max(0, wanted))] };
  const most = (owned.length + free.length) / BUCKETS;
  const message = `coverage is ${coverage}; the other experiments of its layer leave at most ${most}`;
  return { fault: { path: 'coverage', code: 'LAYER_FULL', message } };
}
