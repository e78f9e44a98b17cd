import { normalQuantile } from './distributions.js';
import { DEFAULT_TUNED_FOR, mixtureScale } from './intervals.js';

/** What is planned: a metric as it is today, the change worth knowing, and how sure one wants to be. */
export interface PlanInput {
  /** Mean of the metric today, not 0. */
  mean: number;
  /** Variance of the metric over users: p (1 - p) for a share. Less what a covariate removes. */
  variance: number;
  /** Smallest change that matters, as a share of the mean, not 0. */
  relativeEffect: number;
  /** Chance to notice it, 0.8 when left out. */
  power?: number;
  /** Share of false alarms, 0.05 when left out. */
  alpha?: number;
  /** Whether one wants to look at any time, for which more users are needed. */
  isAlwaysValid?: boolean;
  tunedFor?: number;
}

export interface Plan {
  usersPerArm: number;
  days: number;
}

/** How many standard errors the end of an interval lies from its middle. */
function widthInErrors(users: number, alpha: number, isAlwaysValid: boolean, tunedFor: number): number {
  if (!isAlwaysValid) return normalQuantile(alpha / 2);
  const spread = users * mixtureScale(alpha, tunedFor) ** 2;
  return Math.sqrt((2 * (spread + 1) * Math.log(Math.sqrt(spread + 1) / alpha)) / spread);
}

/** Change, in standard errors, that is noticed with the wanted chance. */
const neededErrors = (
  users: number,
  { power = 0.8, alpha = 0.05, isAlwaysValid = false, tunedFor = DEFAULT_TUNED_FOR }: PlanInput,
): number => widthInErrors(users, alpha, isAlwaysValid, tunedFor) + normalQuantile(1 - power);

/**
 * Users that each of two equal arms needs.
 *
 * @throws RangeError  when mean, variance or effect leave nothing to find
 */
export function usersPerArm(input: PlanInput): number {
  const change = Math.abs(input.mean * input.relativeEffect);
  if (!(change > 0 && input.variance > 0)) throw new RangeError('a plan needs a mean and an effect other than 0 and a variance above 0');
  const enough = (users: number): boolean => change >= neededErrors(2 * users, input) * Math.sqrt((2 * input.variance) / users);
  let high = 1;
  while (!enough(high)) high *= 2;
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest change, as a share of the mean, that so many users per arm show with the wanted chance. */
export const detectableEffect = (users: number, input: Omit<PlanInput, 'relativeEffect'>): number =>
  (neededErrors(2 * users, { ...input, relativeEffect: 1 }) * Math.sqrt((2 * input.variance) / users)) / Math.abs(input.mean);

/**
 * Users and days of an experiment with equal arms.
 *
 * @param newUsersPerDay users a day who are seen for the first time, all arms and the uncovered together, above 0
 * @param coverage       share of users who take part, above 0
 */
export function planOf(input: PlanInput, arms: number, newUsersPerDay: number, coverage: number): Plan {
  const users = usersPerArm(input);
  return { usersPerArm: users, days: Math.ceil((users * arms) / (newUsersPerDay * coverage)) };
}
