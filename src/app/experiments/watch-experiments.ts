import { type Experiment, phaseOf } from '../../core/requests/experiments/experiment.js';
import { rampStep, stopped } from '../../core/requests/experiments/transitions.js';
import { type ExperimentStore } from '../../ports/experiment-store.js';
import { type Log } from '../../ports/log.js';
import { type ExperimentReportAnswer } from './experiment-answers.js';
import { type ExperimentReports } from './experiment-reports.js';
import { type ExperimentsInForce } from './experiments-in-force.js';

export interface WatchExperimentsPorts {
  experimentStore: ExperimentStore;
  experiments: Pick<ExperimentsInForce, 'refresh'>;
  experimentReports: Pick<ExperimentReports, 'report'>;
  clock: () => number;
  log: Log;
  /** Called with the key before an experiment is rolled back, so that what is told of it is not lost with this process. */
  onRollback: (key: string) => Promise<void>;
}

const SERVICE = 'imago';
/** Share of users in more than one arm, of at least so many, above which something is wrong with assigning. */
const MOST_IN_TWO = 0.01;

/**
 * Look at all running experiments: one that breaks a guardrail is rolled back, a ramp whose step is due takes it or is held. Safe to repeat, and to run
 * twice at once: what is done is decided again on the record as it then is.
 */
export function createWatchExperiments(ports: WatchExperimentsPorts): () => Promise<void> {
  return async () => {
    for (const experiment of await ports.experimentStore.list('RUNNING')) {
      const isDue = isRampDue(experiment, ports.clock());
      if (experiment.guardrails.length === 0 && !isDue) continue;
      const report = await ports.experimentReports.report(experiment, null);
      const harm = brokenGuardrail(report);
      if (harm !== null) await rollBack(experiment, harm, ports);
      else if (isDue) await takeStep(experiment, heldBy(report), ports);
    }
  };
}

const isRampDue = ({ ramp }: Experiment, now: number): boolean => ramp !== null && ramp.nextAt !== null && ramp.nextAt <= now;

/** Harm that is certain however the sample ratio is; a mismatch excuses nobody from stopping it. */
function brokenGuardrail({ metrics }: ExperimentReportAnswer): string | null {
  const row = metrics({ force: true }).find(({ guardrailBroken }) => guardrailBroken);
  if (!row) return null;
  const lift = row.relativeLift === null ? '' : ` by ${(row.relativeLift * 100).toFixed(1)} %`;
  return `${row.variant} changes ${row.metric}${lift}, which is more harm than its guardrail allows`;
}

function heldBy({ sampleRatioMismatch, sampleRatioPValue, multipleExposure }: ExperimentReportAnswer): string | null {
  if (sampleRatioMismatch) return `users do not arrive in the arms as the weights say (p = ${sampleRatioPValue?.toPrecision(2)})`;
  if (multipleExposure > MOST_IN_TWO) return `${(multipleExposure * 100).toFixed(1)} % of users saw more than one arm`;
  return null;
}

/** Only the phase that was judged is rolled back: in another one the settings are others. */
async function rollBack(
  judged: Experiment,
  reason: string,
  { experimentStore, experiments, clock, log, onRollback }: WatchExperimentsPorts,
): Promise<void> {
  await onRollback(judged.key);
  const act = { action: 'stopExperiment', actor: SERVICE, at: clock() };
  const changed = await experimentStore.change(judged.key, act, (now, { at }) =>
    now.status === 'RUNNING' && phaseOf(now) === phaseOf(judged) ? stopped(now, 'ROLLED_BACK', reason, at) : null,
  );
  if (!changed) return;
  log.warn({ alert: 'experiment-rolled-back', experiment: judged.key }, `an experiment is rolled back: ${reason}`);
  await experiments.refresh();
}

async function takeStep(
  experiment: Experiment,
  hold: string | null,
  { experimentStore, experiments, clock, log }: WatchExperimentsPorts,
): Promise<void> {
  const act = { action: 'rampExperiment', actor: SERVICE, at: clock() };
  const changed = await experimentStore.change(experiment.key, act, (now, around) => rampStep(now, hold, around));
  if (!changed) return;
  if (changed.ramp?.state === 'HELD') log.warn({ experiment: experiment.key }, `a ramp is held: ${changed.ramp.heldBecause}`);
  await experiments.refresh();
}
