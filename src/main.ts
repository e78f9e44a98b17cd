import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import pino from 'pino';
import { createServer } from './api/server.js';
import { startBackground } from './app/background.js';
import { createApp } from './app/create-app.js';
import { loadSample } from './app/load-sample.js';
import { openEmbeddedBinding } from './bindings/embedded.js';
import { type Config, readConfig } from './config.js';

const SHUTDOWN_MS = 20_000;
const clock = (): number => Date.now();
const stopwatch = (): number => performance.now();

/** Start everything in the order in which one thing needs the other, and stop it in reverse; a start that fails leaves nothing behind. */
async function start(config: Config, log: pino.Logger): Promise<{ url: string; stop(): Promise<void> }> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const binding = await openEmbeddedBinding({ ...config, clock, log });
    closers.push(() => binding.close());
    const running = await createApp(binding, { ...config, purposes: config.defaultConsent, clock, stopwatch });
    closers.push(() => running.close());
    if (config.sample === 'shop') await loadSample(running.app, { ...binding, clock });
    const server = await createServer({ app: running.app, config, log });
    closers.push(() => server.close());
    const url = await server.listen(config.host, config.port);
    const background = await startBackground(binding, running, clock);
    closers.push(() => background.stop());
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const greeting = (url: string): string => `
Imago is ready at ${url}

  Open       ${url}/graphql
  Try        curl -s ${url}/graphql -H 'content-type: application/json' \\
               -d '{"query":"{ feed(input: {first: 5}) { items { position item { title price } reasons { text } } } }"}'
`;

/** Stop on the first signal, also when it comes while the service still starts. */
function stopOnSignal(started: Promise<{ stop(): Promise<void> }>, log: pino.Logger): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    log.info({ signal }, 'stopping');
    try {
      await (await started).stop();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'could not stop cleanly; nothing that was acknowledged is lost');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel });
  log.warn('no authentication is configured: everything is allowed, from this machine only');
  const started = start(config, log);
  stopOnSignal(started, log);
  process.stdout.write(greeting((await started).url));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
