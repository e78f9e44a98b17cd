import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
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
