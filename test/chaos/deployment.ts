import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ChildService, endChildService, startChildService } from '../support/child-service.js';
import { startRedis } from '../support/redis-server.mjs';
import { descendants, signalAll } from './processes.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const PARTS = ['api', 'worker', 'postgres', 'redis', 'inference'] as const;
export type PartName = (typeof PARTS)[number];

/** A whole deployment of our own: two API processes, a worker, PostgreSQL and Redis, each behind a proxy of its own. */
export interface Deployment {
  urls(): string[];
  /** Past the proxy. */
  databaseUrl: string;
  proxies: { postgres: TcpProxy; redis: TcpProxy };
  folders: string[];
  /** End a part as a crash would and see to it that it comes back; how many processes were killed. */
  kill(part: PartName): Promise<number>;
  /** Stop a part in its tracks, and let it go on. */
  freeze(part: 'postgres' | 'redis'): () => void;
  /** What an API process that starts from now on may spool; null for the default. */
  limitSpool(maxMb: number | null): void;
  /** Resolves when every service that was killed takes requests again. */
  whole(): Promise<void>;
  stopServices(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL in a folder that is made when missing. */
export async function startPostgres(folder: string): Promise<{ url: string; child: ChildProcess; stop: () => Promise<void> }> {
  await mkdir(folder, { recursive: true });
  for (const one of [dirname(folder), folder]) await chmod(one, 0o755);
  const child = spawn(process.execPath, ['--import', here('../support/ts-loader.mjs'), here('../support/postgres-server.ts'), folder], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const stop = async (): Promise<void> => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'close');
  };
  return { url, child, stop };
}

const throughProxy = (url: string, { port }: TcpProxy): string => Object.assign(new URL(url), { port: String(port) }).href;

/** Postmasters come before their children, so that the first is stopped before it can start any anew. */
function killPostgres(supervisor: number): number {
  const pids = descendants(supervisor, 'postgres').filter((pid) => pid !== supervisor);
  signalAll(pids.slice(0, 1), 'SIGSTOP');
  const killed = signalAll(pids.slice(1).reverse(), 'SIGKILL');
  return killed + signalAll(pids.slice(0, 1), 'SIGKILL');
}

/** @param built run what was built, which starts sooner, instead of the sources */
export async function startDeployment(built = false): Promise<Deployment> {
  const root = await mkdtemp(join(tmpdir(), 'imago-chaos-'));
  await chmod(root, 0o755);
  const postgres = await startPostgres(join(root, 'postgres'));
  let redis = await startRedis();
  const proxies = { postgres: await startTcpProxy(Number(new URL(postgres.url).port)), redis: await startTcpProxy(redis.port) };
  const folders = ['api-0', 'api-1', 'worker'].map((name) => join(root, name));
  let spoolMaxMb: number | null = null;
  const start = (index: number): Promise<ChildService> =>
    startChildService(
      {
        ...(spoolMaxMb !== null && { SPOOL_MAX_MB: String(spoolMaxMb) }),
        DATABASE_URL: throughProxy(postgres.url, proxies.postgres),
        REDIS_URL: throughProxy(redis.url, proxies.redis),
        ROLE: index === 2 ? 'worker' : 'api',
        DATA_DIR: folders[index],
        LOG_LEVEL: 'error',
      },
      built,
    );
  // A process that starts while what it needs is away ends, and is started again, as whoever runs it would.
  const untilStarted = async (index: number): Promise<ChildService> => {
    for (let tries = 0; ; tries++) {
      const started = await start(index).catch((error: unknown) => error as Error);
      if (!(started instanceof Error)) return started;
      if (tries === 20) throw started;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const services = [await start(2), ...(await Promise.all([start(0), start(1)]))];
  const [worker, ...apis] = services;
  const running = [...apis, worker];
  const starting = new Map<number, Promise<void>>();
  let turn = 0;

  const killService = async (index: number): Promise<number> => {
    await starting.get(index);
    await endChildService(running[index], 'SIGKILL');
    const back = untilStarted(index).then((service) => void (running[index] = service));
    starting.set(index, back);
    back.catch(() => undefined);
    return 1;
  };
  const kills: Record<PartName, () => Promise<number> | number> = {
    api: () => killService(turn++ % 2),
    worker: () => killService(2),
    postgres: () => killPostgres(postgres.child.pid!),
    async redis() {
      await redis.stop();
      redis = await startRedis({ port: redis.port });
      return 1;
    },
    inference: () => signalAll(descendants(process.pid, 'model-process'), 'SIGKILL'),
  };
  const stopServices = async (): Promise<void> => {
    await Promise.allSettled(starting.values());
    await Promise.all(running.map((service) => endChildService(service, 'SIGTERM')));
  };
  return {
    urls: () => running.slice(0, 2).map(({ url }) => url),
    databaseUrl: postgres.url,
    proxies,
    folders,
    kill: async (part) => kills[part](),
    freeze(part) {
      const pids = part === 'redis' ? [redis.child.pid!] : descendants(postgres.child.pid!, 'postgres');
      signalAll(pids, 'SIGSTOP');
      return () => void signalAll(pids, 'SIGCONT');
    },
    limitSpool: (maxMb) => void (spoolMaxMb = maxMb),
    whole: async () => void (await Promise.all(starting.values())),
    stopServices,
    async stop() {
      await stopServices();
      await Promise.all([proxies.postgres.close(), proxies.redis.close()]);
      await redis.stop();
      await postgres.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
