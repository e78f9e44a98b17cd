import { type ArmValues, type CountedUser, outcomesOf, statisticOf } from './arm-values.js';
import { type Metric } from './metric.js';
import { type Statistic } from './statistic.js';

/** All that a comparison needs to know of one metric in one arm. */
export interface ArmSums {
  /** Users who count for the metric. */
  users: number;
  /** Of those, users with an outcome. */
  outcomes: number;
  plain: Statistic;
  /** With the covariate; null where the metric has none or nobody's was kept. */
  adjusted: Statistic | null;
}

/** Sums of values that are all at hand. */
export const sumsOf = (metric: Metric, values: ArmValues): ArmSums => ({
  users: values.numerators.length,
  outcomes: outcomesOf(values),
  plain: statisticOf(metric, values, false),
  adjusted: values.before === null ? null : statisticOf(metric, values, true),
});

/**
 * One metric in one arm, user by user: memory does not grow with users, but for metrics whose greatest values are cut, which keep a number or two of each.
 * The sums are those that `sumsOf` makes of the same users in the same order.
 */
export class ArmTally {
  private users = 0;
  private outcomes = 0;
  private hasBefore = false;
  private readonly numerator = { sum: 0, sumSquares: 0 };
  private readonly denominator = { sum: 0, sumSquares: 0 };
  private readonly before = { sum: 0, sumSquares: 0 };
  private productsBelow = 0;
  private productsBefore = 0;
  private readonly kept: { numerators: number[]; before: number[] } | null;

  constructor(private readonly metric: Metric) {
    this.kept = metric.winsorisedAt === undefined ? null : { numerators: [], before: [] };
  }

  /** A user of whom nothing was kept from before counts as 0 there, in every arm alike. */
  add({ facts, before }: CountedUser): void {
    const now = this.metric.read?.(facts);
    if (!now) return;
    const { numerator, denominator } = now;
    this.users++;
    if (numerator !== 0) this.outcomes++;
    this.numerator.sum += numerator;
    this.numerator.sumSquares += numerator * numerator;
    if (this.metric.shape === 'RATIO') {
      this.denominator.sum += denominator;
      this.denominator.sumSquares += denominator * denominator;
      this.productsBelow += numerator * denominator;
      return;
    }
    const earlier = before === null ? 0 : (this.metric.read?.(before)?.numerator ?? 0);
    this.hasBefore ||= before !== null;
    this.before.sum += earlier;
    this.before.sumSquares += earlier * earlier;
    this.productsBefore += numerator * earlier;
    this.kept?.numerators.push(numerator);
    this.kept?.before.push(earlier);
  }

  /** The values of a metric that is cut. @throws RangeError for another, whose values are not kept */
  values(): ArmValues {
    if (!this.kept) throw new RangeError(`${this.metric.key} keeps no values`);
    const numerators = Float64Array.from(this.kept.numerators);
    return { numerators, denominators: numerators.slice().fill(1), before: this.hasBefore ? Float64Array.from(this.kept.before) : null };
  }

  sums(): ArmSums {
    const { users, outcomes, numerator, denominator, before } = this;
    if (this.metric.shape === 'RATIO') {
      const plain: Statistic = { kind: 'ratio', users, numerator, denominator, sumProducts: this.productsBelow };
      return { users, outcomes, plain, adjusted: null };
    }
    const plain: Statistic =
      this.metric.shape === 'SHARE' ? { kind: 'proportion', users, sum: numerator.sum } : { kind: 'mean', users, ...numerator };
    const adjusted: Statistic = { kind: 'adjusted', users, after: numerator, before, sumProducts: this.productsBefore };
    return { users, outcomes, plain, adjusted: this.hasBefore ? adjusted : null };
  }
}
