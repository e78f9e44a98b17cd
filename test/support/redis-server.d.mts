import { type ChildProcess } from 'node:child_process';

export interface TestRedisServer {
  url: string;
  port: number;
  child: ChildProcess;
  stop: () => Promise<void>;
}

export function freePort(): Promise<number>;
export function startRedis(options?: { port?: number; args?: string[]; dir?: string; config?: string }): Promise<TestRedisServer>;
