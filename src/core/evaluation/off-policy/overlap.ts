/** How much of a log speaks about another policy. */
export interface Overlap {
  rounds: number;
  /** As many rounds of the other policy's own would tell as much: (sum w)² / sum w². */
  effectiveSample: number;
  /** Mean weight: 1 but for chance where the log holds everything that the other policy would do. */
  meanWeight: number;
  /** Share of all weight that one round has. */
  largestShare: number;
}

const LEAST_EFFECTIVE_SHARE = 0.01;
const MOST_MEAN_DRIFT = 0.1;
const MOST_ONE_SHARE = 0.05;

/**
 * Overlap of a log with another policy.
 *
 * @param weights [n] 0 or more
 */
export function overlapOf(weights: Float64Array): Overlap {
  let [sum, squares, largest] = [0, 0, 0];
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
    largest = Math.max(largest, weight);
  }
  const rounds = weights.length;
  return {
    rounds,
    effectiveSample: squares === 0 ? 0 : (sum * sum) / squares,
    meanWeight: rounds === 0 ? 0 : sum / rounds,
    largestShare: sum === 0 ? 0 : largest / sum,
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

/** Why a log cannot answer, in words; null when it can. A figure from too little overlap would look as sure as any other. */
export function refusalOf({ rounds, effectiveSample, meanWeight, largestShare }: Overlap): string | null {
  if (rounds === 0) return 'the log holds no item with a known propensity';
  if (meanWeight === 0) return 'the log holds nothing that the other policy would show';
  const faults: string[] = [];
  if (effectiveSample / rounds < LEAST_EFFECTIVE_SHARE)
    faults.push(`the effective sample is ${percent(effectiveSample / rounds)} of the log, below ${percent(LEAST_EFFECTIVE_SHARE)}`);
  if (Math.abs(meanWeight - 1) > MOST_MEAN_DRIFT)
    faults.push(`the mean weight is ${meanWeight.toFixed(3)}, further than ${MOST_MEAN_DRIFT} from 1`);
  if (largestShare > MOST_ONE_SHARE) faults.push(`one item has ${percent(largestShare)} of the weight, above ${percent(MOST_ONE_SHARE)}`);
  return faults.length === 0 ? null : `too little overlap: ${faults.join('; ')}`;
}
