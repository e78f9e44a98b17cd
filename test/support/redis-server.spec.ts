import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { connectRedis, parseRedisAddress, untilReady } from '../../src/adapters/redis/connection.js';
import { eventually } from './eventually.js';
import { keptLog } from './kept-log.js';
import { startRedis } from './redis-server.mjs';

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a Redis of the tests', () => {
  it.each<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGINT'])('ends with the process that started it when that gets %s', async (signal) => {
    const file = JSON.stringify(new URL('redis-server.mjs', import.meta.url).href);
    const script = `const { startRedis } = await import(${file}); const { child } = await startRedis(); console.log(child.pid);`;
    const owner: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(owner.stdout!), 'line')) as [string];
    expect(isRunning(Number(line))).toBe(true);
    owner.kill(signal);
    await eventually(() => expect(isRunning(Number(line))).toBe(false), 10_000);
  });

  it('is found by a sentinel that watches it', async () => {
    const master = await startRedis();
    const config = `sentinel monitor main 127.0.0.1 ${master.port} 1\n`;
    const sentinel = await startRedis({ config, args: ['--sentinel'] });
    const redis = connectRedis(parseRedisAddress(`redis+sentinel://127.0.0.1:${sentinel.port}/main`)!, keptLog());
    await untilReady(redis, 10_000);
    await redis.set('who', 'the master');
    expect(await redis.get('who')).toBe('the master');
    redis.disconnect();
    await sentinel.stop();
    await master.stop();
  });
});
