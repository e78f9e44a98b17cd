import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startRedis } from './redis-server.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Start the one server of this run. Its log is shown only when it fails to start. */
async function startServer() {
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-test-'));
  // Where root may not use namespaces, another account runs the server and has to get in.
  await chmod(dataDir, 0o755);
  const child = spawn(process.execPath, ['--import', here('ts-loader.mjs'), here('postgres-server.ts'), dataDir], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-4000)));
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => line),
    once(child, 'close').then(() => Promise.reject(new Error(`the test PostgreSQL did not start: ${said}`))),
  ]);
  const stop = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'close');
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url, stop };
}

/**
 * Tests that need a database, or Redis, ask this address for the server, and the first to ask starts it; a run of pure tests never does.
 * With IMAGO_TEST_DATABASE_URL or REDIS_URL the server named there is used.
 */
export default async function setup() {
  const starts = { '/postgres': startServer, '/redis': startRedis };
  const servers = {};
  const desk = createServer(({ url }, response) => {
    servers[url] ??= starts[url]();
    servers[url].then(
      (server) => response.end(server.url),
      (error) => response.writeHead(500).end(error.message),
    );
  }).listen(0, '127.0.0.1');
  desk.unref();
  await once(desk, 'listening');
  process.env.IMAGO_TEST_DESK = `http://127.0.0.1:${desk.address().port}`;
  globalThis.stopTestServers = async () => {
    desk.close();
    desk.closeAllConnections();
    for (const starting of Object.values(servers)) await (await starting.catch(() => undefined))?.stop();
  };
}
