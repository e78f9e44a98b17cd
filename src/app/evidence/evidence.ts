import { NO_METERS, type ModelMeters } from '../models/model-meters.js';
import { createExposureLosses } from './exposure-losses.js';
import { createLogEvidence } from './log-evidence.js';
import { createNoteEvidence } from './note-evidence.js';
import { createPrivateReports } from './private-reports.js';

type Ports = Parameters<typeof createLogEvidence>[0] &
  Parameters<typeof createExposureLosses>[0] &
  Parameters<typeof createPrivateReports>[0] &
  Omit<Parameters<typeof createNoteEvidence>[0], 'meters'> & { meters?: ModelMeters };

/** What is done for evidence beside requests. */
export interface EvidenceJobs {
  /** Publish the ends of the chains for the hour that is over. */
  publishHeads: () => Promise<void>;
  /** Show what was found of the models on the last day. */
  noteEvidence: () => Promise<void>;
}

/** What lets others check the service, and learn from its data without learning of anybody. */
export function createEvidence(ports: Ports) {
  const { publishHeads, ...logs } = createLogEvidence(ports);
  const noteEvidence = createNoteEvidence({ ...ports, meters: ports.meters ?? NO_METERS });
  return {
    evidence: { ...logs, ...createPrivateReports(ports), ...createExposureLosses(ports) },
    evidenceJobs: { publishHeads, noteEvidence } satisfies EvidenceJobs,
  };
}
