import { AppError, type Fault, refuseFaults } from '../../core/errors.js';
import { ArmTally, sumsOf } from '../../core/evaluation/experiments/arm-tally.js';
import { winsorisedArms } from '../../core/evaluation/experiments/arm-values.js';
import { isPerUser } from '../../core/evaluation/experiments/metric.js';
import { metricOf } from '../../core/evaluation/experiments/metric-catalogue.js';
import { planOf } from '../../core/evaluation/experiments/plan.js';
import { meanOf, varianceOf } from '../../core/evaluation/experiments/statistic.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { DAY_MS } from '../../core/time.js';
import { type ReportStore } from '../../ports/report-store.js';
import { type ExperimentPlanAnswer } from './experiment-answers.js';
import { type RawInput } from '../app.js';

const LEAST_USERS = 100;

function readPlan(fields: RawInput) {
  const faults: Fault[] = [];
  const read = new InputReader(fields, faults);
  const key = read.text('metric', 64) ?? 'CONVERSION_RATE';
  const metric = metricOf(key);
  if (!metric || !isPerUser(metric)) read.fault('metric', key, 'it must be in the metric catalogue, and of users');
  const relativeLift = read.number('relativeLift', -1, 10) ?? 0;
  if (relativeLift === 0) read.fault('relativeLift', relativeLift, 'it must be other than 0: nothing is found of no size');
  const coverage = read.number('coverage', 0, 1) ?? 1;
  if (coverage === 0) read.fault('coverage', coverage, 'it must be above 0');
  const plan = {
    metric: metric!,
    relativeLift,
    coverage,
    surface: read.surface('surface', 'home'),
    arms: read.integer('arms', 2, 10) ?? 2,
    power: read.number('power', 0.5, 0.99) ?? 0.8,
    isAlwaysValid: fields.alwaysValid !== false,
    days: read.integer('days', 1, 90) ?? 14,
  };
  refuseFaults(faults);
  return plan;
}

/** Users and days that an experiment needs, from how the metric was over the last days. */
export function createPlan({ reportStore, clock }: { reportStore: Pick<ReportStore, 'facts'>; clock: () => number }) {
  return async (input: RawInput): Promise<ExperimentPlanAnswer> => {
    const { metric, relativeLift, coverage, surface, arms, power, isAlwaysValid, days } = readPlan(input);
    const now = clock();
    const tally = new ArmTally(metric);
    let users = 0;
    const range = { from: now - days * DAY_MS, to: now, surface, segment: null, dimension: 'NONE' } as const;
    for await (const batch of reportStore.facts(range))
      for (const { facts } of batch) {
        tally.add({ facts, before: null });
        users++;
      }
    const [cut] = metric.winsorisedAt === undefined ? [] : winsorisedArms(metric, [tally.values()]);
    const { plain } = cut ? sumsOf(metric, cut) : tally.sums();
    const [mean, variance] = [meanOf(plain), varianceOf(plain)];
    if (users < LEAST_USERS || !(variance > 0) || !(Math.abs(mean) > 0))
      throw new AppError(
        'CONFLICT',
        `${metric.key} cannot be planned on: ${users} users in ${days} days, with ${LEAST_USERS} and some outcomes needed`,
      );
    const usersPerDay = users / days;
    const plan = planOf({ mean, variance, relativeEffect: relativeLift, power, isAlwaysValid }, arms, usersPerDay, coverage);
    return { ...plan, metric: metric.key, mean, standardDeviation: Math.sqrt(variance), usersPerDay };
  };
}
