import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './patience.js';
import { type Turns } from '../../ports/turns.js';
import { type RedisConnection } from './connection.js';

/** Longer than any page takes; whoever holds a turn for longer has lost it. */
const HELD_MS = 5_000;
const FIRST_WAIT_MS = 4;
const LONGEST_WAIT_MS = 50;

/** Give a turn back, unless it was lost and is somebody else's by now. */
const GIVE_BACK = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1`;

/** Turns over all processes that share a Redis; while it is away, and for whoever waits longer than a turn can be held, those of `within` alone. */
export function createRedisTurns({ redis, prefix, within }: { redis: RedisConnection; prefix: string; within: Turns }): Turns {
  const take = async (key: string, token: string): Promise<boolean> => {
    const until = performance.now() + HELD_MS;
    for (let wait = FIRST_WAIT_MS; performance.now() < until; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      if ((await ask(redis, key, () => redis.set(key, token, 'PX', HELD_MS, 'NX'))) === 'OK') return true;
      await sleep(wait);
    }
    return false;
  };
  return {
    inTurn: (name, work) =>
      within.inTurn(name, async () => {
        const key = `${prefix}:turn:${name}`;
        const token = randomUUID();
        const isTaken = await take(key, token).catch(() => false);
        try {
          return await work();
        } finally {
          if (isTaken) await ask(redis, key, () => redis.eval(GIVE_BACK, 1, key, token)).catch(() => undefined);
        }
      }),
  };
}
