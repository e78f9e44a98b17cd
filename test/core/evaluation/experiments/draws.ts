import { type Random } from '../../../../src/core/random.js';

// Taken once: jest makes every look at a global expensive.
const { sqrt, log, cos, floor, PI } = Math;

/** A quick generator for millions of draws (xorshift), seeded with any whole number but 0. */
export function quickRandom(seed: number): Random {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}

/** A standard normal draw. */
export const normal = (random: Random): number => sqrt(-2 * log(1 - random())) * cos(2 * PI * random());

/** Draws of how many of n tosses succeed, exact, by a table of the cumulative distribution. */
export function binomial(n: number, share: number): (random: Random) => number {
  const cumulative = new Float64Array(n + 1);
  let chance = (1 - share) ** n;
  let sum = 0;
  for (let k = 0; k <= n; k++) {
    sum += chance;
    cumulative[k] = sum;
    chance *= ((n - k) / (k + 1)) * (share / (1 - share));
  }
  return (random) => {
    const at = random();
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

export const median = (values: number[]): number => [...values].sort((a, b) => a - b)[floor(values.length / 2)];
