import { effectOf } from '../experiments/effect.js';
import { alwaysValidTest, type Verdict } from '../experiments/intervals.js';
import { type Statistic } from '../experiments/statistic.js';
import { type Estimate, estimateOf, pairedEstimate } from './across-seeds.js';
import { type DayCount } from './day-counter.js';
import { type LoopCount, NARROWNESS_PARTS } from './loop-watch.js';
import { type CitizenResult, type SimulationResult } from './simulate.js';

/** Runs of one policy, one for each seed, in the order of the seeds. */
export interface PolicyRuns {
  policy: string;
  runs: readonly SimulationResult[];
}

/** What one run came to in one number. */
export interface Outcome {
  name: string;
  /** More of it is better (1), less is (-1), or neither. */
  better: 1 | -1 | 0;
  of: (days: readonly DayCount[]) => number;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const at = (days: readonly DayCount[], share: number): DayCount => days[Math.round(share * (days.length - 1))];
const sumOf = (days: readonly DayCount[], measure: keyof DayCount): number => days.reduce((sum, day) => sum + day[measure], 0);
const meanOver = (measure: keyof DayCount) => (days: readonly DayCount[]): number => sumOf(days, measure) / days.length; // prettier-ignore
const lastSixth = (days: readonly DayCount[]): readonly DayCount[] => days.slice(-Math.ceil(days.length / 6));

/** What policies are compared by. An index needs some days to stand on enough cards, so its rise is counted from a sixth of the time on. */
export const OUTCOMES: readonly Outcome[] = [
  { name: 'index at the end', better: -1, of: (days) => at(days, 1).index },
  { name: 'rise of the index', better: -1, of: (days) => at(days, 1).index - at(days, 1 / 6).index },
  { name: 'narrow category at the end', better: -1, of: (days) => at(days, 1).narrowCategory },
  { name: 'rise of narrow category', better: -1, of: (days) => at(days, 1).narrowCategory - at(days, 1 / 6).narrowCategory },
  { name: 'accepted breadth at the end', better: 1, of: (days) => at(days, 1).acceptedBreadth },
  { name: 'taste coverage at the end', better: 1, of: (days) => at(days, 1).tasteCoverage },
  { name: 'clicks a person', better: 1, of: (days) => sumOf(days, 'clicks') },
  { name: 'purchases a person', better: 1, of: (days) => sumOf(days, 'purchases') },
  { name: 'discovered by half-time', better: 1, of: (days) => at(days, 0.5).discovered },
  { name: 'visits a day, last sixth', better: 1, of: (days) => meanOver('visits')(lastSixth(days)) },
  { name: 'entropy of a page, nats', better: 0, of: meanOver('entropy') },
  { name: 'coverage a day', better: 1, of: meanOver('coverage') },
  { name: 'Gini over creators', better: -1, of: meanOver('creatorGini') },
  { name: 'share of new items', better: 1, of: meanOver('newItemShare') },
];

/** [policies] one outcome of every policy, and its difference from one of them on the same seeds. */
export interface Compared {
  policy: string;
  value: Estimate;
  difference: Estimate;
  /** Difference as a share of the other's mean; its interval leaves out that the other's mean is not certain. */
  relative: Estimate;
}

export function compare(all: readonly PolicyRuns[], { of }: Outcome, against: string): Compared[] {
  const valuesOf = ({ runs }: PolicyRuns): number[] => runs.map(({ days }) => of(days));
  const base = valuesOf(all.find(({ policy }) => policy === against)!);
  return all.map((one) => {
    const difference = pairedEstimate(valuesOf(one), base);
    const scale = Math.abs(meanOf(base)) || 1;
    return {
      policy: one.policy,
      value: estimateOf(valuesOf(one)),
      difference,
      relative: { mean: difference.mean / scale, half: difference.half / scale },
    };
  });
}

/** [days] a measure day by day. */
export function courseOf({ runs }: PolicyRuns, measure: keyof DayCount): Estimate[] {
  return runs[0].days.map((_, day) => estimateOf(runs.map(({ days }) => days[day][measure])));
}

/** What loops did over all runs of a policy. */
export function loopOf({ runs }: PolicyRuns): LoopCount {
  const total = (name: 'pages' | 'broken' | 'dosed' | 'bound'): number => runs.reduce((sum, { loop }) => sum + loop[name], 0);
  const parts = Array.from({ length: NARROWNESS_PARTS }, (_, part) => {
    const pages = runs.reduce((sum, { loop }) => sum + loop.pagesByNarrowness[part], 0);
    const boost = runs.reduce((sum, { loop }) => sum + loop.pagesByNarrowness[part] * loop.boostByNarrowness[part], 0);
    return { pages, boost: boost / Math.max(1, pages) };
  });
  return {
    pages: total('pages'),
    broken: total('broken'),
    dosed: total('dosed'),
    bound: total('bound'),
    cost: meanOf(runs.map(({ loop }) => loop.cost)),
    pagesByNarrowness: parts.map(({ pages }) => pages),
    boostByNarrowness: parts.map(({ boost }) => boost),
    turns: meanOf(runs.map(({ loop }) => loop.turns)),
  };
}

/** The loop's users against those that it left alone. */
export interface HoldoutVerdict extends Verdict {
  controlled: number;
  alone: number;
  difference: number;
}

function statisticOf(values: readonly number[]): Statistic {
  return {
    kind: 'mean',
    users: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    sumSquares: values.reduce((sum, value) => sum + value * value, 0),
  };
}

/**
 * What the loop changed, by the people of all runs whom it left alone: an interval that holds however often one looks. Null where one side has nobody, or
 * nobody differs.
 */
export function againstHoldout({ runs }: PolicyRuns, valueOf: (one: CitizenResult) => number): HoldoutVerdict | null {
  const all = runs.flatMap(({ citizens }) => citizens.filter(({ pages }) => pages > 0));
  const [loop, alone] = [all.filter((one) => one.isControlled), all.filter((one) => !one.isControlled)].map((some) => some.map(valueOf));
  const effect = effectOf(statisticOf(alone), statisticOf(loop), 'ABSOLUTE');
  if (!effect) return null;
  return { controlled: loop.length, alone: alone.length, difference: effect.value, ...alwaysValidTest(effect, 0.05, all.length) };
}
