import { quantile } from '../bootstrap.js';

/**
 * Where values are cut: the quantile of the users of all arms together, so that no arm is cut harder than another.
 *
 * @param arms    [arms][n] one value per user
 * @param share   of users at or below the cut, 0 to 1
 * @returns Infinity without users
 */
export function cutOf(arms: readonly Float64Array[], share: number): number {
  const all = new Float64Array(arms.reduce((sum, values) => sum + values.length, 0));
  let at = 0;
  for (const values of arms) {
    all.set(values, at);
    at += values.length;
  }
  return all.length === 0 ? Infinity : quantile(all.sort(), share);
}

/** Values with everything above the cut brought down to it. */
export const cutTo = (values: Float64Array, cut: number): Float64Array => values.map((value) => Math.min(value, cut));
