import { meanOf, sampleCovariance, sampleVariance, type Statistic, type Sums, varianceOf } from './statistic.js';

type Adjusted = Extract<Statistic, { kind: 'adjusted' }>;

/** The difference that a treatment made, and how well it is known. */
export interface Effect {
  /** In the unit of the metric, or as a share of the control's mean where it is relative. */
  value: number;
  standardError: number;
  /** Of Welch and Satterthwaite. */
  degrees: number;
  /** Of both arms. */
  users: number;
  /** Share of the variance of the difference that the covariate removed, 0 without one; below 0 it added noise. */
  varianceReduction: number;
}

export type EffectScale = 'ABSOLUTE' | 'RELATIVE';

const plus = (a: Sums, b: Sums): Sums => ({ sum: a.sum + b.sum, sumSquares: a.sumSquares + b.sumSquares });

/**
 * Slope of the metric on its covariate over the users of both arms together, so that both are adjusted alike.
 *
 * @returns 0 where the covariate does not vary
 * @see Deng, Xu, Kohavi and Walker 2013, doi:10.1145/2433396.2433413
 */
export function pooledSlope(control: Adjusted, treatment: Adjusted): number {
  const users = control.users + treatment.users;
  const before = plus(control.before, treatment.before);
  const spread = sampleVariance(users, before);
  if (!(spread > 0)) return 0;
  const products = control.sumProducts + treatment.sumProducts;
  return sampleCovariance(users, products, plus(control.after, treatment.after), before) / spread;
}

/** Mean and variance of an arm after adjustment, and what the relative effect needs besides. */
interface Arm {
  users: number;
  mean: number;
  variance: number;
  plainMean: number;
  plainVariance: number;
  /** Variance of the covariate's part, and its covariance with the metric. */
  slopeVariance: number;
  slopeCovariance: number;
}

function armOf(statistic: Statistic, slope: number): Arm {
  const [plainMean, plainVariance] = [meanOf(statistic), varianceOf(statistic)];
  const { users } = statistic;
  const plain = { users, mean: plainMean, variance: plainVariance, plainMean, plainVariance, slopeVariance: 0, slopeCovariance: 0 };
  if (statistic.kind !== 'adjusted' || slope === 0) return plain;
  const slopeVariance = slope ** 2 * sampleVariance(users, statistic.before);
  const slopeCovariance = slope * sampleCovariance(users, statistic.sumProducts, statistic.after, statistic.before);
  const mean = plainMean - slope * (statistic.before.sum / users);
  return { ...plain, mean, variance: plainVariance + slopeVariance - 2 * slopeCovariance, slopeVariance, slopeCovariance };
}

/** Variance of the effect; the relative one by the delta method, with the control's unadjusted mean below. */
function effectVariance(control: Arm, treatment: Arm, scale: EffectScale, adjusted: boolean): number {
  if (scale === 'ABSOLUTE') return treatment.variance / treatment.users + control.variance / control.users;
  const base = control.plainMean ** 2;
  const ratio = treatment.plainMean / control.plainMean;
  const ofControl = adjusted
    ? control.plainVariance * ratio ** 2 - 2 * control.slopeCovariance * ratio + control.slopeVariance
    : control.plainVariance * ratio ** 2;
  return treatment.variance / treatment.users / base + ofControl / control.users / base;
}

function welchDegrees(control: Arm, treatment: Arm): number {
  const [c, t] = [control.variance / control.users, treatment.variance / treatment.users];
  return (c + t) ** 2 / (c ** 2 / (control.users - 1) + t ** 2 / (treatment.users - 1));
}

/**
 * What the treatment changed: the difference of means, adjusted by the covariate where both arms carry one, in the metric's unit or relative to the
 * control's mean.
 *
 * @returns null where nothing can be said: an arm with at most one user, an arm without variance (or with an impossible one), or a relative effect over a mean of 0
 * @see the delta method for ratios and relative effects: Deng, Knoblich and Lu 2018, doi:10.1145/3219819.3219919
 */
export function effectOf(control: Statistic, treatment: Statistic, scale: EffectScale): Effect | null {
  if (control.users <= 1 || treatment.users <= 1) return null;
  const adjusted = control.kind === 'adjusted' && treatment.kind === 'adjusted';
  const slope = adjusted ? pooledSlope(control, treatment) : 0;
  const [c, t] = [armOf(control, slope), armOf(treatment, slope)];
  if (!(c.variance > 0) || !(t.variance > 0) || (scale === 'RELATIVE' && c.plainMean === 0)) return null;
  const variance = effectVariance(c, t, scale, adjusted);
  if (!(variance > 0)) return null;
  const difference = t.mean - c.mean;
  const plain = t.plainVariance / t.users + c.plainVariance / c.users;
  return {
    value: scale === 'ABSOLUTE' ? difference : difference / Math.abs(c.plainMean),
    standardError: Math.sqrt(variance),
    degrees: welchDegrees(c, t),
    users: c.users + t.users,
    varianceReduction: 1 - (t.variance / t.users + c.variance / c.users) / plain,
  };
}
