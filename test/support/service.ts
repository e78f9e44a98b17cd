import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { startService } from '../../src/service.js';
import { createTestDatabase } from './postgres.js';

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
  /** Stop and start again on the same database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Start a service in this process, on a database of its own or one that is given. `env` adds to its environment. */
export async function startTestService(env: Record<string, string> = {}, given?: string): Promise<TestService> {
  const database = given === undefined ? await createTestDatabase() : { url: given, drop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-service-'));
  const config = readConfig({ DATABASE_URL: database.url, DATA_DIR: dataDir, PORT: '0', SAMPLE: 'none', ...env });
  const log = pino({ level: process.env.LOG_LEVEL ?? 'fatal' });
  const start = () => startService(config, log, null, ['--import', new URL('ts-loader.mjs', import.meta.url).href]);
  let service = await start();

  const http = (path: string, init: RequestInit = {}): Promise<Response> => fetch(service.url + path, init);
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
      return service.url;
    },
    databaseUrl: database.url,
    http,
    send,
    async ask<T>(query: string, variables?: object): Promise<T> {
      const { status, data, errors } = await send<T>(query, variables);
      if (errors || status !== 200 || !data) throw new Error(`HTTP ${status}: ${JSON.stringify(errors ?? null)}`);
      return data;
    },
    async restart() {
      await service.stop();
      service = await start();
    },
    async stop() {
      await service.stop();
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
