/** Sums of one value per user. */
export interface Sums {
  sum: number;
  sumSquares: number;
}

/**
 * What one arm showed of one metric, as sums over its users. `adjusted` carries a covariate from before the first exposure (CUPED), `ratio` a
 * numerator and a denominator per user.
 */
export type Statistic =
  | ({ kind: 'mean'; users: number } & Sums)
  | { kind: 'proportion'; users: number; sum: number }
  | { kind: 'ratio'; users: number; numerator: Sums; denominator: Sums; sumProducts: number }
  | { kind: 'adjusted'; users: number; after: Sums; before: Sums; sumProducts: number };

/** Variance of a value over users, with n - 1; 0 for fewer than two users. */
export const sampleVariance = (users: number, { sum, sumSquares }: Sums): number =>
  users <= 1 ? 0 : (sumSquares - (sum * sum) / users) / (users - 1);

/** Covariance of two values over users, with n - 1; 0 for fewer than two users. */
export const sampleCovariance = (users: number, sumProducts: number, a: Sums, b: Sums): number =>
  users <= 1 ? 0 : (sumProducts - (a.sum * b.sum) / users) / (users - 1);

/**
 * Mean of the metric in the arm, before any adjustment.
 *
 * @returns the mean per user, the share of users, or the ratio of the two sums; NaN where the denominator is 0
 */
export function meanOf(statistic: Statistic): number {
  if (statistic.kind === 'ratio') return statistic.numerator.sum / statistic.denominator.sum;
  return (statistic.kind === 'adjusted' ? statistic.after.sum : statistic.sum) / statistic.users;
}

/** Delta method: the variance of a ratio of two means, times users. */
function ratioVariance({ users, numerator, denominator, sumProducts }: Extract<Statistic, { kind: 'ratio' }>): number {
  const [m, d] = [numerator.sum / users, denominator.sum / users];
  const covariance = sampleCovariance(users, sumProducts, numerator, denominator);
  return sampleVariance(users, numerator) / d ** 2 + (sampleVariance(users, denominator) * m ** 2) / d ** 4 - (2 * covariance * m) / d ** 3;
}

/**
 * Variance of the metric for one user of the arm, before any adjustment: divided by the users it is that of the mean.
 *
 * @see Deng, Knoblich and Lu 2018, doi:10.1145/3219819.3219919, for ratios
 */
export function varianceOf(statistic: Statistic): number {
  switch (statistic.kind) {
    case 'proportion': {
      const share = statistic.sum / statistic.users;
      return share * (1 - share);
    }
    case 'ratio':
      return ratioVariance(statistic);
    case 'adjusted':
      return sampleVariance(statistic.users, statistic.after);
    case 'mean':
      return sampleVariance(statistic.users, statistic);
  }
}

/**
 * Statistic of a value per user.
 *
 * @param values [n] one per user, finite
 */
export function meanStatistic(values: Float64Array): Extract<Statistic, { kind: 'mean' }> {
  return { kind: 'mean', users: values.length, ...sumsOf(values) };
}

/**
 * Statistic of a ratio of two sums, as clicks per impression.
 *
 * @param numerators   [n] one per user, finite
 * @param denominators [n] of the same users, finite, 0 or more
 */
export function ratioStatistic(numerators: Float64Array, denominators: Float64Array): Extract<Statistic, { kind: 'ratio' }> {
  const sumProducts = sumOfProducts(numerators, denominators);
  return { kind: 'ratio', users: numerators.length, numerator: sumsOf(numerators), denominator: sumsOf(denominators), sumProducts };
}

/**
 * Statistic of a value per user with the same value of a period before the first exposure.
 *
 * @param after  [n] one per user, finite
 * @param before [n] of the same users, finite
 */
export function adjustedStatistic(after: Float64Array, before: Float64Array): Extract<Statistic, { kind: 'adjusted' }> {
  return { kind: 'adjusted', users: after.length, after: sumsOf(after), before: sumsOf(before), sumProducts: sumOfProducts(after, before) };
}

function sumsOf(values: Float64Array): Sums {
  let [sum, sumSquares] = [0, 0];
  for (const value of values) {
    sum += value;
    sumSquares += value * value;
  }
  return { sum, sumSquares };
}

function sumOfProducts(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} values and ${b.length} values are not of the same users`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
