import { discreteGaussian, discreteLaplace, uniformBelow } from '../../../../src/core/evaluation/private-analysis/discrete-noise.js';
import { seededRandom } from '../../../../src/core/random.js';

const DRAWS = 12_000;
const countsOf = (draw: () => bigint): Map<number, number> => {
  const counts = new Map<number, number>();
  for (let i = 0; i < DRAWS; i++) {
    const value = Number(draw());
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
};

/** Chi-squared of counts against chances, over values with at least 10 expected; far tails are taken together. */
function chiSquared(counts: Map<number, number>, chanceOf: (value: number) => number, reach: number): { value: number; freedom: number } {
  let [value, freedom, seen, chance] = [0, 0, 0, 0];
  for (let x = -reach; x <= reach; x++) {
    const expected = chanceOf(x) * DRAWS;
    if (expected < 10) continue;
    value += ((counts.get(x) ?? 0) - expected) ** 2 / expected;
    seen += counts.get(x) ?? 0;
    chance += chanceOf(x);
    freedom++;
  }
  const rest = (1 - chance) * DRAWS;
  if (rest > 1) value += (DRAWS - seen - rest) ** 2 / rest;
  return { value, freedom };
}

/** Mean and spread of chi-squared are `freedom` and `sqrt(2 * freedom)`; five spreads are out of reach by chance. */
const expectFit = ({ value, freedom }: { value: number; freedom: number }): void => {
  expect(freedom).toBeGreaterThan(4);
  expect(value).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
};

describe('uniform whole numbers', () => {
  it('are equally likely, also where 2^32 is no multiple', () => {
    const random = seededRandom(1);
    const counts = countsOf(() => uniformBelow(random, 6n));
    for (let value = 0; value < 6; value++) expect(Math.abs(counts.get(value)! - DRAWS / 6)).toBeLessThan(5 * Math.sqrt((DRAWS * 5) / 36));
    const large = 3n * 2n ** 70n;
    for (let i = 0; i < 100; i++) expect(uniformBelow(random, large) < large).toBe(true);
    expect(uniformBelow(random, 1n)).toBe(0n);
  });
});

describe('discrete Laplace noise', () => {
  it.each([
    [1n, 1000n],
    [1n, 250n],
    [3n, 1500n],
  ])('falls off by e^-(epsilon / sensitivity) a step, for sensitivity %d and epsilon %d/1000', (sensitivity, epsilonMilli) => {
    const random = seededRandom(Number(sensitivity + epsilonMilli));
    const q = Math.exp(-Number(epsilonMilli) / 1000 / Number(sensitivity));
    const counts = countsOf(() => discreteLaplace(random, sensitivity, epsilonMilli));
    // P(x) = (1 - q) / (1 + q) * q^|x|
    expectFit(chiSquared(counts, (x) => ((1 - q) / (1 + q)) * q ** Math.abs(x), 60));
  });

  it('changes the chance of no answer by more than e^epsilon when the true answer moves by one', () => {
    const random = seededRandom(7);
    const noise = countsOf(() => discreteLaplace(random, 1n, 500n));
    for (let x = -4; x <= 4; x++) {
      const [here, moved] = [noise.get(x)!, noise.get(x - 1)!];
      const spread = 5 * Math.sqrt(1 / here + 1 / moved);
      expect(Math.abs(Math.log(here / moved))).toBeLessThan(0.5 + spread);
    }
  });
});

describe('discrete Gaussian noise', () => {
  it.each([4n, 30n])('has the shape of e^-(x² / 2 variance), variance %d', (variance) => {
    const random = seededRandom(Number(variance));
    const weight = (x: number): number => Math.exp(-(x ** 2) / (2 * Number(variance)));
    let total = 0;
    for (let x = -200; x <= 200; x++) total += weight(x);
    expectFit(chiSquared(countsOf(() => discreteGaussian(random, variance)), (x) => weight(x) / total, 60)); // prettier-ignore
  });

  it('takes variances far beyond what a double counts exactly', () => {
    const random = seededRandom(3);
    const variance = 10n ** 18n;
    const draws = Array.from({ length: 400 }, () => Number(discreteGaussian(random, variance)) / 1e9);
    const second = draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
    // The mean of 400 squares has a standard error of sqrt(2 / 400) = 0.07.
    expect(Math.abs(second - 1)).toBeLessThan(0.35);
  });
});
