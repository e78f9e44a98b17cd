import { statisticOf } from '../experiments/arm-values.js';
import { type Metric } from '../experiments/metric.js';
import { meanOf, type Statistic, type Sums } from '../experiments/statistic.js';
import { type UserFacts } from '../experiments/user-facts.js';
import { cutOf, cutTo } from '../experiments/winsorise.js';

/** A metric over one window. */
export interface Reading {
  /** Null where nothing stands below. */
  value: number | null;
  /** Users who count; of a metric that is not of users, what it was made of. */
  sample: number;
  /** What its noise is told from; null for a metric that is not of users. */
  statistic: Statistic | null;
}

/** Sums of one metric while users pass by; single values are kept only of metrics whose greatest are cut. */
export interface MetricTally {
  readonly metric: Metric;
  users: number;
  above: Sums;
  below: Sums;
  products: number;
  values: number[] | null;
}

export const createTally = (metric: Metric): MetricTally => ({
  metric,
  users: 0,
  above: { sum: 0, sumSquares: 0 },
  below: { sum: 0, sumSquares: 0 },
  products: 0,
  values: metric.winsorisedAt === undefined ? null : [],
});

/** Count one more user, once a window. */
export function tallyUser(tally: MetricTally, facts: UserFacts): void {
  const part = tally.metric.read?.(facts);
  if (!part) return;
  const { numerator, denominator } = part;
  tally.users++;
  tally.above.sum += numerator;
  tally.above.sumSquares += numerator * numerator;
  tally.below.sum += denominator;
  tally.below.sumSquares += denominator * denominator;
  tally.products += numerator * denominator;
  tally.values?.push(numerator);
}

function readingOf(tally: MetricTally, cut: number): Reading {
  const { metric, users, above, below, products, values } = tally;
  if (users === 0) return { value: null, sample: 0, statistic: null };
  const plain: Statistic =
    metric.shape === 'RATIO'
      ? { kind: 'ratio', users, numerator: above, denominator: below, sumProducts: products }
      : metric.shape === 'SHARE'
        ? { kind: 'proportion', users, sum: above.sum }
        : { kind: 'mean', users, ...above };
  const statistic = values
    ? statisticOf(metric, { numerators: cutTo(Float64Array.from(values), cut), denominators: new Float64Array(0), before: null }, false)
    : plain;
  const value = meanOf(statistic);
  return { value: Number.isFinite(value) ? value : null, sample: users, statistic };
}

/** Readings of one metric over one window or two; the greatest values of both are cut alike. */
export function readingsOf(now: MetricTally, before: MetricTally | null): { now: Reading; before: Reading | null } {
  const { winsorisedAt } = now.metric;
  const all = [now, ...(before ? [before] : [])].map(({ values }) => Float64Array.from(values ?? []));
  const cut = winsorisedAt === undefined ? Infinity : cutOf(all, winsorisedAt);
  return { now: readingOf(now, cut), before: before && readingOf(before, cut) };
}
