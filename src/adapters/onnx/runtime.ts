import { ModelFault, type ModelInputs, type ModelManifest } from '../../core/scoring/intent-model.js';
import { type LoadedModel, type ModelRuntime } from '../../ports/model-runtime.js';
import { checkGolden, feedsOf, goldenInputs, type Signature, signatureOf } from './runtime-feeds.js';
import { type ModelRunner, openInlineRunner } from './runtime-inline.js';
import { openProcessRunner } from './runtime-process.js';

export interface OnnxRuntimeOptions {
  /** Models that take less for 500 candidates run in this thread, ms; 0: none does. */
  inlineBelowMs?: number;
}

const INLINE_BELOW_MS = 1;
const MEASURED_ROWS = 500;
const MEASURED_RUNS = 15;
const WARM_TIMEOUT_MS = 10_000;
/** An inline run is too long when it takes so many times what was measured, and this many ms at least. */
const OVERRUN_FACTOR = 20;
const OVERRUN_MS = 25;
/** So many in a row, and it is the model and not the machine. */
const OVERRUNS = 10;

/**
 * Runs ONNX files on the CPU. A file is first loaded, warmed and measured in a process of its own, which can be killed; only one that is fast there comes into
 * this thread, and one that overruns here goes back.
 */
export function createOnnxRuntime({ inlineBelowMs = INLINE_BELOW_MS }: OnnxRuntimeOptions = {}): ModelRuntime {
  const loaded = new Set<OnnxModel>();
  return {
    async load(manifest, file) {
      const kept = Uint8Array.from(file); // a runner may be opened again later
      const process = await openProcessRunner(kept);
      try {
        const signature = signatureOf(process.inputs);
        const costMs = await warm(process, manifest, signature);
        const inline = costMs < inlineBelowMs ? await openInlineRunner(kept) : null;
        if (inline) {
          await process.close();
          await warm(inline, manifest, signature);
        }
        const model = new OnnxModel({ manifest, signature, costMs, file: kept }, inline ?? process, inline !== null, () =>
          loaded.delete(model),
        );
        loaded.add(model);
        return model;
      } catch (error) {
        await process.close();
        throw asFault(error);
      }
    },
    async close() {
      await Promise.all(Array.from(loaded, (model) => model.release()));
    },
  };
}

const asFault = (error: unknown): ModelFault =>
  error instanceof ModelFault ? error : new ModelFault('MODEL_FAILED', error instanceof Error ? error.message : String(error));

/** Check the golden batch and measure; the least of some runs over 500 rows, ms, since whatever else the machine does only adds to it. */
async function warm(runner: ModelRunner, manifest: ModelManifest, signature: Signature): Promise<number> {
  const golden = await runner.run(feedsOf(signature, goldenInputs(manifest, signature)), WARM_TIMEOUT_MS);
  checkGolden(manifest, golden.scores);
  const feeds = feedsOf(signature, goldenInputs(manifest, signature, MEASURED_ROWS));
  let least = Infinity;
  for (let i = 0; i < MEASURED_RUNS; i++) least = Math.min(least, (await runner.run(feeds, WARM_TIMEOUT_MS)).ms);
  return least;
}

interface ModelParts {
  manifest: ModelManifest;
  signature: Signature;
  costMs: number;
  file: Uint8Array;
}

class OnnxModel implements LoadedModel {
  readonly manifest: ModelManifest;
  readonly costMs: number;
  private readonly underWay = new Set<Promise<unknown>>();
  private isReleased = false;
  private overruns = 0;
  private moving: Promise<void> | null = null;

  constructor(
    private readonly parts: ModelParts,
    private runner: ModelRunner,
    private isInline: boolean,
    private readonly onRelease: () => void,
  ) {
    this.manifest = parts.manifest;
    this.costMs = parts.costMs;
  }

  get reads(): Signature['reads'] {
    return this.parts.signature.reads;
  }
  get sequenceLength(): number {
    return this.parts.signature.sequenceLength;
  }

  async predict(inputs: ModelInputs, timeoutMs: number): Promise<Float32Array> {
    if (this.isReleased) throw new ModelFault('MODEL_FAILED', 'the model was let go of');
    if (inputs.rows === 0) return new Float32Array(0);
    const run = this.runner.run(feedsOf(this.parts.signature, inputs), timeoutMs);
    this.underWay.add(run);
    try {
      const { scores, ms } = await run;
      if (this.isInline) this.watch(ms);
      return scores;
    } finally {
      this.underWay.delete(run);
    }
  }

  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    this.onRelease();
    await this.moving;
    await Promise.allSettled(this.underWay);
    await this.runner.close();
  }

  /** An inline run cannot be cut short, so a model that is not as fast as it was measured goes to a process of its own. */
  private watch(ms: number): void {
    this.overruns = ms > Math.max(OVERRUN_MS, OVERRUN_FACTOR * this.costMs) ? this.overruns + 1 : 0;
    if (this.overruns >= OVERRUNS) this.moving ??= this.moveOut().catch(() => void (this.moving = null));
  }

  private async moveOut(): Promise<void> {
    const inline = this.runner;
    this.runner = await openProcessRunner(this.parts.file);
    this.isInline = false;
    await Promise.allSettled(this.underWay);
    await inline.close();
  }
}
