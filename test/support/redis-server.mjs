import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
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

/**
 * Start a Redis of our own that keeps nothing.
 *
 * @param {{ port?: number, args?: string[] }} options
 * @returns {Promise<{ url: string, port: number, child: import('node:child_process').ChildProcess, stop: () => Promise<void> }>}
 */
export async function startRedis({ port, args = [] } = {}) {
  const { path, env } = await redisBinary();
  const dir = await mkdtemp(join(tmpdir(), 'imago-redis-'));
  const listening = port ?? (await freePort());
  const keeps = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = spawn(path, ['--port', String(listening), '--bind', '127.0.0.1', '--dir', dir, ...keeps, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-4000)));
  const lines = createInterface(child.stdout);
  await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said = (said + line).slice(-4000);
      if (/Ready to accept connections/.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('close', () => reject(new Error(`the test Redis did not start: ${said}`)));
  });
  // Whatever ends this process ends the server too.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    await rm(dir, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${listening}`, port: listening, child, stop };
}
