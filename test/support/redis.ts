import { randomUUID } from 'node:crypto';
import { serverOfRun } from './desk.js';

export interface TestRedis {
  url: string;
  /** Before every key, so that specs share nothing. */
  prefix: string;
}

let server: Promise<string> | undefined;

/** The one real Redis of this test run, or the one that REDIS_URL names. */
export async function createTestRedis(): Promise<TestRedis> {
  server ??= process.env.REDIS_URL ? Promise.resolve(process.env.REDIS_URL) : serverOfRun('redis');
  return { url: await server, prefix: `imago-test-${randomUUID()}` };
}
