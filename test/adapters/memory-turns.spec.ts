import { createRateLimiter } from '../../src/adapters/flexible/rate-limiter.js';
import { createMemoryTurns } from '../../src/adapters/memory/turns.js';
import { rateLimiterContract } from '../contract/rate-limiter.contract.js';
import { turnsContract } from '../contract/turns.contract.js';

turnsContract('process memory', () => {
  const turns = createMemoryTurns();
  return [turns, turns];
});

rateLimiterContract('process memory', () => {
  const limiter = createRateLimiter(5);
  return [limiter, limiter];
});
