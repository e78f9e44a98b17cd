import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { type Service, startService } from '../../src/service.js';
import { createTestDatabase } from './postgres.js';
import { createTestRedis } from './redis.js';

declare global {
  /** On which binding services run that name no Redis of their own; the project of jest says it. */
  var IMAGO_BINDING: 'embedded' | 'distributed' | undefined;
}

interface GraphQlAnswer<T> {
  status: number;
  data?: T | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions?: { code?: string; faults?: { path: string; code: string; message: string }[] };
  }[];
}

/** A whole service on a database of its own, reached through its public API alone. */
export interface TestService {
  url: string;
  databaseUrl: string;
  send<T>(query: string, variables?: object): Promise<GraphQlAnswer<T>>;
  /** The data of an operation that must succeed. */
  ask<T>(query: string, variables?: object): Promise<T>;
  http(path: string, init?: RequestInit): Promise<Response>;
  /** What all its processes tell of themselves. */
  metrics(): Promise<string>;
  /** Stop and start again on the same database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const HEAVY_ARGS = ['--import', new URL('ts-loader.mjs', import.meta.url).href];

/** What each process of the service has in its environment beside what all have. */
async function rolesOf(env: Record<string, string>): Promise<Record<string, string>[]> {
  if (globalThis.IMAGO_BINDING !== 'distributed' || env.REDIS_URL !== undefined) return [{}];
  const { url } = await createTestRedis();
  return ['worker', 'api'].map((ROLE) => ({ REDIS_URL: url, ROLE }));
}

/**
 * Start a service within this process, on a database of its own or one that is given. On the distributed binding, one that answers and beside it one that
 * works: what is asked goes to the former. `env` adds to its environment.
 */
export async function startTestService(env: Record<string, string> = {}, given?: string): Promise<TestService> {
  const database = given === undefined ? await createTestDatabase() : { url: given, drop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-service-'));
  const shared = { DATABASE_URL: database.url, DATA_DIR: dataDir, PORT: '0', SAMPLE: 'none', ...env };
  const configs = (await rolesOf(env)).map((role) => readConfig({ ...shared, ...role }));
  const log = pino({ level: process.env.LOG_LEVEL ?? 'fatal' });
  const services: Service[] = [];
  const stopAll = async () => {
    for (const one of services.splice(0).reverse()) await one.stop();
  };
  const startAll = async () => {
    try {
      for (const config of configs) services.push(await startService(config, log, null, HEAVY_ARGS));
    } catch (error) {
      await stopAll();
      throw error;
    }
  };
  await startAll();

  const http = (path: string, init: RequestInit = {}): Promise<Response> => fetch(services.at(-1)!.url + path, init);
  const send = async <T>(query: string, variables?: object): Promise<GraphQlAnswer<T>> => {
    const answer = await http('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  return {
    get url() {
      return services.at(-1)!.url;
    },
    databaseUrl: database.url,
    http,
    send,
    metrics: async () => (await Promise.all(services.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))).join('\n'),
    async ask<T>(query: string, variables?: object): Promise<T> {
      const { status, data, errors } = await send<T>(query, variables);
      if (errors || status !== 200 || !data) throw new Error(`HTTP ${status}: ${JSON.stringify(errors ?? null)}`);
      return data;
    },
    async restart() {
      await stopAll();
      await startAll();
    },
    async stop() {
      await stopAll();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** An event of now with an id of its own. */
export const event = (userId: string, type: string, fields: object = {}): Record<string, unknown> => ({
  id: randomUUID(),
  userId,
  type,
  occurredAt: new Date().toISOString(),
  ...fields,
});
