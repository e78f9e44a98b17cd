import { type Random } from '../../core/random.js';

/** True with probability `p`. */
export const happens = (random: Random, p: number): boolean => random() < p;

/** A whole number from `low` to `high`, both included, each equally likely. */
export const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

export const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)];

/** One value with a chance in proportion to its weight; weights are not negative and not all 0. */
export function pickWeighted<T>(random: Random, values: readonly T[], weightOf: (value: T) => number): T {
  const total = values.reduce((sum, value) => sum + weightOf(value), 0);
  let left = random() * total;
  for (const value of values) {
    left -= weightOf(value);
    if (left < 0) return value;
  }
  return values[values.length - 1];
}

/** Up to `count` different values, drawn by weight; values of weight 0 are never drawn. */
export function pickSeveral<T>(random: Random, values: readonly T[], count: number, weightOf: (value: T) => number): T[] {
  const left = values.filter((value) => weightOf(value) > 0);
  const picked: T[] = [];
  while (picked.length < count && left.length > 0) {
    const value = pickWeighted(random, left, weightOf);
    picked.push(value);
    left.splice(left.indexOf(value), 1);
  }
  return picked;
}

/** A waiting time with the given mean: most are short, a few are long. */
export const waiting = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;
