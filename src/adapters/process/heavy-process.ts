import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { type HeavyWork } from '../../ports/heavy-work.js';
import { type Log } from '../../ports/log.js';

export interface HeavyProcessOptions {
  /** Module that takes one `HeavyTask` as a message, answers with messages of `HeavySaid`, and ends by itself. */
  entry: URL;
  /** For Node, before the entry. */
  execArgv?: readonly string[];
  /** What the entry is told beside the names; anything that structured cloning takes. */
  setup: object;
  log: Log;
}

/** What the process is asked. */
export interface HeavyTask<S = object> {
  names: readonly string[];
  setup: S;
}

/** What the process says: a line for the log, or how it went. */
export type HeavySaid =
  | { said: 'line'; level: 'info' | 'warn' | 'error'; facts: object; message: string }
  | { said: 'done' }
  | { said: 'failed'; message: string };

/** Requests come first where processors are few. */
const NICENESS = 10;
const NOTED_CHARACTERS = 2_000;

/** Heavy work in a process of its own that is started for each run: its memory is given back, and neither its time nor its garbage is the server's. */
export function createHeavyProcess(options: HeavyProcessOptions): HeavyWork {
  let child: ChildProcess | null = null;
  let closed = false;
  return {
    async run(names) {
      if (closed) return;
      if (child) throw new Error('heavy work is under way already');
      // Nothing of the environment: all that it may know comes with the task.
      child = fork(options.entry, {
        serialization: 'advanced',
        env: {},
        execArgv: [...(options.execArgv ?? process.execArgv)],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      try {
        await outcomeOf(child, { names, setup: options.setup }, options.log, () => closed);
      } finally {
        child = null;
      }
    },
    async close() {
      closed = true;
      if (!child) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function outcomeOf(child: ChildProcess, task: HeavyTask, log: Log, isClosed: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let outcome: Exclude<HeavySaid, { said: 'line' }> | null = null;
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-NOTED_CHARACTERS)));
    child.on('message', (message: HeavySaid) => {
      if (message.said === 'line') log[message.level](message.facts, message.message);
      else outcome = message;
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (outcome?.said === 'done' || isClosed()) resolve();
      else reject(new Error(outcome?.message ?? `the process ended with ${signal ?? `code ${code}`} before it was done. ${lastWords}`));
    });
    if (child.pid !== undefined) lowerPriority(child.pid);
    child.send(task, (error) => error && child.kill('SIGKILL'));
  });
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It may have ended already, or the platform has no such thing; it works either way.
  }
}
