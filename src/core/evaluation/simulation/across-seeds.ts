import { studentQuantile } from '../experiments/distributions.js';

/** A mean over runs that differ in their seed, and half the width of its 95 % interval; infinite for a single run. */
export interface Estimate {
  mean: number;
  half: number;
}

/** Mean and interval by Student's distribution; each run is one observation. @throws RangeError for no runs */
export function estimateOf(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) throw new RangeError('0 runs have no mean');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, half: Infinity };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: studentQuantile(0.025, n - 1) * Math.sqrt(variance / n) };
}

/** The same of differences between runs of equal seeds, in which what the seed decides cancels out. */
export const pairedEstimate = (values: readonly number[], against: readonly number[]): Estimate =>
  estimateOf(values.map((value, i) => value - against[i]));
