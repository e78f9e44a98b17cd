import { armValues, type CountedUser, winsorisedArms } from './arm-values.js';
import { multipleExposureOf } from './cohorts.js';
import { type Comparison, compareArms } from './comparison.js';
import { benjaminiHochberg, holm } from './corrections.js';
import { isPerUser, type Metric } from './metric.js';
import { sampleRatioOf } from './sample-ratio.js';

/** A user whom the experiment met. */
export interface MetUser extends CountedUser {
  /** Distinct arms that he saw. */
  variants: readonly string[];
  /** A tester, counted nowhere. */
  isForced: boolean;
  /** Whether the variant made, or could have made, a difference to him. */
  isTriggered: boolean;
}

export interface ReportInput {
  /** The control first. */
  arms: readonly { key: string; weight: number }[];
  primary: Metric;
  guardrails: readonly { metric: Metric; maxRelativeHarm: number }[];
  /** Metrics that are looked at besides. */
  secondary: readonly Metric[];
  users: readonly MetUser[];
}

export interface MetricRow extends Comparison {
  metric: string;
  variant: string;
  /** Users of the variant. */
  users: number;
  triggeredUsers: number;
}

export interface ExperimentReport {
  sampleRatioPValue: number | null;
  sampleRatioMismatch: boolean;
  /** Smallest loss of users of one arm that the test of the sample ratio would notice in nine of ten experiments. */
  detectableLoss: number | null;
  multipleExposure: number;
  /** Empty under a sample-ratio mismatch, unless asked for with force. */
  metrics: MetricRow[];
}

type Arms = Map<string, MetUser[]>;

function rowsOf(metric: Metric, arms: Arms, maxRelativeHarm: number | null): MetricRow[] {
  const values = winsorisedArms(
    metric,
    [...arms.values()].map((users) => armValues(metric, users)),
  );
  return [...arms].slice(1).map(([variant, users], i) => ({
    metric: metric.key,
    variant,
    users: users.length,
    triggeredUsers: users.filter(({ isTriggered }) => isTriggered).length,
    ...compareArms(metric, values[0], values[i + 1], maxRelativeHarm),
  }));
}

/** Put corrected p-values in the place of plain ones; rows without one take no part. */
function corrected(rows: MetricRow[], correct: (pValues: readonly number[]) => number[]): MetricRow[] {
  const tested = rows.filter(({ pValue }) => pValue !== null);
  const pValues = correct(tested.map(({ pValue }) => pValue!));
  const pValueOf = new Map(tested.map((row, i) => [row, pValues[i]]));
  return rows.map((row) => ({ ...row, pValue: pValueOf.get(row) ?? null }));
}

/** Yields after each metric, so that whoever takes the steps can do something else between them. */
function* comparisons({ primary, guardrails, secondary }: ReportInput, arms: Arms): Generator<void, MetricRow[]> {
  const harmOf = (metric: Metric): number | null =>
    guardrails.find((guardrail) => guardrail.metric.key === metric.key)?.maxRelativeHarm ?? null;
  const shown = new Set([primary.key]);
  const isNew = ({ key }: Metric): boolean => shown.size < shown.add(key).size;
  const guarded = guardrails.map(({ metric }) => metric).filter(isNew);
  const others = secondary.filter(isPerUser).filter(isNew);
  const rows = corrected(rowsOf(primary, arms, harmOf(primary)), holm);
  for (const metric of guarded) {
    yield;
    rows.push(...rowsOf(metric, arms, harmOf(metric)));
  }
  const secondaryRows: MetricRow[] = [];
  for (const metric of others) {
    yield;
    secondaryRows.push(...rowsOf(metric, arms, null));
  }
  return [...rows, ...corrected(secondaryRows, benjaminiHochberg)];
}

/**
 * What an experiment shows, a metric a step: figures are there whatever the sample ratio says, and whoever shows them decides. Testers are left out, and
 * users who saw more than one arm; each user counts once, in the arm that he saw.
 *
 * P-values of the primary metric are corrected over the arms (Holm), those of secondary metrics over metrics and arms (Benjamini and Hochberg), those of
 * guardrails not at all, so that harm is noticed early. Intervals stand for themselves.
 */
export function* reportSteps(input: ReportInput): Generator<void, ExperimentReport> {
  const met = input.users.filter(({ isForced }) => !isForced);
  const arms: Arms = new Map(input.arms.map(({ key }) => [key, []]));
  for (const user of met) if (user.variants.length === 1) arms.get(user.variants[0])?.push(user);
  const sizes = [...arms.values()].map((users) => users.length);
  const { pValue, mismatch, detectableLoss } = sampleRatioOf(
    sizes,
    input.arms.map(({ weight }) => weight),
  );
  return {
    sampleRatioPValue: pValue,
    sampleRatioMismatch: mismatch,
    detectableLoss,
    multipleExposure: multipleExposureOf(met.map(({ variants }) => variants)),
    metrics: yield* comparisons(input, arms),
  };
}

/**
 * `reportSteps` at once; without figures under a sample-ratio mismatch.
 *
 * @param force show figures in spite of it
 */
export function experimentReport(input: ReportInput, force = false): ExperimentReport {
  const steps = reportSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.sampleRatioMismatch && !force ? { ...step.value, metrics: [] } : step.value;
  }
}
