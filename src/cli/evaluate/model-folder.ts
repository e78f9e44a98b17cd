import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnnxRuntime } from '../../adapters/onnx/runtime.js';
import { AppError, refuseFaults, shown } from '../../core/errors.js';
import { type IntentModel } from '../../core/scoring/intent-model.js';
import { readManifest } from '../../core/scoring/models/read-manifest.js';

/** No page waits here, so a busy machine does not decide the figures. */
const PATIENCE_MS = 60_000;

/**
 * A model from a folder with `model.onnx` and `manifest.json`, as the service would load it. `close` ends what runs it.
 *
 * @throws AppError  naming what is missing, or every fault of the manifest
 */
export async function openModelFolder(folder: string): Promise<{ model: IntentModel; close: () => Promise<void> }> {
  const read = (name: string): Promise<Buffer> =>
    readFile(join(folder, name)).catch(() => {
      throw new AppError('INVALID_INPUT', `--model is ${shown(folder)}, which holds no ${name}`);
    });
  const [file, text] = [await read('model.onnx'), await read('manifest.json')];
  const raw: unknown = JSON.parse(text.toString('utf8'));
  const { manifest, faults } = readManifest(String((raw as { name?: unknown }).name), raw);
  refuseFaults(faults);
  const runtime = createOnnxRuntime();
  const loaded = await runtime.load(manifest, file);
  const { reads, sequenceLength } = loaded;
  const model: IntentModel = { manifest, reads, sequenceLength, predict: (inputs) => loaded.predict(inputs, PATIENCE_MS) };
  return { model, close: () => runtime.close() };
}
