import { type IntentModel, type ModelInputs, type ModelManifest } from '../core/scoring/intent-model.js';
import { type ModelCheck } from '../core/scoring/model-record.js';
import { type ModelShape } from '../core/scoring/models/signature.js';

/** A model in memory, which its holder has to release. */
export interface LoadedModel extends IntentModel {
  /** What one run over 500 candidates took when it was warmed, ms; decides whether it runs inline. */
  readonly costMs: number;
  /** Let go of it once the runs under way are done; asking it afterwards fails as MODEL_FAILED. */
  release(): Promise<void>;
}

/** Runs model files. */
export interface ModelRuntime {
  /** Load a version that passed the gate, and warm it with its golden batch. @throws ModelFault MODEL_FAILED when it cannot be loaded or answers otherwise */
  load(manifest: ModelManifest, file: Uint8Array): Promise<LoadedModel>;
  close(): Promise<void>;
}

/**
 * The gate's look at what a file does when it runs. Guarantees: the file is opened and run in a process of its own, without secrets, with a memory limit and a
 * deadline at which it is killed; whatever it does, this process goes on and gets an answer.
 */
export interface ModelProbe {
  /**
   * Checks from LOAD to MEMORY, in order; those that could not run any more are missing. `onCheck` is told of each as it comes in.
   *
   * @param shape what the file was found to read
   */
  probe(manifest: ModelManifest, shape: ModelShape, file: Uint8Array, onCheck: (check: ModelCheck) => void): Promise<ModelCheck[]>;
  /** Scores of each batch, [rows * heads]; null where the file does not answer. */
  score(manifest: ModelManifest, shape: ModelShape, file: Uint8Array, batches: Iterable<ModelInputs>): Promise<Float32Array[] | null>;
}
