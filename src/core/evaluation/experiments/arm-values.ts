import { type Metric } from './metric.js';
import { adjustedStatistic, meanStatistic, ratioStatistic, type Statistic } from './statistic.js';
import { type UserFacts } from './user-facts.js';
import { cutOf, cutTo } from './winsorise.js';

/** A user who was counted, in the one arm that he saw. */
export interface CountedUser {
  facts: UserFacts;
  /** The same of the days before his first exposure; null where nothing was kept. */
  before: UserFacts | null;
}

/** Values of one metric in one arm, a place per user who counts for it. */
export interface ArmValues {
  numerators: Float64Array;
  denominators: Float64Array;
  /** Of the period before; null where the metric has none or nobody's was kept. */
  before: Float64Array | null;
}

/** Values of one arm. A user of whom nothing was kept from before counts as 0 there, in every arm alike. */
export function armValues(metric: Metric, users: readonly CountedUser[]): ArmValues {
  const parts = users.flatMap(({ facts, before }) => {
    const now = metric.read?.(facts);
    return now ? [{ now, before: before && (metric.read?.(before)?.numerator ?? 0) }] : [];
  });
  const hasBefore = metric.shape !== 'RATIO' && parts.some(({ before }) => before !== null);
  return {
    numerators: Float64Array.from(parts, ({ now }) => now.numerator),
    denominators: Float64Array.from(parts, ({ now }) => now.denominator),
    before: hasBefore ? Float64Array.from(parts, ({ before }) => before ?? 0) : null,
  };
}

/** Cut the greatest values of all arms alike, where the metric says so. */
export function winsorisedArms({ winsorisedAt }: Metric, arms: readonly ArmValues[]): ArmValues[] {
  if (winsorisedAt === undefined) return [...arms];
  const cut = cutOf(
    arms.map(({ numerators }) => numerators),
    winsorisedAt,
  );
  const befores = arms.map(({ before }) => before).filter((before) => before !== null);
  const cutBefore = cutOf(befores, winsorisedAt);
  return arms.map(({ numerators, denominators, before }) => ({
    numerators: cutTo(numerators, cut),
    denominators,
    before: before && cutTo(before, cutBefore),
  }));
}

/** Sums of an arm in the shape of the metric; with the covariate where `isAdjusted`. */
export function statisticOf({ shape }: Metric, { numerators, denominators, before }: ArmValues, isAdjusted: boolean): Statistic {
  if (shape === 'RATIO') return ratioStatistic(numerators, denominators);
  if (isAdjusted && before) return adjustedStatistic(numerators, before);
  const mean = meanStatistic(numerators);
  return shape === 'SHARE' ? { kind: 'proportion', users: mean.users, sum: mean.sum } : mean;
}

/** Users with an outcome. */
export const outcomesOf = ({ numerators }: ArmValues): number => numerators.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
