import { ArmTally, sumsOf } from './arm-tally.js';
import { type CountedUser, winsorisedArms } from './arm-values.js';
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

export interface ReportPlan {
  /** The control first. */
  arms: readonly { key: string; weight: number }[];
  primary: Metric;
  guardrails: readonly { metric: Metric; maxRelativeHarm: number }[];
  /** Metrics that are looked at besides. */
  secondary: readonly Metric[];
}

export interface ReportInput extends ReportPlan {
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

/** One arm as far as it was counted: its users, and every metric by its key. */
class Arm {
  users = 0;
  triggeredUsers = 0;
  readonly tallies: ReadonlyMap<string, ArmTally>;
  private readonly list: readonly ArmTally[];

  constructor(
    readonly key: string,
    metrics: readonly Metric[],
  ) {
    this.tallies = new Map(metrics.map((metric) => [metric.key, new ArmTally(metric)]));
    this.list = [...this.tallies.values()];
  }

  add(user: MetUser): void {
    this.users++;
    if (user.isTriggered) this.triggeredUsers++;
    for (const tally of this.list) tally.add(user);
  }
}

/** Put corrected p-values in the place of plain ones; rows without one take no part. */
function corrected(rows: MetricRow[], correct: (pValues: readonly number[]) => number[]): MetricRow[] {
  const tested = rows.filter(({ pValue }) => pValue !== null);
  const pValues = correct(tested.map(({ pValue }) => pValue!));
  const pValueOf = new Map(tested.map((row, i) => [row, pValues[i]]));
  return rows.map((row) => ({ ...row, pValue: pValueOf.get(row) ?? null }));
}

/**
 * What an experiment shows, made of its users as they come. Testers are left out, and users who saw more than one arm; each user counts once, in the arm
 * that he saw.
 *
 * P-values of the primary metric are corrected over the arms (Holm), those of secondary metrics over metrics and arms (Benjamini and Hochberg), those of
 * guardrails not at all, so that harm is noticed early. Intervals stand for themselves.
 */
export class ReportTally {
  private readonly arms: readonly Arm[];
  private readonly guarded: readonly Metric[];
  private readonly others: readonly Metric[];
  private seen = 0;
  private seenInMore = 0;

  constructor(private readonly plan: ReportPlan) {
    const shown = new Set([plan.primary.key]);
    const isNew = ({ key }: Metric): boolean => shown.size < shown.add(key).size;
    this.guarded = plan.guardrails.map(({ metric }) => metric).filter(isNew);
    this.others = plan.secondary.filter(isPerUser).filter(isNew);
    const metrics = [plan.primary, ...this.guarded, ...this.others];
    this.arms = plan.arms.map(({ key }) => new Arm(key, metrics));
  }

  add(user: MetUser): void {
    if (user.isForced || user.variants.length === 0) return;
    this.seen++;
    if (user.variants.length > 1) this.seenInMore++;
    else this.arms.find(({ key }) => key === user.variants[0])?.add(user);
  }

  /** Figures are there whatever the sample ratio says; whoever shows them decides. */
  report(): ExperimentReport {
    const steps = this.steps();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** `report`, a metric a step, for those who have something else to do in between. */
  *steps(): Generator<void, ExperimentReport> {
    const sizes = this.arms.map(({ users }) => users);
    const { pValue, mismatch, detectableLoss } = sampleRatioOf(
      sizes,
      this.plan.arms.map(({ weight }) => weight),
    );
    const multipleExposure = this.seen === 0 ? 0 : this.seenInMore / this.seen;
    const metrics = yield* this.comparisons();
    return { sampleRatioPValue: pValue, sampleRatioMismatch: mismatch, detectableLoss, multipleExposure, metrics };
  }

  private *comparisons(): Generator<void, MetricRow[]> {
    const { primary, guardrails } = this.plan;
    const harmOf = (metric: Metric): number | null =>
      guardrails.find((guardrail) => guardrail.metric.key === metric.key)?.maxRelativeHarm ?? null;
    const rows = corrected(this.rowsOf(primary, harmOf(primary)), holm);
    for (const metric of this.guarded) {
      yield;
      rows.push(...this.rowsOf(metric, harmOf(metric)));
    }
    const others: MetricRow[] = [];
    for (const metric of this.others) {
      yield;
      others.push(...this.rowsOf(metric, null));
    }
    return [...rows, ...corrected(others, benjaminiHochberg)];
  }

  private rowsOf(metric: Metric, maxRelativeHarm: number | null): MetricRow[] {
    const tallies = this.arms.map(({ tallies }) => tallies.get(metric.key)!);
    const cut = metric.winsorisedAt === undefined ? null : winsorisedArms(metric, tallies.map((tally) => tally.values())); // prettier-ignore
    const sums = cut ? cut.map((values) => sumsOf(metric, values)) : tallies.map((tally) => tally.sums());
    return this.arms.slice(1).map(({ key, users, triggeredUsers }, i) => ({
      metric: metric.key,
      variant: key,
      users,
      triggeredUsers,
      ...compareArms(metric, sums[0], sums[i + 1], maxRelativeHarm),
    }));
  }
}

/**
 * `ReportTally` of users that are all at hand; without figures under a sample-ratio mismatch.
 *
 * @param force show figures in spite of it
 */
export function experimentReport(input: ReportInput, force = false): ExperimentReport {
  const tally = new ReportTally(input);
  for (const user of input.users) tally.add(user);
  const report = tally.report();
  return report.sampleRatioMismatch && !force ? { ...report, metrics: [] } : report;
}
