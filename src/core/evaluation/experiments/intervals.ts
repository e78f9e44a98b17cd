import { studentQuantile, studentTail } from './distributions.js';
import { type Effect } from './effect.js';

/** Both ends of an interval; an open end is infinite. */
export interface Range {
  low: number;
  high: number;
}

/** What is asked about the effect: whether it differs from 0, lies above it, or below it. */
export type Alternative = 'DIFFERENT' | 'GREATER' | 'LESS';

export interface Verdict {
  interval: Range;
  pValue: number;
}

/** Sample of both arms at which an always-valid interval is tightest. It is fixed before the first user is counted. */
export const DEFAULT_TUNED_FOR = 5_000;

function around(value: number, halfWidth: number, alternative: Alternative): Range {
  return {
    low: alternative === 'LESS' ? -Infinity : value - halfWidth,
    high: alternative === 'GREATER' ? Infinity : value + halfWidth,
  };
}

/**
 * Welch's test, right for one look at a time fixed beforehand.
 *
 * @param alpha share of false alarms, between 0 and 1
 * @returns interval with coverage 1 - alpha, and the p-value against no effect
 * @see Welch 1947, doi:10.1093/biomet/34.1-2.28
 */
export function fixedTest({ value, standardError, degrees }: Effect, alpha = 0.05, alternative: Alternative = 'DIFFERENT'): Verdict {
  const t = value / standardError;
  const twoSided = alternative === 'DIFFERENT';
  const halfWidth = studentQuantile(twoSided ? alpha / 2 : alpha, degrees) * standardError;
  const pValue = twoSided ? 2 * studentTail(Math.abs(t), degrees) : studentTail(alternative === 'GREATER' ? t : -t, degrees);
  return { interval: around(value, halfWidth, alternative), pValue };
}

/**
 * The parameter that makes an always-valid interval tightest at a given sample.
 *
 * @param alpha    share of false alarms over all looks; twice that of a one-sided test
 * @param tunedFor users of both arms together, above 0
 * @see Waudby-Smith and others, arXiv:2103.06476, section on the choice of rho
 */
export const mixtureScale = (alpha: number, tunedFor: number): number => {
  const twice = -2 * Math.log(alpha);
  return Math.sqrt((twice + Math.log(twice + 1)) / tunedFor);
};

function sequentialHalfWidth({ standardError, users }: Effect, rho: number, alpha: number, twoSided: boolean): number {
  const spread = users * rho ** 2 + 1;
  const logarithm = twoSided ? Math.log(Math.sqrt(spread) / alpha) : Math.log1p(Math.sqrt(spread) / (2 * alpha));
  return standardError * Math.sqrt(users) * Math.sqrt((2 * spread * logarithm) / (users * rho) ** 2);
}

function twoSidedPValue({ value, standardError, users }: Effect, rho: number): number {
  const spread = users * rho ** 2 + 1;
  const exponent = (rho ** 2 * (value / standardError) ** 2 * users) / (2 * spread);
  return Math.min(1, Math.sqrt(spread) * Math.exp(-exponent));
}

const [LEAST_P, GREATEST_P] = [1e-5, 0.4999];
/** The search ends where the end of the interval comes this near to 0, as in the reference engine: another rule would give another last digit. */
const NEAR_ZERO = 1e-6;

/** The alpha at which the one-sided interval just touches 0, by halving; cut at 0.00001 and 0.4999. */
function oneSidedPValue(effect: Effect, rho: number, alternative: Alternative): number {
  const towards = alternative === 'GREATER' ? effect.value : -effect.value;
  const clearance = (alpha: number): number => towards - sequentialHalfWidth(effect, rho, alpha, false);
  if (clearance(LEAST_P) > 0) return LEAST_P;
  if (clearance(GREATEST_P) < 0) return GREATEST_P;
  let [low, high] = [LEAST_P, GREATEST_P];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    const gap = clearance(middle);
    if (gap < 0) low = middle;
    else high = middle;
    if (Math.abs(gap) < NEAR_ZERO) break;
  }
  return (low + high) / 2;
}

/**
 * An always-valid test: however often one looks, the interval misses the effect at any look in at most a share alpha of experiments. It is asymptotic:
 * below some hundred users it is not to be shown.
 *
 * @param alpha    share of false alarms over all looks, above 0; below 1, or below 0.5 for a one-sided test
 * @param tunedFor users of both arms at which the interval is tightest, fixed before the start
 * @throws RangeError  when alpha is out of range
 * @see Waudby-Smith and others, Time-uniform central limit theory, arXiv:2103.06476
 */
export function alwaysValidTest(
  effect: Effect,
  alpha = 0.05,
  tunedFor = DEFAULT_TUNED_FOR,
  alternative: Alternative = 'DIFFERENT',
): Verdict {
  const twoSided = alternative === 'DIFFERENT';
  const limit = twoSided ? 1 : 0.5;
  if (!(alpha > 0 && alpha < limit)) throw new RangeError(`alpha is ${alpha}; it must lie between 0 and ${limit}`);
  const rho = mixtureScale(twoSided ? alpha : 2 * alpha, tunedFor);
  const interval = around(effect.value, sequentialHalfWidth(effect, rho, alpha, twoSided), alternative);
  return { interval, pValue: twoSided ? twoSidedPValue(effect, rho) : oneSidedPValue(effect, rho, alternative) };
}
