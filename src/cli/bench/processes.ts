import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../adapters/postgres/embedded/index.js';
import { fillShop } from './bench-shop.js';
import { median } from '../numbers.js';
import { closedLoop } from './load.js';
import { bodyFor, CONNECTIONS, type SizeOptions } from './measure.js';
import { readUsage, type ServerProcess, startServerProcess, untilIdle } from './service-process.js';

export interface ProcessesResult {
  /** CPU of a feed where one process answers all. */
  oneCpuMs: number;
  /** The same where two answer half of them each: CPU of both. */
  twoCpuMs: number;
  ratio: number;
}

const MAIN = new URL('../../main.js', import.meta.url);

/**
 * What it costs that processes share users: CPU of a feed with one process and with two, over a PostgreSQL of its own and the Redis at `redisUrl`. One is
 * measured before and after two, so that a machine that gets slower meanwhile speaks for neither.
 */
export async function measureProcesses(redisUrl: string, { items, users, events, seconds, rounds }: SizeOptions): Promise<ProcessesResult> {
  const root = await mkdtemp(join(tmpdir(), 'imago-bench-processes-'));
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const database = await startEmbeddedPostgres({ dataDir: join(root, 'postgres'), log });
  const start = (name: string, role: string): Promise<ServerProcess> =>
    startServerProcess(MAIN, [], {
      PORT: '0', SAMPLE: 'none', LOG_LEVEL: 'warn', ROLE: role, DATA_DIR: join(root, name), DATABASE_URL: database.url, REDIS_URL: redisUrl,
    }); // prettier-ignore
  const stops = [() => database.stop()];
  try {
    const first = await start('first', 'all');
    stops.push(() => first.stop());
    await fillShop(first.url, { items, users, events });
    const measured = async (servers: ServerProcess[]): Promise<number[]> => {
      for (const { url } of servers) await untilIdle(url);
      await cpuMsOf(servers, users, 3 * seconds); // the runtime compiles beside it
      const found: number[] = [];
      for (let round = 0; round < rounds; round++) found.push(await cpuMsOf(servers, users, seconds));
      return found;
    };
    const before = await measured([first]);
    const second = await start('second', 'api');
    const two = await measured([first, second]).finally(() => second.stop());
    const [oneCpuMs, twoCpuMs] = [median([...before, ...(await measured([first]))]), median(two)];
    return { oneCpuMs, twoCpuMs, ratio: twoCpuMs / oneCpuMs };
  } finally {
    for (const stop of stops.reverse()) await stop();
    await rm(root, { recursive: true, force: true });
  }
}

/** CPU of all servers for a feed of one of them. */
async function cpuMsOf(servers: ServerProcess[], users: number, seconds: number): Promise<number> {
  const cpuSeconds = async (): Promise<number> => {
    const usages = await Promise.all(servers.map(({ url }) => readUsage(url)));
    return usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0);
  };
  const body = bodyFor(users);
  const before = await cpuSeconds();
  const loads = await Promise.all(
    servers.map(({ url }, nth) => closedLoop(url, (n) => body(n * servers.length + nth), CONNECTIONS / servers.length, seconds)),
  );
  const failures = loads.reduce((sum, load) => sum + load.failures, 0);
  const requests = loads.reduce((sum, load) => sum + load.requests, 0);
  if (failures > 0) throw new Error(`${failures} of ${requests} requests failed`);
  return (((await cpuSeconds()) - before) * 1000) / requests;
}
