import { type Effect } from './effect.js';
import { alwaysValidTest, fixedTest, type Verdict } from './intervals.js';
import { meanStatistic, varianceOf } from './statistic.js';

/** What two interleaved rankings earned from one user: clicks, or another act, on the items of each team. */
export interface TeamCredits {
  first: number;
  second: number;
}

/** How far one user prefers the second ranking: -1 only the first, 1 only the second; null without a credit. */
export const preferenceOf = ({ first, second }: TeamCredits): number | null =>
  first + second > 0 ? (second - first) / (first + second) : null;

export interface InterleavingVerdict {
  users: number;
  /** Mean preference for the second ranking, -1 to 1. */
  preference: number;
  fixed: Verdict;
  alwaysValid: Verdict;
}

/**
 * Which of two interleaved rankings users prefer. A user is one observation, however much he clicks.
 *
 * @returns null with fewer than two users who gave credit, or when all prefer alike
 */
export function interleavingVerdict(credits: readonly TeamCredits[], alpha = 0.05): InterleavingVerdict | null {
  const statistic = meanStatistic(Float64Array.from(credits.map(preferenceOf).filter((one) => one !== null)));
  const { users } = statistic;
  const variance = users < 2 ? 0 : varianceOf(statistic);
  if (!(variance > 0)) return null;
  const preference = statistic.sum / users;
  const standardError = Math.sqrt(variance / users);
  const effect: Effect = { value: preference, standardError, degrees: users - 1, users, varianceReduction: 0 };
  return { users, preference, fixed: fixedTest(effect, alpha), alwaysValid: alwaysValidTest(effect, alpha) };
}
