import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTcpProxy, type TcpProxy } from '../chaos/tcp-proxy.js';
import { type ChildService, endChildService, startChildService } from '../support/child-service.js';
import { startRedis } from '../support/redis-server.mjs';
import { type NoticeGate, startNoticeGate } from './notice-gate.js';

const APIS = 2;

/** Two processes that answer and one that works, each with a way of its own to the database. */
export interface Fleet {
  urls(): string[];
  databaseUrl: string;
  folders: string[];
  /** Of each process that answers. */
  gates: NoticeGate[];
  redis: TcpProxy;
  /** Stop one that answers as an operator would, and start it again; milliseconds until it was gone, and until it was ready. */
  restart(index: number): Promise<{ stopMs: number; readyMs: number; code: number | null }>;
  stopServices(): Promise<void>;
  stop(): Promise<void>;
}

export async function startFleet(databaseUrl: string): Promise<Fleet> {
  const root = await mkdtemp(join(tmpdir(), 'imago-fleet-'));
  const store = await startRedis();
  const redis = await startTcpProxy(store.port);
  const { port } = new URL(databaseUrl);
  const gates = await Promise.all(Array.from({ length: APIS }, () => startNoticeGate(Number(port))));
  const folders = ['api-0', 'api-1', 'worker'].map((name) => join(root, name));
  const start = (index: number): Promise<ChildService> =>
    startChildService({
      DATABASE_URL: index < APIS ? Object.assign(new URL(databaseUrl), { port: String(gates[index].port) }).href : databaseUrl,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      ROLE: index < APIS ? 'api' : 'worker',
      DATA_DIR: folders[index],
      LOG_LEVEL: 'error',
    });
  const running = await Promise.all(folders.map((_, index) => start(index)));
  const stopServices = async (): Promise<void> => void (await Promise.all(running.map((service) => endChildService(service, 'SIGTERM'))));
  return {
    urls: () => running.slice(0, APIS).map(({ url }) => url),
    databaseUrl,
    folders,
    gates,
    redis,
    async restart(index) {
      const from = performance.now();
      await endChildService(running[index], 'SIGTERM');
      const [stopMs, code] = [performance.now() - from, running[index].process.exitCode];
      running[index] = await start(index);
      return { stopMs, readyMs: performance.now() - from - stopMs, code };
    },
    stopServices,
    async stop() {
      await stopServices();
      await Promise.all([redis.close(), ...gates.map((gate) => gate.close())]);
      await store.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
