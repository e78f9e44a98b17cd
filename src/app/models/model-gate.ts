import { AppError } from '../../core/errors.js';
import { MODEL_CHECKS, type ModelCheck, type ModelRecord } from '../../core/scoring/model-record.js';
import { checkFile } from '../../core/scoring/models/check-file.js';
import { type ModelShape } from '../../core/scoring/models/signature.js';
import { type Log } from '../../ports/log.js';
import { type ModelProbe } from '../../ports/model-runtime.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type ModelEvidence } from './model-evidence.js';

/** A version that the gate fails on by itself so often is refused, so that those behind it get their turn. */
const MAX_ATTEMPTS = 3;

export interface GatePorts {
  modelStore: ModelStore;
  modelProbe: ModelProbe;
  evidence: ModelEvidence;
  log: Log;
}

const blocks = ({ passed, advisory }: ModelCheck): boolean => !passed && !advisory;
const inOrder = (checks: readonly ModelCheck[]): ModelCheck[] =>
  [...checks].sort((a, b) => MODEL_CHECKS.indexOf(a.name) - MODEL_CHECKS.indexOf(b.name));

/**
 * Judge all versions that wait, oldest first, one at a time. What each check finds is kept as it comes in; a version that the process did not finish is judged
 * again from the start.
 */
export function createModelGate(ports: GatePorts): () => Promise<void> {
  const { modelStore, log } = ports;
  const attempts = new Map<string, number>();
  return async () => {
    for (let waiting = await modelStore.waiting(); waiting.length > 0; waiting = await modelStore.waiting()) {
      const [{ name, version }] = waiting;
      const key = `${name}@${version}`;
      try {
        await judge(ports, name, version);
        attempts.delete(key);
      } catch (error) {
        const tried = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, tried);
        if (error instanceof AppError || tried < MAX_ATTEMPTS) throw error;
        log.error({ err: error, model: key }, 'the gate failed on a model, which is refused');
        const detail = 'the gate could not finish with this file; the log of the service says why';
        await modelStore.judge(name, version, [{ name: 'LOAD', passed: false, advisory: false, detail }], 'REJECTED');
      }
    }
  };
}

async function judge({ modelStore, modelProbe, evidence, log }: GatePorts, name: string, version: string): Promise<void> {
  const [record, file] = await Promise.all([modelStore.get(name, version), modelStore.file(name, version)]);
  if (!record || !file) return;
  const started = performance.now();
  const checks: ModelCheck[] = [];
  let keeping: Promise<void> = Promise.resolve();
  let failure: unknown = null;
  const add = (check: ModelCheck): void => {
    checks.push(check);
    const sofar = inOrder(checks);
    keeping = keeping
      .then(() => modelStore.judge(name, version, sofar, 'VALIDATING'))
      .catch((error: unknown) => (failure ??= error)) as Promise<void>;
  };

  const { checks: ofFile, shape } = checkFile(record.manifest, file);
  checks.push(...ofFile);
  if (shape !== null && !ofFile.some(blocks)) await look({ modelProbe, evidence }, { record, shape, file }, add);
  await keeping;
  if (failure !== null) throw failure as Error;
  const status = checks.some(blocks) ? 'REJECTED' : 'READY';
  await modelStore.judge(name, version, inOrder(checks), status);
  const failed = checks.filter(blocks).map((check) => check.name);
  log.info({ model: `${name}@${version}`, status, failed, ms: Math.round(performance.now() - started) }, 'judged a model');
}

/** What only shows when the file runs. */
async function look(
  { modelProbe, evidence }: Pick<GatePorts, 'modelProbe' | 'evidence'>,
  { record, shape, file }: { record: ModelRecord; shape: ModelShape; file: Uint8Array },
  add: (check: ModelCheck) => void,
): Promise<void> {
  const { manifest } = record;
  const found = await modelProbe.probe(manifest, shape, file, add);
  if (found.some(blocks)) return;
  for (const check of await evidence({ manifest, shape, file })) add(check);
}
