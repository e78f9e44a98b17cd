import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { redisBinary } from './redis-binary.mjs';

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const KEEPS_NOTHING = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
const READY = /Ready to accept connections|\+monitor master/;

/** Ends a server once this process is gone, however that came: whatever ends it closes the input that the shell waits for. */
function guard(server, dir) {
  const script = 'read -r _; kill -9 "$0" 2>/dev/null; rm -rf "$1"';
  const shell = spawn('/bin/sh', ['-c', script, String(server.pid), dir], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.unref();
  shell.stdin.unref();
  return shell;
}

/**
 * Start a Redis of our own that keeps nothing, or with `config` one that is told everything by a file.
 *
 * @param {{ port?: number, args?: string[], dir?: string, config?: string }} options `dir` is left as it is when the server stops
 * @returns {Promise<{ url: string, port: number, child: import('node:child_process').ChildProcess, stop: () => Promise<void> }>}
 */
export async function startRedis({ port, args = [], dir: given, config } = {}) {
  const { path, env } = await redisBinary();
  const dir = given ?? (await mkdtemp(join(tmpdir(), 'imago-redis-')));
  const listening = port ?? (await freePort());
  const file = join(dir, 'redis.conf');
  if (config !== undefined) await writeFile(file, config);
  const told = config === undefined ? ['--dir', dir, ...KEEPS_NOTHING, ...args] : [file, '--dir', dir, ...args];
  const child = spawn(path, [...told, '--port', String(listening), '--bind', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const shell = guard(child, dir);
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-4000)));
  const lines = createInterface(child.stdout);
  await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said = (said + line).slice(-4000);
      if (READY.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`the test Redis did not start: ${said}`)));
  });
  const stop = async () => {
    shell.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    if (given === undefined) await rm(dir, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${listening}`, port: listening, child, stop };
}
