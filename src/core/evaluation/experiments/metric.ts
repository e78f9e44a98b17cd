import { type UserFact, type UserFacts } from './user-facts.js';

/**
 * SHARE: users who did. MEAN: a value per user. RATIO: a sum over users by another, as clicks per impression. WHOLE: of the service or the catalogue,
 * not of users, so that no experiment can test it per user.
 */
export type MetricShape = 'SHARE' | 'MEAN' | 'RATIO' | 'WHOLE';

/** What one user adds to a metric: 0 or 1 by 1 for a share, a value by 1 for a mean. */
export interface MetricPart {
  numerator: number;
  denominator: number;
}

export interface Metric {
  key: string;
  unit: string;
  description: string;
  higherIsBetter: boolean;
  shape: MetricShape;
  /** What a user adds; null when he does not count, say because too little time has passed. Absent for the shape WHOLE. */
  read?: (facts: UserFacts) => MetricPart | null;
  /** Users without a page in the period are left out where everyone with an act is counted: no page can be the cause of what they do. */
  ofExposed?: boolean;
  /** Values above this quantile of all users' are cut to it: one order in a thousand must not decide. */
  winsorisedAt?: number;
}

/** Whether an experiment can test it user by user. */
export const isPerUser = (metric: Metric): metric is Metric & { read: NonNullable<Metric['read']> } => metric.read !== undefined;

type Words = [key: string, unit: string, description: string];
type Number = (facts: UserFacts) => number;
const asNumber = (fact: UserFact | Number): Number => (typeof fact === 'string' ? (facts) => facts[fact] : fact);

/** Share of the users who did something at least once; `counts` says who is counted, everyone exposed when left out. */
export function share([key, unit, description]: Words, fact: UserFact | Number, counts?: (facts: UserFacts) => boolean): Metric {
  const did = asNumber(fact);
  const read = (facts: UserFacts) => (counts?.(facts) === false ? null : { numerator: did(facts) > 0 ? 1 : 0, denominator: 1 });
  return { key, unit, description, higherIsBetter: true, shape: 'SHARE', read, ofExposed: counts === undefined };
}

/** A value per user; `counts` says who is counted, everyone exposed when left out. */
export function mean([key, unit, description]: Words, fact: UserFact | Number, counts?: (facts: UserFacts) => boolean): Metric {
  const value = asNumber(fact);
  const read = (facts: UserFacts) => (counts?.(facts) === false ? null : { numerator: value(facts), denominator: 1 });
  return { key, unit, description, higherIsBetter: true, shape: 'MEAN', read, ofExposed: counts === undefined };
}

/** What only users with a page have. */
const OF_PAGES: ReadonlySet<UserFact | Number> = new Set<UserFact>(['shown', 'served', 'feeds']);

/** One sum over users by another; by what was served, over the users who were served something. */
export function ratio([key, unit, description]: Words, above: UserFact | Number, below: UserFact | Number): Metric {
  const [numerator, denominator] = [asNumber(above), asNumber(below)];
  const read = (facts: UserFacts) => ({ numerator: numerator(facts), denominator: denominator(facts) });
  return { key, unit, description, higherIsBetter: true, shape: 'RATIO', read, ofExposed: OF_PAGES.has(below) };
}

/** Of the service or the catalogue as a whole. */
export const whole = ([key, unit, description]: Words): Metric => ({ key, unit, description, higherIsBetter: true, shape: 'WHOLE' });

export const lowerIsBetter = (metric: Metric): Metric => ({ ...metric, higherIsBetter: false });

/** Money per user: the greatest thousandth is cut. */
export const winsorised = (metric: Metric): Metric => ({ ...metric, winsorisedAt: 0.999 });
