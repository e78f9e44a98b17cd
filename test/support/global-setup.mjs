import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

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
 * Tests that need a database ask this address for the server, and the first to ask starts it; a run of pure tests never does.
 * With IMAGO_TEST_DATABASE_URL the server named there is used.
 */
export default async function setup() {
  if (process.env.IMAGO_TEST_DATABASE_URL) return;
  let server;
  const desk = createServer((_request, response) => {
    server ??= startServer();
    server.then(
      ({ url }) => response.end(url),
      (error) => response.writeHead(500).end(error.message),
    );
  }).listen(0, '127.0.0.1');
  desk.unref();
  await once(desk, 'listening');
  process.env.IMAGO_TEST_POSTGRES_DESK = `http://127.0.0.1:${desk.address().port}`;
  globalThis.stopTestPostgres = async () => {
    desk.close();
    desk.closeAllConnections();
    const started = await server?.catch(() => undefined);
    await started?.stop();
  };
}
