import { type RedisConnection } from './connection.js';

/** So many answers in a row that did not come in time. */
const STRIKES = 3;
const RETRY_MS = 500;

interface Breaker {
  strikes: number;
  /** When it may be asked again, ms of `performance.now`. */
  askAgainAt: number;
}

const breakers = new WeakMap<RedisConnection, Breaker>();

/**
 * Ask Redis something that a request waits for. One that takes every command and answers none costs each request its timeouts; after three in a row it is
 * asked twice a second only, and everybody else is told at once that it does not answer.
 */
export async function ask<T>(redis: RedisConnection, work: () => Promise<T>): Promise<T> {
  let breaker = breakers.get(redis);
  if (!breaker) breakers.set(redis, (breaker = { strikes: 0, askAgainAt: 0 }));
  if (breaker.strikes >= STRIKES) {
    if (performance.now() < breaker.askAgainAt) throw new Error('Redis does not answer');
    breaker.askAgainAt = performance.now() + RETRY_MS;
  }
  try {
    const answer = await work();
    breaker.strikes = 0;
    return answer;
  } catch (error) {
    if (error instanceof Error && error.message === 'Command timed out' && ++breaker.strikes === STRIKES)
      breaker.askAgainAt = performance.now() + RETRY_MS;
    throw error;
  }
}
