import './no-telemetry.mjs';
import { performance } from 'node:perf_hooks';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelFault } from '../../core/scoring/intent-model.js';
import { type Feed } from './runtime-feeds.js';

/** One thread, one operator after the other: requests run beside each other, not the parts of one. */
const OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 4,
};

/** What runs a model, wherever that is. */
export interface ModelRunner {
  /**
   * @returns the scores, and what the run itself took, ms
   * @throws ModelFault MODEL_SLOW when there is no answer in time, MODEL_FAILED for anything else
   */
  run(feeds: readonly Feed[], timeoutMs: number): Promise<{ scores: Float32Array; ms: number }>;
  close(): Promise<void>;
}

/**
 * A model in this process and thread: next to no cost beside the run itself, but a run that has begun is waited for, however long it takes. For models that
 * were measured to be fast.
 */
export async function openInlineRunner(file: Uint8Array): Promise<ModelRunner> {
  const session = await InferenceSession.create(file, OPTIONS);
  return {
    async run(feeds) {
      const tensors: Record<string, Tensor> = {};
      for (const { name, type, data, dims } of feeds) tensors[name] = new Tensor(type, data as Float32Array, dims);
      let started = performance.now();
      // The runtime waits for the next turn of the loop before it runs; what else that turn holds is not the model's doing.
      setImmediate(() => (started = performance.now()));
      try {
        const { scores } = await session.run(tensors, ['scores']);
        return { scores: scores.data as Float32Array, ms: performance.now() - started };
      } catch (error) {
        throw new ModelFault('MODEL_FAILED', error instanceof Error ? error.message : String(error));
      }
    },
    close: () => session.release(),
  };
}
