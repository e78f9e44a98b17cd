import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { interleavingVerdict, type TeamCredits } from '../../core/evaluation/experiments/interleaving-verdict.js';
import { METRICS, metricOf } from '../../core/evaluation/experiments/metric-catalogue.js';
import { type ExperimentReport, ReportTally } from '../../core/evaluation/experiments/report.js';
import { parseInstant } from '../../core/events/instant.js';
import { type Experiment } from '../../core/requests/experiments/experiment.js';
import { type ExperimentStore } from '../../ports/experiment-store.js';
import { type ReportStore } from '../../ports/report-store.js';
import { type ExperimentPlanAnswer, type ExperimentReportAnswer, type MetricComparisonAnswer } from './experiment-answers.js';
import { type RawInput } from '../app.js';
import { type People } from '../people/people.js';
import { createPlan } from './plan-experiment.js';

const KEPT_MS = 5_000;
const KEPT = 50;
/** How far before a user's first exposure his covariate reaches. */
const DAYS_BEFORE = 14;
/** What the row of an interleaving experiment is called: -1 is the control's ranking alone, 1 the other's. */
export const PREFERENCE = 'CLICK_PREFERENCE';

export interface ExperimentReports {
  /** What an experiment shows up to an instant, as ISO text; up to now where null. Kept for seconds, since it reads whole logs. */
  report(experiment: Experiment, at: string | number | null): Promise<ExperimentReportAnswer>;
  plan(input: RawInput): Promise<ExperimentPlanAnswer>;
}

export interface ReportPorts {
  reportStore: Pick<ReportStore, 'metUsers' | 'facts' | 'dataCompleteUntil'>;
  experimentStore: Pick<ExperimentStore, 'teamClicks'>;
  people: Pick<People, 'ownersOf' | 'many' | 'purposesOf'>;
  clock: () => number;
}

export function createExperimentReports(ports: ReportPorts): ExperimentReports {
  const kept = new LRUCache<string, Promise<ExperimentReportAnswer>>({ max: KEPT, ttl: KEPT_MS });
  return {
    report(experiment, at) {
      const key = JSON.stringify([experiment.key, experiment.status, experiment.phases.length, at]);
      let found = kept.get(key);
      if (!found) {
        kept.set(key, (found = reportOf(experiment, at, ports)));
        found.catch(() => kept.delete(key));
      }
      return found;
    },
    plan: createPlan(ports),
  };
}

/** The end of a report, epoch ms. @throws INVALID_INPUT where it lies before the phase that is reported */
function endOf({ phases, stoppedAt }: Experiment, at: string | number | null, now: number): number {
  const last = Math.min(now, stoppedAt ?? Infinity);
  if (at === null) return last;
  const wanted = typeof at === 'number' ? at : parseInstant(at);
  const from = phases.at(-1)?.from;
  const faults: Fault[] = [];
  const refuse = (why: string) => faults.push({ path: 'at', code: 'INVALID_INPUT', message: `at is ${shown(at)}; ${why}` });
  if (!Number.isFinite(wanted)) refuse('it must be ISO 8601 with an offset');
  else if (from !== undefined && wanted < from) refuse(`the last phase, of which the report is, began at ${new Date(from).toISOString()}`);
  refuseFaults(faults);
  return Math.min(wanted, last);
}

async function reportOf(experiment: Experiment, at: string | number | null, ports: ReportPorts): Promise<ExperimentReportAnswer> {
  const asOf = endOf(experiment, at, ports.clock());
  const complete = await ports.reportStore.dataCompleteUntil();
  const found = experiment.kind === 'INTERLEAVING' ? await interleaved(experiment, asOf, ports) : await compared(experiment, asOf, ports);
  const { sampleRatioPValue, sampleRatioMismatch, detectableLoss, multipleExposure } = found;
  return {
    asOf,
    sampleRatioPValue,
    sampleRatioMismatch,
    detectableLoss,
    multipleExposure,
    dataCompleteUntil: Math.min(complete, asOf),
    metrics: ({ force }) => (sampleRatioMismatch && !force ? [] : found.metrics),
  };
}

type Found = Omit<ExperimentReport, 'metrics'> & { metrics: MetricComparisonAnswer[] };

/** All users of the last phase, with turns for what else the process has to do. */
async function compared(experiment: Experiment, asOf: number, { reportStore }: ReportPorts): Promise<Found> {
  const { key, variants, phases, primaryMetric, guardrails } = experiment;
  const phase = phases.at(-1);
  const tally = new ReportTally({
    arms: variants,
    primary: metricOf(primaryMetric)!,
    guardrails: guardrails.map(({ metric, maxRelativeHarm }) => ({ metric: metricOf(metric)!, maxRelativeHarm })),
    secondary: METRICS,
  });
  if (!phase) return tally.report();
  let counted = 0;
  for await (const batch of reportStore.metUsers({
    experiment: key,
    phase: phase.phase,
    from: phase.from,
    to: asOf,
    daysBefore: DAYS_BEFORE,
  }))
    for (const user of batch) {
      tally.add(user);
      if (++counted % USERS_A_TURN === 0) await nextTurn();
    }
  const steps = tally.steps();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}
/** About a millisecond. */
const USERS_A_TURN = 100;

/** Which of two rankings users prefer; whose clicks are whose is asked as of now. */
async function interleaved({ key, phases, variants }: Experiment, asOf: number, ports: ReportPorts): Promise<Found> {
  const phase = phases.at(-1);
  const credits = new Map<string, TeamCredits>();
  if (phase)
    for await (const batch of ports.experimentStore.teamClicks(key, phase.phase, phase.from, asOf)) {
      const owners = await ports.people.ownersOf(batch.map(({ userId }) => ({ userId, occurredAt: asOf })));
      const persons = await ports.people.many(new Set(owners));
      batch.forEach(({ first, second }, i) => {
        if (!ports.people.purposesOf(persons.get(owners[i])!, Infinity).has('ANALYTICS')) return;
        const known = credits.get(owners[i]) ?? { first: 0, second: 0 };
        credits.set(owners[i], { first: known.first + first, second: known.second + second });
      });
    }
  const verdict = interleavingVerdict([...credits.values()]);
  const users = verdict?.users ?? [...credits.values()].filter(({ first, second }) => first + second > 0).length;
  const isEnough = verdict !== null && users >= LEAST_USERS;
  const row: MetricComparisonAnswer = {
    metric: PREFERENCE,
    variant: variants[1].key,
    users,
    triggeredUsers: users,
    mean: isEnough ? verdict.preference : null,
    controlMean: isEnough ? 0 : null,
    relativeLift: null,
    interval: isEnough ? finite(verdict.fixed.interval) : null,
    pValue: isEnough ? verdict.fixed.pValue : null,
    alwaysValidInterval: isEnough ? finite(verdict.alwaysValid.interval) : null,
    varianceReduction: null,
    guardrailBroken: false,
  };
  return { sampleRatioPValue: null, sampleRatioMismatch: false, detectableLoss: null, multipleExposure: 0, metrics: [row] };
}
const LEAST_USERS = 100;

const finite = ({ low, high }: { low: number; high: number }) => ({ low: Math.max(-1, low), high: Math.min(1, high) });
