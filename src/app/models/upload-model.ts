import { AppError, type Fault, shown } from '../../core/errors.js';
import { type ModelManifest } from '../../core/scoring/intent-model.js';
import { MODEL_LIMITS } from '../../core/scoring/models/limits.js';
import { readManifest } from '../../core/scoring/models/read-manifest.js';
import { type ModelStatus } from '../../core/scoring/model-record.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type App } from '../app.js';

/** Largest file that is taken, bytes. */
export const MAX_MODEL_BYTES = MODEL_LIMITS.fileBytes;
const MAX_DEPTH = 32;

/** A manifest that breaks its form, with everything that is wrong in it. */
export class ManifestFaults extends AppError {
  constructor(faults: Fault[]) {
    super('INVALID_INPUT', faults.map(({ message }) => message).join('; '), faults);
    this.name = 'ManifestFaults';
  }
}

export interface UploadPorts {
  modelStore: ModelStore;
  /** Told when a version waits for the gate. */
  onUpload: () => void;
}

type Uploads = Pick<App, 'readModelManifest' | 'uploadModel'>;

/** Take model versions in; what they are worth is for the gate to find out. */
export function createUploads({ modelStore, onUpload }: UploadPorts): Uploads {
  return {
    readModelManifest(name, json) {
      if (!isShallow(json)) throw manifestFault(`the manifest is nested deeper than ${MAX_DEPTH} levels`);
      const { manifest, faults } = readManifest(name, json);
      if (faults.length > 0) throw new ManifestFaults(faults);
      return manifest;
    },
    async uploadModel(manifest, { bytes: file, sha256 }, actor) {
      const { name, version } = manifest;
      const outcome = await modelStore.create({ name, version, sha256, uploadedBy: actor, manifest, file });
      if (outcome === 'created') onUpload();
      const status = outcome === 'created' ? 'VALIDATING' : await statusOf(modelStore, manifest);
      return { name, version, sha256, status };
    },
  };
}

const manifestFault = (message: string): ManifestFaults => new ManifestFaults([{ path: 'manifest', code: 'INVALID_INPUT', message }]);

async function statusOf(modelStore: ModelStore, { name, version }: ModelManifest): Promise<ModelStatus> {
  const record = await modelStore.get(name, version);
  if (record === null) throw new AppError('NOT_FOUND', `the model ${shown(name)} has no version ${shown(version)}`);
  return record.status;
}

/** Whether a value may be walked by functions that call themselves. */
function isShallow(json: unknown): boolean {
  let level: unknown[] = [json];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : []));
    if (level.length === 0) return true;
  }
  return false;
}
