import { betaShare, gammaTail } from './incomplete-functions.js';

/**
 * Share of a standard normal distribution above z.
 *
 * @returns 0 to 1, accurate to 12 digits in either tail
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return gammaTail(0.5, (z * z) / 2) / 2;
}

/**
 * Share of a chi-square distribution above x: the p-value of a chi-square test.
 *
 * @param degrees of freedom, above 0
 */
export const chiSquareTail = (x: number, degrees: number): number => gammaTail(degrees / 2, x / 2);

/**
 * Share of Student's t distribution above t.
 *
 * @param degrees of freedom, above 0; need not be whole
 * @returns 0 to 1, accurate to 9 digits in either tail up to 10 million degrees
 */
export function studentTail(t: number, degrees: number): number {
  if (t < 0) return 1 - studentTail(-t, degrees);
  const square = t * t;
  return betaShare(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5) / 2;
}

/** The value above which a share lies, for a tail that falls from 1/2 at 0; found by halving. */
function tailValue(share: number, tail: (value: number) => number): number {
  let [low, high] = [0, 1];
  while (tail(high) > share && high < Number.MAX_VALUE / 2) [low, high] = [high, high * 2];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (tail(middle) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function checkShare(share: number): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`the share above is ${share}; it must lie between 0 and 1`);
}

/**
 * The value above which a share of Student's t distribution lies.
 *
 * @param share   between 0 and 1, both excluded: 0.025 for the upper end of a 95% interval
 * @param degrees of freedom, above 0
 * @throws RangeError  when the share is no share
 */
export function studentQuantile(share: number, degrees: number): number {
  checkShare(share);
  if (share > 0.5) return -studentQuantile(1 - share, degrees);
  return tailValue(share, (value) => studentTail(value, degrees));
}

/**
 * The value above which a share of the standard normal distribution lies.
 *
 * @param share between 0 and 1, both excluded
 * @throws RangeError  when the share is no share
 */
export function normalQuantile(share: number): number {
  checkShare(share);
  if (share > 0.5) return -normalQuantile(1 - share);
  return tailValue(share, normalTail);
}
