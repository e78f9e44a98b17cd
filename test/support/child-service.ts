import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const READY = /Imago is ready at (\S+)/;

/** A service in a process of its own, so that it can be killed. */
export interface ChildService {
  url: string;
  process: ChildProcess;
}

/** Start the sources, or what was built of them, with this environment, and wait until the service says that it is ready. */
export async function startChildService(env: Record<string, string>, built = false): Promise<ChildService> {
  const entry = built ? [here('../../dist/src/main.js')] : ['--import', here('ts-loader.mjs'), here('../../src/main.ts')];
  const child = spawn(process.execPath, entry, {
    env: { ...process.env, PORT: '0', SAMPLE: 'none', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<string>((resolve) => lines.on('line', (line) => resolveOn(READY.exec(line)?.[1], resolve)));
  const url = await Promise.race([ready, once(child, 'close').then(() => Promise.reject(new Error(`the service did not start: ${said}`)))]);
  return { url, process: child };
}

const resolveOn = (url: string | undefined, resolve: (url: string) => void): void => (url === undefined ? undefined : resolve(url));

/** End it as a crash would, or as an operator would, and wait until it is gone. */
export async function endChildService({ process: child }: ChildService, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  child.kill(signal);
  await gone;
}
