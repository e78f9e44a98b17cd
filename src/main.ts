import pino from 'pino';
import { readConfig } from './config.js';
import { type Service, startService } from './service.js';

const SHUTDOWN_MS = 25_000;

const greeting = (url: string): string => `
Imago is ready at ${url}

  Open       ${url}/graphql
  Try        curl -s ${url}/graphql -H 'content-type: application/json' \\
               -d '{"query":"{ feed(input: {first: 5}) { items { position item { title price } reasons { text } } } }"}'
`;

/** Stop on the first signal, also when it comes while the service still starts. */
function stopOnSignal(started: Promise<Service>, log: pino.Logger): void {
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
  if (!config.auth) log.warn('no authentication is configured: everything is allowed, from this machine only');
  const started = startService(config, log);
  stopOnSignal(started, log);
  process.stdout.write(greeting((await started).url));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
