import { normalQuantile, studentQuantile } from '../experiments/distributions.js';
import { effectOf } from '../experiments/effect.js';
import { fixedTest, type Range } from '../experiments/intervals.js';
import { meanOf, type Statistic, type Sums, varianceOf } from '../experiments/statistic.js';
import { type Condition, isDownward, isRelative } from './alert-rule.js';
import { lookLevel } from './look-level.js';
import { type Reading } from './reading.js';

/** With fewer users an interval does not hold what it promises, whatever a rule allows. */
export const LEAST_SAMPLE = 30;
/** So many looks one after the other must find a metric back before a condition counts as over. */
export const LOOKS_BACK = 2;
/** A metric is back on the right side of its threshold once it is beyond it by its standard error, and by this share of it. */
const MARGIN = 0.02;
/** A metric is back at its baseline once half of the tolerated change is left, or no more than so many standard errors. */
const NOISE_LEFT = 2;

/** A mean and how well it is known. */
export interface Measured {
  mean: number;
  standardError: number;
}

/** What is remembered while a condition holds. */
export interface Episode {
  /** What the metric was before it changed: the window moves on, and would soon hold the change itself. Null where the threshold alone counts. */
  baseline: Measured | null;
  /** Looks one after the other that found it back. */
  looksBack: number;
}

export interface Judgement {
  decision: 'OPEN' | 'CLOSE' | 'STAY';
  /** The metric now; null where too little is known. */
  value: number | null;
  /** What it is compared with: the baseline, at OPEN that of now; null where there is none. */
  baseline: Measured | null;
  /** By which share of the baseline it differs from it; null without one. */
  change: number | null;
  /** What noise leaves possible, of the change or else of the value; null where it was not asked for. */
  interval: Range | null;
  looksBack: number;
}

export const measuredOf = (statistic: Statistic): Measured => ({
  mean: meanOf(statistic),
  standardError: Math.sqrt(Math.max(0, varianceOf(statistic)) / statistic.users),
});

/**
 * Say whether a condition begins to hold, is over, or neither. It begins where the metric is beyond the threshold and its interval with it; of a change
 * the size must reach the threshold, and the interval must leave out no change at all.
 *
 * @param readings `before` of the baseline; it is read only where a change is asked for and none is open
 * @param open what is remembered, null where the condition does not hold so far
 */
export function judge(condition: Condition, readings: { now: Reading; before: Reading | null }, open: Episode | null): Judgement {
  const { now, before } = readings;
  const nothing: Judgement = {
    decision: 'STAY',
    value: null,
    baseline: null,
    change: null,
    interval: null,
    looksBack: open?.looksBack ?? 0,
  };
  if (!isEnough(condition, now) || now.value === null) return nothing;
  if (open) return judgeOpen(condition, now, open);
  if (!isRelative(condition)) return judgeValue(condition, now);
  if (!before || !isEnough(condition, before)) return nothing;
  return judgeChange(condition, now, before);
}

const isEnough = ({ minSample }: Condition, { sample, statistic }: Reading): boolean =>
  sample >= minSample && (statistic === null || sample >= LEAST_SAMPLE);

function judgeValue(condition: Condition, { value, statistic }: Reading): Judgement {
  const interval = statistic ? valueInterval(statistic, lookLevel(condition)) : { low: value!, high: value! };
  const isBeyond = isDownward(condition) ? interval.high < condition.threshold : interval.low > condition.threshold;
  return { decision: isBeyond ? 'OPEN' : 'STAY', value, baseline: null, change: null, interval, looksBack: 0 };
}

/**
 * Interval of one mean: of a share that of Wilson, which holds for shares of 0 and 1 too, else that of Student.
 *
 * @param alpha share of looks at which noise is beyond either end
 * @see Wilson 1927, doi:10.1080/01621459.1927.10502953
 */
export function valueInterval(statistic: Statistic, alpha: number): Range {
  const { users } = statistic;
  const { mean, standardError } = measuredOf(statistic);
  if (statistic.kind !== 'proportion') {
    const halfWidth = users > 1 ? studentQuantile(alpha / 2, users - 1) * standardError : Infinity;
    return { low: mean - halfWidth, high: mean + halfWidth };
  }
  const z = normalQuantile(alpha / 2);
  const scale = 1 + z ** 2 / users;
  const centre = (mean + z ** 2 / (2 * users)) / scale;
  const halfWidth = (z * Math.sqrt((mean * (1 - mean)) / users + z ** 2 / (4 * users ** 2))) / scale;
  return { low: Math.max(0, centre - halfWidth), high: Math.min(1, centre + halfWidth) };
}

function judgeChange(condition: Condition, now: Reading, before: Reading): Judgement {
  const [control, treatment] = [before.statistic, now.statistic];
  const stay: Judgement = { decision: 'STAY', value: now.value, baseline: null, change: null, interval: null, looksBack: 0 };
  if (!control || !treatment || before.value === null || before.value === 0) return stay;
  const change = (now.value! - before.value) / Math.abs(before.value);
  const judged = { ...stay, baseline: measuredOf(control), change };
  const isGreat = isDownward(condition) ? change <= -condition.threshold : change >= condition.threshold;
  const interval = isGreat ? changeInterval(control, treatment, lookLevel(condition)) : null;
  if (!interval) return judged;
  const isCertain = isDownward(condition) ? interval.high < 0 : interval.low > 0;
  return { ...judged, interval, decision: isCertain ? 'OPEN' : 'STAY' };
}

/**
 * Interval of a change as a share of what went before, from different users or the same ones: of the same ones it is wider than it need be. It is the
 * hull of the one by the delta method and of the absolute one divided by the mean: with few outcomes the first alone is too narrow on one side.
 *
 * @returns null where nothing can be said
 */
export function changeInterval(before: Statistic, now: Statistic, alpha: number): Range | null {
  const [control, treatment] = [varying(before, now), varying(now, before)];
  const [relative, absolute] = [effectOf(control, treatment, 'RELATIVE'), effectOf(control, treatment, 'ABSOLUTE')];
  if (!relative || !absolute) return null;
  const [ofRelative, ofAbsolute] = [fixedTest(relative, alpha).interval, fixedTest(absolute, alpha).interval];
  const base = Math.abs(meanOf(control));
  return { low: Math.min(ofRelative.low, ofAbsolute.low / base), high: Math.max(ofRelative.high, ofAbsolute.high / base) };
}

/** Where all users are alike, as after the last order, the noise is that of one user more who is like those of the other window. */
function varying(statistic: Statistic, other: Statistic): Statistic {
  if (varianceOf(statistic) > 0 || statistic.kind !== other.kind) return statistic;
  const users = statistic.users + 1;
  const add = (sums: Sums, value: number): Sums => ({ sum: sums.sum + value, sumSquares: sums.sumSquares + value ** 2 });
  const typical = ({ sum, sumSquares }: Sums): number => (sum === 0 ? 0 : sumSquares / sum);
  if (statistic.kind === 'proportion') return { ...statistic, users, sum: statistic.sum === 0 ? 1 : statistic.sum };
  if (statistic.kind === 'ratio' && other.kind === 'ratio') {
    const [above, below] = [typical(other.numerator), other.denominator.sum / other.users];
    const sumProducts = statistic.sumProducts + above * below;
    return { ...statistic, users, numerator: add(statistic.numerator, above), denominator: add(statistic.denominator, below), sumProducts };
  }
  if (statistic.kind === 'mean' && other.kind === 'mean') return { ...statistic, users, ...add(statistic, typical(other)) };
  return statistic;
}

function judgeOpen(condition: Condition, now: Reading, open: Episode): Judgement {
  const value = now.value!;
  const { baseline } = open;
  const measured = now.statistic ? measuredOf(now.statistic) : { mean: value, standardError: 0 };
  const change = baseline && baseline.mean !== 0 ? (value - baseline.mean) / Math.abs(baseline.mean) : null;
  const isBack = change === null ? isBackAtValue(condition, measured) : isBackAtBaseline(condition, measured, baseline!, change);
  const looksBack = isBack ? open.looksBack + 1 : 0;
  return { decision: looksBack >= LOOKS_BACK ? 'CLOSE' : 'STAY', value, baseline, change, interval: null, looksBack };
}

function isBackAtValue(condition: Condition, { mean, standardError }: Measured): boolean {
  const { threshold } = condition;
  const margin = Math.max(standardError, MARGIN * Math.abs(threshold));
  return isDownward(condition) ? mean >= threshold + margin : mean <= threshold - margin;
}

function isBackAtBaseline(condition: Condition, now: Measured, before: Measured, change: number): boolean {
  const noise = Math.hypot(now.standardError, (now.mean / before.mean) * before.standardError) / Math.abs(before.mean);
  const away = isDownward(condition) ? -change : change;
  return away <= Math.max(condition.threshold / 2, NOISE_LEFT * noise);
}
