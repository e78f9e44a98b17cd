import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type InferenceSession } from 'onnxruntime-node';
import { ModelFault } from '../../core/scoring/intent-model.js';
import { type Feed } from './runtime-feeds.js';
import { type ModelRunner } from './runtime-inline.js';

const ENTRY = new URL('./model-process.mjs', import.meta.url);
const START_MS = 20_000;
/** A run without an answer for this long is taken to be one that does not end. */
const STUCK_MS = 1_000;
/** More than these wait for nothing: by their turn the request is over. */
const MAX_WAITING = 16;
/** A process that ended is known to have within this time. */
const END_TOLD_MS = 100;
const FIRST_RESTART_MS = 50;
const LAST_RESTART_MS = 10_000;

interface Answer {
  id: number;
  error?: string;
  inputs?: InferenceSession.ValueMetadata[];
  scores?: Float32Array;
  ms?: number;
}
type Settle = { resolve: (answer: Answer) => void; reject: (fault: Error) => void };

export interface ProcessRunner extends ModelRunner {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
}

/**
 * A model in a process of its own. A run that does not end, or takes the process down, costs the requests that wait for it; the process is killed and started
 * again, later each time it happens.
 *
 * @throws ModelFault MODEL_FAILED when the file cannot be loaded
 */
export async function openProcessRunner(file: Uint8Array): Promise<ProcessRunner> {
  const runner = new RestartingProcess(file);
  await runner.open();
  return runner;
}

class RestartingProcess implements ProcessRunner {
  inputs: readonly InferenceSession.ValueMetadata[] = [];
  private child: ModelChild | null = null;
  private closed = false;
  private restartMs = FIRST_RESTART_MS;
  private timer: NodeJS.Timeout | undefined;
  /** What keeps it from being asked while there is no process. */
  private why = new ModelFault('MODEL_MISSING', 'the process of the model is being started');

  constructor(private readonly file: Uint8Array) {}

  async open(): Promise<void> {
    const child = new ModelChild((why) => this.lost(child, why));
    try {
      const { inputs } = await child.ask({ file: this.file }, START_MS, START_MS);
      this.inputs = inputs ?? [];
    } catch (error) {
      child.kill();
      throw error;
    }
    if (this.closed) child.kill();
    else this.child = child;
  }

  async run(feeds: readonly Feed[], timeoutMs: number): Promise<{ scores: Float32Array; ms: number }> {
    if (!this.child) throw this.why;
    const { scores, ms } = await this.child.ask({ feeds }, timeoutMs, STUCK_MS);
    this.restartMs = FIRST_RESTART_MS;
    return { scores: scores!, ms: ms! };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.child?.end();
    this.child = null;
  }

  private lost(child: ModelChild, { degradation }: ModelFault): void {
    if (this.child !== child) return;
    this.child = null;
    this.why = new ModelFault(degradation, 'the process of the model is being started again');
    this.restartLater();
  }

  private restartLater(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => void this.open().catch(() => this.restartLater()), this.restartMs).unref();
    this.restartMs = Math.min(this.restartMs * 2, LAST_RESTART_MS);
  }
}

class ModelChild {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Settle>();
  private nextId = 0;
  private isGone = false;
  private isEnded = false;

  constructor(onLost: (why: ModelFault) => void) {
    // Nothing of the environment: what passed the gate still has no business with secrets.
    this.child = fork(ENTRY, { serialization: 'advanced', env: {}, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.child.unref();
    this.child.channel?.unref();
    const gone = (signal: unknown) => {
      if (this.isGone) return;
      this.isGone = true;
      // A file may crash its process, but has no way to send it these: whoever did, it was not the model.
      const isFromOutside = !this.isEnded && (signal === 'SIGKILL' || signal === 'SIGTERM');
      const why = new ModelFault(isFromOutside ? 'MODEL_MISSING' : 'MODEL_FAILED', 'the process of the model ended');
      for (const { reject } of this.waiting.values()) reject(why);
      this.waiting.clear();
      onLost(why);
    };
    this.child.on('message', (answer: Answer) => this.take(answer));
    this.child.once('error', () => gone(null));
    this.child.once('exit', (_code, signal) => gone(signal));
  }

  /** @param stuckMs a process that has not answered by then is killed */
  ask(message: object, timeoutMs: number, stuckMs: number): Promise<Answer> {
    if (this.isGone) return Promise.reject(new ModelFault('MODEL_FAILED', 'the process of the model ended'));
    if (this.waiting.size >= MAX_WAITING)
      return Promise.reject(new ModelFault('MODEL_SLOW', `${MAX_WAITING} requests wait for the model already`));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new ModelFault('MODEL_SLOW', `no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
      const stuck = setTimeout(() => this.kill(), Math.max(stuckMs, timeoutMs));
      stuck.unref();
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(late);
          clearTimeout(stuck);
          settle(value);
        };
      this.waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      // Where it cannot be told because the process is gone, its end says more.
      this.child.send(
        { id, ...message },
        (error) => error && setTimeout(() => this.take({ id, error: error.message }), END_TOLD_MS).unref(),
      );
    });
  }

  kill(): void {
    this.isEnded = true;
    this.child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    if (this.isGone) return;
    const exited = once(this.child, 'exit');
    this.child.ref();
    this.kill();
    await exited;
  }

  private take(answer: Answer): void {
    const settle = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.error === undefined) settle?.resolve(answer);
    else settle?.reject(new ModelFault('MODEL_FAILED', answer.error));
  }
}
