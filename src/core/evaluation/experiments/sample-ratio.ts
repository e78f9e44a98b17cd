import { chiSquareTail, normalQuantile } from './distributions.js';

/** Below this p-value the split cannot be trusted, and no figure of the experiment is shown unasked. */
export const SAMPLE_RATIO_ALARM = 0.001;
/** Chi-square is not to be trusted with fewer users than this in an arm that should have some. */
export const LEAST_USERS_PER_ARM = 8;

export interface SampleRatio {
  /** Chi-square test of the users seen against the weights; null below the least number of users. */
  pValue: number | null;
  mismatch: boolean;
  /** Smallest loss of one arm's users, as a share of them, that would be noticed in nine of ten experiments of this size; null without a p-value. */
  detectableLoss: number | null;
}

/**
 * P-value of a chi-square test of users against weights. Arms of weight 0 are left out and take no degree of freedom.
 *
 * @param users   [arms] counts
 * @param weights [arms] shares, 0 or more; they are scaled to sum to 1
 * @returns 0 to 1; 1 with no users or fewer than two arms of weight
 */
export function sampleRatioPValue(users: readonly number[], weights: readonly number[]): number {
  const arms = users.map((count, arm) => ({ count, weight: weights[arm] })).filter(({ weight }) => weight > 0);
  const total = arms.reduce((sum, { count }) => sum + count, 0);
  const weight = arms.reduce((sum, arm) => sum + arm.weight, 0);
  if (total === 0 || arms.length < 2) return 1;
  const distance = arms.reduce((sum, arm) => {
    const expected = (total * arm.weight) / weight;
    return sum + (arm.count - expected) ** 2 / expected;
  }, 0);
  return chiSquareTail(distance, arms.length - 1);
}

/** Standard errors of a loss that alarms nine times of ten. */
const NOTICED = normalQuantile(SAMPLE_RATIO_ALARM / 2) + normalQuantile(0.1);

/** Loss x of one of two equal arms of n users shifts the difference by nx, with a spread of sqrt(2n). */
function detectableLoss(users: readonly number[]): number {
  const least = Math.min(...users);
  return Math.min(1, NOTICED * Math.sqrt(2 / least));
}

/**
 * Whether users arrived in the arms as the weights say. A mismatch means that assigning, serving or logging loses users of one arm, and that
 * arms are not comparable.
 *
 * @param users   [arms] counts
 * @param weights [arms] shares, 0 or more
 * @see Fabijan and others 2019, doi:10.1145/3292500.3330722
 */
export function sampleRatioOf(users: readonly number[], weights: readonly number[]): SampleRatio {
  const seen = users.filter((_, arm) => weights[arm] > 0);
  const total = seen.reduce((sum, count) => sum + count, 0);
  if (total < LEAST_USERS_PER_ARM * seen.length || seen.length < 2) return { pValue: null, mismatch: false, detectableLoss: null };
  const pValue = sampleRatioPValue(users, weights);
  return { pValue, mismatch: pValue < SAMPLE_RATIO_ALARM, detectableLoss: detectableLoss(seen.map((count) => Math.max(1, count))) };
}
