import { AppError, refuseFaults, shown } from '../../errors.js';
import { rampFaults } from './check-experiment.js';
import { type Experiment, type ExperimentStatus, phaseOf } from './experiment.js';
import { takeBuckets } from './layers.js';
import { sharedParameter } from './parameters.js';

/** What else there is when an experiment changes. */
export interface Surroundings {
  /** The other running experiments. */
  running: readonly Experiment[];
  /** The settings that are active on its surface, as `home@3`. */
  config: string;
  /** Epoch ms. */
  at: number;
}

const conflict = (message: string): AppError => new AppError('CONFLICT', message);

function mustBe({ key, status }: Experiment, wanted: readonly ExperimentStatus[], what: string): void {
  if (!wanted.includes(status))
    throw conflict(`the experiment ${shown(key)} is ${status}; only one that is ${wanted.join(' or ')} can be ${what}`);
}

/** Buckets for a coverage, none for a hold-out. @throws AppError CONFLICT where the layer has too few left */
function bucketsFor({ key, kind, layer, buckets }: Experiment, coverage: number, running: readonly Experiment[]): number[] {
  if (kind === 'HOLDOUT') return [];
  const others = running.filter((other) => other.kind !== 'HOLDOUT' && other.layer === layer && other.key !== key);
  const taken = new Set(others.flatMap((other) => other.buckets));
  const found = takeBuckets(key, coverage, buckets, taken);
  if ('fault' in found) throw new AppError('CONFLICT', found.fault.message, [found.fault]);
  return found.buckets;
}

/** Experiments whose users it shares: those of other layers and hold-outs, on the same surface. */
function refuseSharedParameters(experiment: Experiment, running: readonly Experiment[]): void {
  for (const other of running) {
    const isApart = other.layer === experiment.layer && other.kind !== 'HOLDOUT' && experiment.kind !== 'HOLDOUT';
    if (other.key === experiment.key || other.surface !== experiment.surface || isApart) continue;
    const name = sharedParameter(experiment, other);
    if (name !== null)
      throw conflict(
        `${shown(experiment.key)} and ${shown(other.key)}, which runs, both set ${name}; put them into one layer, or stop the other first`,
      );
  }
}

const HOUR_MS = 3_600_000;

/** A draft that runs. @throws AppError CONFLICT */
export function started(experiment: Experiment, { running, config, at }: Surroundings): Experiment {
  mustBe(experiment, ['DRAFT'], 'started');
  refuseSharedParameters(experiment, running);
  const { ramp } = experiment;
  const coverage = ramp ? ramp.steps[0] : experiment.coverage;
  return {
    ...experiment,
    status: 'RUNNING',
    coverage,
    buckets: bucketsFor(experiment, coverage, running),
    startedAt: at,
    phases: [{ phase: 1, from: at, config }],
    ramp: ramp && (ramp.steps.length === 1 ? completed(experiment) : { ...ramp, state: 'RUNNING', nextAt: at + ramp.holdHours * HOUR_MS }),
  };
}

const completed = ({ ramp }: Experiment): Experiment['ramp'] => ramp && { ...ramp, state: 'COMPLETED', nextAt: null, heldBecause: null };

/** One with more coverage. @throws AppError INVALID_INPUT, CONFLICT */
export function ramped(experiment: Experiment, coverage: number, { running, at }: Surroundings): Experiment {
  mustBe(experiment, ['RUNNING'], 'ramped');
  refuseFaults(rampFaults(experiment.coverage, coverage));
  const { ramp } = experiment;
  const isLast = ramp !== null && coverage >= ramp.steps.at(-1)!;
  return {
    ...experiment,
    coverage,
    buckets: bucketsFor(experiment, coverage, running),
    ramp: isLast ? completed(experiment) : ramp && { ...ramp, state: 'RUNNING', heldBecause: null, nextAt: at + ramp.holdHours * HOUR_MS },
  };
}

/** One that is over: by an operator, or rolled back since it did harm. @throws AppError CONFLICT */
export function stopped(experiment: Experiment, status: 'STOPPED' | 'ROLLED_BACK', reason: string, at: number): Experiment {
  mustBe(experiment, ['DRAFT', 'RUNNING'], 'stopped');
  const { ramp } = experiment;
  const isRollback = status === 'ROLLED_BACK';
  return {
    ...experiment,
    status,
    stoppedAt: at,
    stopReason: reason,
    ramp:
      ramp && ramp.state !== 'COMPLETED'
        ? { ...ramp, state: isRollback ? 'ROLLED_BACK' : 'HELD', nextAt: null, heldBecause: reason }
        : ramp,
  };
}

/** One in its next phase, where the active settings are others than when the present one began; null where they are the same. */
export function inNextPhase(experiment: Experiment, config: string, at: number): Experiment | null {
  if (experiment.status !== 'RUNNING' || experiment.phases.at(-1)?.config === config) return null;
  return { ...experiment, phases: [...experiment.phases, { phase: phaseOf(experiment) + 1, from: at, config }] };
}

/**
 * The step of a ramp that is due, or that it is held; null where nothing is due. Run again, or by two processes at once on the same record, it moves once:
 * the step that was taken is not due any more.
 *
 * @param hold why it may not grow now; null for nothing
 */
export function rampStep(experiment: Experiment, hold: string | null, surroundings: Surroundings): Experiment | null {
  const { ramp, status, coverage } = experiment;
  if (status !== 'RUNNING' || ramp === null || ramp.nextAt === null || surroundings.at < ramp.nextAt) return null;
  const held = (because: string): Experiment | null =>
    ramp.state === 'HELD' && ramp.heldBecause === because
      ? null
      : { ...experiment, ramp: { ...ramp, state: 'HELD', heldBecause: because } };
  if (hold !== null) return held(hold);
  const next = ramp.steps.find((step) => step > coverage);
  if (next === undefined) return { ...experiment, ramp: completed(experiment) };
  try {
    return ramped(experiment, next, surroundings);
  } catch (error) {
    if (error instanceof AppError) return held(error.message);
    throw error;
  }
}
