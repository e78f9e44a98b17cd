import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A server under measurement, in a process of its own. */
export interface ServerProcess {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** What the process itself says it used, from its `/metrics`. */
export interface Usage {
  cpuSeconds: number;
  residentBytes: number;
  heapBytes: number;
}

/** As `npm start` has them: a feed leaves much that is short-lived, and a larger young generation spares a tenth of its CPU. */
const NODE_FLAGS = ['--max-semi-space-size=64'];
const READY = /ready at (http:\S+)/;

/** Run a script with plain Node, and wait until it says where it is ready. */
export async function startServerProcess(script: URL, args: string[], env: Record<string, string>): Promise<ServerProcess> {
  const child: ChildProcess = spawn(process.execPath, [...NODE_FLAGS, fileURLToPath(script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const found = READY.exec(line);
      if (found) resolve(found[1]);
    });
    child.once('close', (code) => reject(new Error(`${fileURLToPath(script)} ended with ${code} before it was ready`)));
  });
  return {
    url,
    pid: child.pid!,
    async stop() {
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

const value = (text: string, name: string): number => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);

export async function readUsage(url: string): Promise<Usage> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return {
    cpuSeconds: value(text, 'process_cpu_seconds_total'),
    residentBytes: value(text, 'process_resident_memory_bytes'),
    heapBytes: value(text, 'nodejs_heap_size_used_bytes'),
  };
}

const IDLE_LOOK_MS = 2_000;
const IDLE_SHARE = 0.1;
const IDLE_TRIES = 60;

/** Wait until a server has nothing to do beside requests: it uses less than a tenth of a core for two seconds. @throws Error after two minutes */
export async function untilIdle(url: string): Promise<void> {
  for (let tries = 0; tries < IDLE_TRIES; tries++) {
    const before = (await readUsage(url)).cpuSeconds;
    await pause(IDLE_LOOK_MS);
    if ((await readUsage(url)).cpuSeconds - before < (IDLE_SHARE * IDLE_LOOK_MS) / 1000) return;
  }
  throw new Error('the service is busy with something else than requests');
}
