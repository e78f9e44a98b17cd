/** Share of `part` in `whole`, 0..1; null while there is no whole. */
export const shareOf = (part: number, whole: number): number | null => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : null);

/** Standard deviation from a count, a sum and a sum of squares; not below 0. Null below two. */
export function deviation(n: number, sum: number, squares: number): number | null {
  if (n < 2 - 1e-6) return null;
  return Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
}

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Deviation in units of the mean: 0 for a clock, about 1 for chance, above for bursts. Null below two values or at mean 0. */
export function relativeSpread(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (values.length < 2 || mean === 0) return null;
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) / mean;
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Over how many values something spreads: `(sum)² / sum of squares` of what is above 0, so n for n equal ones. Null for none. */
export function effectiveNumber(values: Iterable<number>): number | null {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    if (value <= 0) continue;
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? (sum * sum) / squares : null;
}

/**
 * Standard normal distribution function, to 2e-7.
 *
 * @see Abramowitz and Stegun 26.2.17
 */
export function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

/** Differences of neighbours in a list that falls. */
export const gapsOf = (falling: readonly number[]): number[] => falling.slice(1).map((value, i) => falling[i] - value);
