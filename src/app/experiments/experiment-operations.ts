import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import {
  type Experiment,
  EXPERIMENT_STATUSES,
  type ExperimentStatus,
  phaseOf,
  type Variant,
} from '../../core/requests/experiments/experiment.js';
import { ramped, started, stopped } from '../../core/requests/experiments/transitions.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type ExperimentStore } from '../../ports/experiment-store.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type ExperimentAnswer } from './experiment-answers.js';
import { type App } from '../app.js';
import { SERVED_MODEL } from '../models/models-in-force.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { readExperiment } from './experiment-input.js';
import { type ExperimentReports } from './experiment-reports.js';
import { type ExperimentsInForce } from './experiments-in-force.js';

interface Ports {
  experimentStore: ExperimentStore;
  experiments: Pick<ExperimentsInForce, 'refresh'>;
  experimentReports: ExperimentReports;
  settings: Pick<SettingsInForce, 'version' | 'merged'>;
  modelStore: Pick<ModelStore, 'get'>;
  clock: () => number;
}

type Operations = Pick<
  App,
  'experiments' | 'experiment' | 'createExperiment' | 'startExperiment' | 'rampExperiment' | 'stopExperiment' | 'planExperiment'
>;

/** What an operator does with experiments. */
export function createExperimentOperations(ports: Ports): Operations {
  const { experimentStore, experiments, experimentReports, clock } = ports;
  const present = (experiment: Experiment): ExperimentAnswer => presented(experiment, experimentReports);
  const change = async (
    key: string,
    who: { action: string; actor: string },
    decide: Parameters<ExperimentStore['change']>[2],
  ): Promise<ExperimentAnswer> => {
    const changed = await experimentStore.change(key, { ...who, at: clock() }, decide);
    await experiments.refresh();
    return present(changed!);
  };
  return {
    async experiments(status) {
      if (status !== null && !(EXPERIMENT_STATUSES as readonly string[]).includes(status))
        refuseFaults([{ path: 'status', code: 'INVALID_INPUT', message: `status is ${shown(status)}; it must be one of ${EXPERIMENT_STATUSES.join(', ')}` }]); // prettier-ignore
      return (await experimentStore.list(status as ExperimentStatus | null)).map(present);
    },
    async experiment(key) {
      const found = await experimentStore.get(key);
      return found && present(found);
    },
    async createExperiment(input, actor) {
      const experiment = readExperiment(input, clock());
      await checkReferences(experiment, ports);
      await experimentStore.create(experiment, actor);
      return present(experiment);
    },
    startExperiment: (key, actor) => change(key, { action: 'startExperiment', actor }, started),
    rampExperiment: ({ key, coverage }, actor) =>
      change(key, { action: 'rampExperiment', actor }, (now, around) => ramped(now, coverage, around)),
    async stopExperiment({ key, reason }, actor) {
      const faults: Fault[] = [];
      const read = new InputReader({ reason }, faults);
      if ((read.text('reason', 1000) ?? '').trim() === '' && faults.length === 0) read.fault('reason', reason, 'say why');
      refuseFaults(faults);
      return change(key, { action: 'stopExperiment', actor }, (now, { at }) => stopped(now, 'STOPPED', reason, at));
    },
    planExperiment: (input) => experimentReports.plan(input),
  };
}

/** What variants name must be there, and their patches must go with what is active. */
async function checkReferences({ surface, variants }: Experiment, ports: Ports): Promise<void> {
  const found = await Promise.all(variants.map((variant, i) => referenceFaults(surface, variant, `variants.${i}`, ports)));
  refuseFaults(found.flat());
}

async function referenceFaults(surface: string, variant: Variant, path: string, { settings, modelStore }: Ports): Promise<Fault[]> {
  const { configVersion, modelVersion, patch } = variant;
  const faults: Fault[] = [];
  const refuse = (name: string, value: unknown, why: string): void => {
    faults.push({ path: `${path}.${name}`, code: 'INVALID_INPUT', message: `${path}.${name} is ${shown(value)}; ${why}` });
  };
  if (configVersion !== null)
    await settings.version(surface, configVersion).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === 'NOT_FOUND')) throw error;
      refuse('configVersion', configVersion, error.message);
    });
  if (modelVersion !== null) {
    const model = await modelStore.get(SERVED_MODEL, modelVersion);
    if (model?.status !== 'READY') refuse('modelVersion', modelVersion, `it must be a READY version of ${SERVED_MODEL}, and ${model ? `it is ${model.status}` : 'there is none of this name'}`); // prettier-ignore
  }
  if (patch !== null)
    await settings.merged(surface, patch).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === 'INVALID_INPUT')) throw error;
      for (const fault of error.faults)
        faults.push({ ...fault, path: `${path}.patch.${fault.path}`, message: `${path}.patch.${fault.message}` });
    });
  return faults;
}

/** In the shape of the public schema. */
function presented(experiment: Experiment, reports: ExperimentReports): ExperimentAnswer {
  const { buckets: _, forced, excluded, phases, ramp, ...rest } = experiment;
  return {
    ...rest,
    phase: phaseOf(experiment),
    phases,
    forcedUsers: Object.entries(forced).map(([userId, variant]) => ({ userId, variant })),
    excludedUserIds: excluded,
    ramp,
    report: ({ at }) => reports.report(experiment, at ?? null),
  };
}
