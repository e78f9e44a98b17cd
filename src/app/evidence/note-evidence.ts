import { type ModelEvidenceStore } from '../../ports/model-evidence-store.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type ModelMeters } from '../models/model-meters.js';
import { SERVED_MODEL } from '../models/models-in-force.js';

interface Ports {
  modelStore: Pick<ModelStore, 'list'>;
  modelEvidence: Pick<ModelEvidenceStore, 'latest'>;
  meters: Pick<ModelMeters, 'alarms'>;
}

/** Show in the metrics what the last day of each version that may serve gave to look at. */
export function createNoteEvidence({ modelStore, modelEvidence, meters }: Ports): () => Promise<void> {
  return async () => {
    const versions = (await modelStore.list()).filter(({ name, status }) => name === SERVED_MODEL && status === 'READY');
    for (const { version } of versions) {
      const [latest] = await modelEvidence.latest(version, 1);
      if (latest) meters.alarms(version, latest.alarms.length);
    }
  };
}
