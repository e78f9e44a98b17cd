import { type ArmSums } from './arm-tally.js';
import { effectOf } from './effect.js';
import { alwaysValidTest, fixedTest, type Range } from './intervals.js';
import { type Metric } from './metric.js';
import { meanOf, type Statistic } from './statistic.js';

/** Below these an interval would promise what its mathematics does not hold, and one user could be guessed from a mean. */
export const LEAST_USERS = 100;
export const LEAST_OUTCOMES = 5;
const ALPHA = 0.05;

export interface Comparison {
  mean: number | null;
  controlMean: number | null;
  /** Difference by the control's mean. */
  relativeLift: number | null;
  /** 95%, of the relative lift, for a look at a time fixed beforehand. */
  interval: Range | null;
  pValue: number | null;
  /** 95%, of the relative lift, valid however often one looks. */
  alwaysValidInterval: Range | null;
  varianceReduction: number | null;
  guardrailBroken: boolean;
}

const NOTHING: Comparison = {
  mean: null, controlMean: null, relativeLift: null, interval: null, pValue: null, alwaysValidInterval: null, varianceReduction: null, guardrailBroken: false,
}; // prettier-ignore

const isEnough = ({ users, outcomes }: ArmSums): boolean => users >= LEAST_USERS && outcomes >= LEAST_OUTCOMES;

/**
 * Whether a guardrail is broken: harm is certain by a one-sided always-valid test, and the best estimate of it is beyond what is tolerated. A variant without
 * effect breaks it in at most one of twenty experiments, however often one looks. Certainty is of the absolute difference: with few outcomes a quotient is
 * too skewed, and would alarm too often.
 *
 * @param maxRelativeHarm  of the control's mean, 0 or more
 */
export function isGuardrailBroken(control: Statistic, treatment: Statistic, higherIsBetter: boolean, maxRelativeHarm: number): boolean {
  const effect = effectOf(control, treatment, 'ABSOLUTE');
  if (effect === null) return false;
  const harm = higherIsBetter ? -effect.value : effect.value;
  if (!(harm > 0 && harm >= maxRelativeHarm * Math.abs(meanOf(control)))) return false;
  const { interval } = alwaysValidTest(effect, ALPHA, undefined, higherIsBetter ? 'LESS' : 'GREATER');
  return higherIsBetter ? interval.high < 0 : interval.low > 0;
}

/**
 * Always-valid interval of a relative effect: the hull of the one by the delta method and of the absolute one, divided by the control's mean. The first alone
 * leaves 0 out in up to 7 of 100 experiments without effect where outcomes are rare; the hull does so no more often than the absolute one.
 */
export function relativeAlwaysValid(control: Statistic, treatment: Statistic): Range | null {
  const [relative, absolute] = [effectOf(control, treatment, 'RELATIVE'), effectOf(control, treatment, 'ABSOLUTE')];
  if (relative === null || absolute === null) return null;
  const [ofRelative, ofAbsolute] = [alwaysValidTest(relative, ALPHA).interval, alwaysValidTest(absolute, ALPHA).interval];
  const base = Math.abs(meanOf(control));
  return { low: Math.min(ofRelative.low, ofAbsolute.low / base), high: Math.max(ofRelative.high, ofAbsolute.high / base) };
}

/**
 * One metric of one arm against the control.
 *
 * @param maxRelativeHarm what is tolerated where the metric is a guardrail, else null
 */
export function compareArms(metric: Metric, control: ArmSums, treatment: ArmSums, maxRelativeHarm: number | null): Comparison {
  if (!isEnough(control) || !isEnough(treatment)) return NOTHING;
  const isAdjusted = control.adjusted !== null && treatment.adjusted !== null;
  const [c, t] = isAdjusted ? [control.adjusted!, treatment.adjusted!] : [control.plain, treatment.plain];
  const effect = effectOf(c, t, 'RELATIVE');
  if (effect === null) return NOTHING;
  const { interval, pValue } = fixedTest(effect, ALPHA);
  return {
    mean: meanOf(t),
    controlMean: meanOf(c),
    relativeLift: effect.value,
    interval,
    pValue,
    alwaysValidInterval: relativeAlwaysValid(c, t),
    varianceReduction: isAdjusted ? effect.varianceReduction : null,
    guardrailBroken: maxRelativeHarm !== null && isGuardrailBroken(c, t, metric.higherIsBetter, maxRelativeHarm),
  };
}
