/** Bins between quantiles, with the share of the training data that falls into each. */
export interface QuantileBins {
  /** [bins - 1] rising: a value belongs to the first bin whose edge is not below it, or to the last */
  edges: Float64Array;
  /** [bins] sum 1 */
  shares: Float64Array;
}

/**
 * Bins of a feature. Where many values are the same, quantiles fall together, and so do their bins.
 *
 * @param quantiles 11 points, 0 to 1, rising
 */
export function binsOf(quantiles: readonly number[]): QuantileBins {
  const steps = quantiles.length - 1;
  const edges: number[] = [];
  const shares: number[] = [];
  let before = 0;
  for (let i = 1; i < steps; i++) {
    if (quantiles[i + 1] === quantiles[i]) continue; // its last occurrence counts, and above the greatest there is nothing
    edges.push(quantiles[i]);
    shares.push((i - before) / steps);
    before = i;
  }
  shares.push((steps - before) / steps);
  return { edges: Float64Array.from(edges), shares: Float64Array.from(shares) };
}

/** The bin of a value. */
export function binOf({ edges }: QuantileBins, value: number): number {
  let bin = 0;
  while (bin < edges.length && value > edges[bin]) bin++;
  return bin;
}

const SMOOTHING = 0.5;

/**
 * Population stability index: sum over bins of (actual - expected) * ln(actual / expected). Below 0.1 nothing happened, above 0.25 something did.
 *
 * @param expected [bins] shares, sum 1
 * @param counts   [bins] what was seen; half a sighting is added to each, so that empty bins stay finite
 */
export function psi(expected: ArrayLike<number>, counts: ArrayLike<number>): number {
  let total = 0;
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin] + SMOOTHING;
  const least = SMOOTHING / total;
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    const actual = (counts[bin] + SMOOTHING) / total;
    const wanted = Math.max(expected[bin], least);
    sum += (actual - wanted) * Math.log(actual / wanted);
  }
  return sum;
}
