import { type ReportPorts, createExperimentReports, type ExperimentReports } from './experiment-reports.js';
import { createArms } from './arms.js';
import { type ExperimentsInForce, type ExperimentsPorts, openExperiments } from './experiments-in-force.js';
import { createTakePart, type TakePartPorts } from './take-part.js';
import { type SettingsInForce } from '../settings-in-force.js';

export interface Experimentation {
  experiments: ExperimentsInForce;
  experimentReports: ExperimentReports;
  takePart: ReturnType<typeof createTakePart>;
}

type Ports = ExperimentsPorts &
  Omit<TakePartPorts, 'experiments' | 'arms'> &
  ReportPorts & { settings: Pick<SettingsInForce, 'version'> } & Pick<TakePartPorts, 'models'>;

/** Open all that experiments need on this process. */
export async function openExperimentation(ports: Ports): Promise<Experimentation> {
  const experiments = await openExperiments(ports);
  const takePart = createTakePart({ ...ports, experiments, arms: createArms(ports) });
  return { experiments, experimentReports: createExperimentReports(ports), takePart };
}
