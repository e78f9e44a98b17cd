import { Cluster, Command } from 'ioredis';
import { type RedisConnection } from './connection.js';

/** What is not had by then is done without. */
const PATIENCE_MS = 250;
/** A turn of the loop that took longer counts as one step: what it did was our own work, and the answer may have lain there for long. */
const STEP_MS = 25;
/** A failure that took so long cost a request something; one that comes at once needs no sparing. */
const LATE_MS = 50;
/** So many late failures in a row. */
const STRIKES = 3;
const PROBE_MS = 500;

interface Breaker {
  strikes: number;
  isOpen: boolean;
}

const breakers = new WeakMap<RedisConnection, Map<string, Breaker>>();

/**
 * Ask Redis something about a key that a request waits for, for 250 ms at most in which an answer could have been read. A server that takes every command and
 * answers none costs each request that long; after three in a row everybody is told at once that it does not answer, until it answers a question that nobody
 * waits for. Of a cluster that is so for each of its nodes by itself.
 */
export async function ask<T>(redis: RedisConnection, key: string, work: () => Promise<T>): Promise<T> {
  const breaker = breakerOf(redis, key);
  if (breaker.isOpen) throw new Error('Redis does not answer');
  const askedAt = performance.now();
  try {
    const answer = await inTime(work());
    breaker.strikes = 0;
    return answer;
  } catch (error) {
    if (performance.now() - askedAt >= LATE_MS && ++breaker.strikes >= STRIKES) open(breaker, () => redis.exists(key));
    throw error;
  }
}

/** Nobody asks any more, until a question of our own is answered. */
function open(breaker: Breaker, probe: () => Promise<unknown>): void {
  if (breaker.isOpen) return;
  breaker.isOpen = true;
  const look = async (): Promise<void> => {
    const isThere = await inTime(probe()).then(() => true, () => false); // prettier-ignore
    if (isThere) Object.assign(breaker, { strikes: 0, isOpen: false });
    else lookLater();
  };
  const lookLater = (): unknown => setTimeout(() => void look(), PROBE_MS).unref();
  lookLater();
}

function breakerOf(redis: RedisConnection, key: string): Breaker {
  let byNode = breakers.get(redis);
  if (!byNode) breakers.set(redis, (byNode = new Map<string, Breaker>()));
  const node = nodeOf(redis, key);
  let breaker = byNode.get(node);
  if (!breaker) byNode.set(node, (breaker = { strikes: 0, isOpen: false }));
  return breaker;
}

/** The address of whoever has the slot of a key; nothing where there is one server, or nobody has it. */
const nodeOf = (redis: RedisConnection, key: string): string =>
  redis instanceof Cluster ? (redis.slots[new Command('get', [key]).getSlot()]?.[0] ?? '') : '';

/** The answer, or an error after 250 ms in which it could have been read. */
export function inTime<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let left = PATIENCE_MS / STEP_MS;
    const giveUp = (): void => reject(new Error('Redis did not answer in time'));
    const step = (): void => {
      // What is there to be read is read before the next turn.
      if (--left <= 0) setImmediate(() => setImmediate(giveUp));
      else timer = setTimeout(step, STEP_MS);
    };
    let timer = setTimeout(step, STEP_MS);
    void answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
