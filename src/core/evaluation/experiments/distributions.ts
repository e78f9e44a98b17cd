import { betaShare, gammaTail, logBeta } from './incomplete-functions.js';

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

/** Density of the standard normal distribution. */
const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Density of Student's t distribution. */
const studentDensity = (t: number, degrees: number): number =>
  Math.exp(-logBeta(degrees / 2, 0.5) - ((degrees + 1) / 2) * Math.log1p((t * t) / degrees)) / Math.sqrt(degrees);

/** A first guess at the normal value, right to 0.0005, for shares up to a half; Abramowitz and Stegun 26.2.23. */
function guessedNormal(share: number): number {
  const t = Math.sqrt(-2 * Math.log(share));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

/** The value above which a share lies, for a tail that falls from 1/2 at 0: Newton's steps, which halve the bracket where they would leave it. */
function tailValue(share: number, start: number, tail: (value: number) => number, density: (value: number) => number): number {
  let [low, high] = [0, Infinity];
  let value = Math.max(0, start);
  for (let step = 0; step < 200; step++) {
    const gap = tail(value) - share;
    if (gap > 0) low = value;
    else high = value;
    const next = value + gap / density(value);
    const isInside = next >= low && next <= high;
    const moved = isInside ? next : high === Infinity ? 2 * low + 1 : (low + high) / 2;
    if (Math.abs(moved - value) <= 1e-15 * Math.max(1e-3, moved)) return moved;
    value = moved;
  }
  return value;
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
  const tail = (value: number): number => studentTail(value, degrees);
  return tailValue(share, guessedNormal(share), tail, (value) => studentDensity(value, degrees));
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
  return tailValue(share, guessedNormal(share), normalTail, normalDensity);
}
