import fc from 'fast-check';
import { calibrated, type Liking, miscalibration } from '../../../src/core/diversification/calibration.js';
import { determinantal } from '../../../src/core/diversification/determinantal.js';
import { MarginalRelevance } from '../../../src/core/diversification/mmr.js';
import { Residuals } from '../../../src/core/diversification/residuals.js';
import { slidingSpectrum } from '../../../src/core/diversification/sliding-spectrum.js';
import { type SoftDiversity, type SoftInput } from '../../../src/core/diversification/soft-diversity.js';
import { seededRandom } from '../../../src/core/random.js';

/** Takes the highest value time after time, of equal ones the first, and looks whether any is above its bound. */
function greedy(soft: SoftDiversity, n: number, positions = n): { order: number[]; values: number[] } {
  const left = new Set(Array.from({ length: n }, (_, i) => i));
  const values: number[] = [];
  const order = Array.from({ length: positions }, () => {
    const best = [...left].reduce((a, b) => (soft.value(b) > soft.value(a) ? b : a));
    for (const each of left) if (soft.value(each) > soft.bound(each) + 1e-12) throw new RangeError(`${each} is worth more than its bound`);
    values.push(soft.value(best));
    soft.place(best);
    left.delete(best);
    return best;
  });
  return { order, values };
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);
const cosines = (vectors: readonly (readonly number[])[]) => (a: number, b: number): number => dot(vectors[a], vectors[b]); // prettier-ignore
// Published vectors of the tests of rerankers in pyversity and rsdiv: relevance of (1,0) (.96,.28) (0,1) (.6,.8).
const relevance = Float64Array.of(0.9, 0.85, 0.6, 0.5);
const vectors = [[1, 0], [0.96, 0.28], [0, 1], [0.6, 0.8]]; // prettier-ignore

/** Unit vectors with falling relevance. */
const scenes = fc
  .record({
    vectors: fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 7 }),
    relevance: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
    strength: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  })
  .filter((scene) => scene.vectors.every((vector) => dot(vector, vector) > 0))
  .map((scene) => ({
    strength: scene.strength,
    vectors: scene.vectors.map((vector) => vector.map((x) => x / Math.sqrt(dot(vector, vector)))),
    relevance: Float64Array.from(scene.relevance.slice(0, scene.vectors.length)).sort().reverse(),
  }));

/** Determinant by Gauss with pivoting. */
function determinant(matrix: number[][]): number {
  const m = matrix.map((row) => [...row]);
  let product = 1;
  for (let i = 0; i < m.length; i++) {
    const pivot = m.slice(i).reduce((best, row, k) => (Math.abs(row[i]) > Math.abs(m[best][i]) ? i + k : best), i);
    if (pivot !== i) product = -product;
    [m[i], m[pivot]] = [m[pivot], m[i]];
    if (Math.abs(m[i][i]) < 1e-12) return 0;
    product *= m[i][i];
    for (let k = i + 1; k < m.length; k++) {
      const factor = m[k][i] / m[i][i];
      for (let j = i; j < m.length; j++) m[k][j] -= factor * m[i][j];
    }
  }
  return product;
}

describe('the determinantal process', () => {
  /** A kernel as relevance and likeness: at strength 0.5 a value is half the logarithm of the gain. */
  function ofKernel(kernel: number[][]): SoftDiversity {
    const similarity = (a: number, b: number): number => kernel[a][b] / Math.sqrt(kernel[a][a] * kernel[b][b]);
    return determinantal({ relevance: Float64Array.from(kernel, (row, i) => Math.log(row[i])), strength: 0.5, similarity, before: [] });
  }

  it('takes the published order with the published gains', () => {
    // Chen, Zhang and Zhou 2018; the gains multiply to the determinant 0.06715.
    const { order, values } = greedy(ofKernel([[1, 0.8, 0.1, 0.3], [0.8, 0.9, 0.2, 0.4], [0.1, 0.2, 0.7, 0.05], [0.3, 0.4, 0.05, 0.6]]), 4); // prettier-ignore
    const gains = values.map((value) => Math.exp(2 * value));
    expect(order).toEqual([0, 2, 3, 1]);
    [1, 0.69, 0.50942029, 0.191038407].forEach((gain, i) => expect(gains[i]).toBeCloseTo(gain, 8));
    expect(gains.reduce((product, gain) => product * gain)).toBeCloseTo(0.06715, 9);
  });

  it('fills up by relevance when nothing new is left', () => {
    expect(greedy(ofKernel([[1, 1, 0], [1, 1, 0], [0, 0, 1]]), 3).order).toEqual([0, 2, 1]); // prettier-ignore
    expect(greedy(determinantal({ relevance, strength: 0.3, similarity: cosines(vectors), before: [] }), 4).order).toEqual([0, 2, 1, 3]);
  });

  it('takes what makes the determinant largest, time after time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(100_000), (n, seed) => {
        const random = seededRandom(seed);
        const rows = Array.from({ length: n }, () => Array.from({ length: n }, () => random() - 0.5));
        const kernel = rows.map((a, i) => rows.map((b, j) => dot(a, b) + (i === j ? 0.05 : 0)));
        const volume = (names: readonly number[]): number => determinant(names.map((a) => names.map((b) => kernel[a][b])));
        const placed: number[] = [];
        for (const name of greedy({ ...ofKernel(kernel), bound: () => Infinity }, n).order) {
          const left = kernel.map((_, i) => i).filter((i) => !placed.includes(i));
          const best = Math.max(...left.map((i) => volume([...placed, i])));
          expect(volume([...placed, name]) / best).toBeCloseTo(1, 6);
          placed.push(name);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('gains what the determinant grows by', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const similarity = cosines(scene.vectors);
        const residuals = new Residuals(similarity, Infinity);
        const volume = (names: number[]): number => determinant(names.map((a) => names.map((b) => similarity(a, b))));
        const placed: number[] = [];
        for (let name = 0; name < scene.vectors.length; name++) {
          const before = volume(placed);
          if (before > 1e-6) expect(residuals.squared(name)).toBeCloseTo(volume([...placed, name]) / before, 5);
          residuals.place(name);
          if (volume([...placed, name]) > 1e-6) placed.push(name);
          else return;
        }
      }),
    );
  });
});

describe('the sliding spectrum', () => {
  const soft = (strength: number, window = 10, before: number[] = []): SoftDiversity =>
    slidingSpectrum({ relevance, strength, similarity: cosines(vectors), before }, window);

  it.each([
    // Huang et al. 2021 at gamma = strength / (1 - strength) of 1 and 0.25; the first value has the whole length of the first item in it.
    [0.5, [0, 2, 1, 3], [1.9, 1.6, 0.85, 0.5]],
    [0.2, [0, 1, 2, 3], [1.15, 0.92, 0.6, 0.5]],
  ])('at strength %d takes the published order %j', (strength, order, values) => {
    const taken = greedy(soft(strength), 4);
    expect(taken.order).toEqual(order);
    taken.values.forEach((value, i) => expect(value / (1 - strength)).toBeCloseTo(values[i], 6));
  });

  it('forgets what has slid out of the window, and counts what stands in front of the page', () => {
    // Two positions in sight: once (0,1) stands last, (.96,.28) is as new as its part along (1,0), 0.96.
    const sliding = soft(0.5, 2);
    sliding.place(0);
    sliding.place(2);
    expect(sliding.value(1)).toBeCloseTo(0.5 * 0.85 + 0.5 * 0.96, 9);
    expect(soft(0.5, 10, [0]).value(1)).toBeCloseTo(0.5 * 0.85 + 0.5 * 0.28, 9);
    expect(soft(0.5, 1, [0]).value(1)).toBeCloseTo(0.5 * 0.85 + 0.5, 9);
  });

  it('is as new as what no mixture of the last ones gives', () => {
    fc.assert(
      fc.property(scenes, fc.integer({ min: 1, max: 4 }), (scene, window) => {
        const residuals = new Residuals(cosines(scene.vectors), window);
        scene.vectors.forEach((_, name) => {
          if (name > 0) residuals.place(name - 1);
          // Gram and Schmidt on the vectors themselves.
          const basis: number[][] = [];
          const without = (vector: readonly number[]): number[] => basis.reduce((rest, unit) => rest.map((x, i) => x - dot(rest, unit) * unit[i]), [...vector]); // prettier-ignore
          for (const vector of scene.vectors.slice(Math.max(0, name - window), name)) {
            const rest = without(vector);
            if (dot(rest, rest) > 1e-8) basis.push(rest.map((x) => x / Math.sqrt(dot(rest, rest))));
          }
          const left = without(scene.vectors[name]);
          expect(residuals.squared(name)).toBeCloseTo(dot(left, left), 5);
        });
      }),
    );
  });
});

describe('calibration', () => {
  it('is as far from a taste as published', () => {
    // Steck 2018 with a hundredth of the taste mixed in.
    expect(miscalibration([0.7, 0.3], [1, 0])).toBeCloseTo(1.133981751, 9);
    expect(miscalibration([0.7, 0.3], [0.6, 0.4])).toBeCloseTo(0.021186098, 9);
    expect(miscalibration([0.7, 0.3], [0.7, 0.3])).toBeCloseTo(0, 12);
  });

  const likingOf = (categories: readonly (readonly number[])[], liked: readonly number[]): Liking => ({
    liked: Float64Array.from(liked),
    sharesOf: (name) => categories[name].filter((place) => place < liked.length).map((place) => ({ place, share: 1 / categories[name].length })), // prettier-ignore
  });

  it('shows the things somebody likes in the shares in which he likes them', () => {
    // Ten of a kind, each better than the one after it; he likes the first kind seven times of ten.
    const categories = Array.from({ length: 20 }, (_, i) => [i < 10 ? 0 : 1]);
    const input = { relevance: Float64Array.from(categories, (_, i) => 1 - i / 100), strength: 0.9, similarity: () => 0, before: [] };
    const { order } = greedy(calibrated(input, likingOf(categories, [0.7, 0.3])), 20, 10);
    expect(order.filter((i) => i < 10)).toHaveLength(7);
    expect(order.filter((i) => i >= 10)).toEqual([10, 11, 12]);
  });

  it('takes what makes the page with it least miscalibrated, by its definition', () => {
    const scene = fc.record({
      categories: fc.array(fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 7 }),
      weights: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
      inFront: fc.nat(2),
    });
    fc.assert(
      fc.property(scene, ({ categories, weights, strength, inFront }) => {
        const total = weights.reduce((sum, weight) => sum + weight);
        const liked = weights.map((weight) => weight / total);
        const n = categories.length - inFront;
        const before = Array.from({ length: inFront }, (_, i) => n + i);
        const scores = Float64Array.from({ length: n }, (_, i) => 1 - i / 10);
        const soft = calibrated({ relevance: scores, strength, similarity: () => 0, before }, likingOf(categories, liked));
        const placed = [...before];
        for (let next = 0; next < n; next++) {
          const page = [...placed, next];
          const shown = liked.map((_, place) => page.reduce((sum, name) => sum + (categories[name].includes(place) ? 1 / categories[name].length : 0), 0) / page.length); // prettier-ignore
          expect(soft.value(next)).toBeCloseTo((1 - strength) * scores[next] - strength * miscalibration(liked, shown), 9);
          soft.place(next);
          placed.push(next);
        }
      }),
    );
  });
});

describe('strength', () => {
  type Reranker = (input: SoftInput, categories: number[][]) => SoftDiversity;
  const even: Liking['liked'] = new Float64Array(5).fill(0.2);
  const rerankers: [string, Reranker][] = [
    ['marginal relevance', ({ relevance, strength, similarity, before }) => new MarginalRelevance(relevance, strength, similarity, before)],
    ['the determinantal process', determinantal],
    ['the sliding spectrum', (input) => slidingSpectrum(input, 6)],
    ['calibration', (input, categories) => calibrated(input, { liked: even, sharesOf: (name) => categories[name].map((place) => ({ place, share: 1 })) })], // prettier-ignore
  ];

  /** Mean relevance and mean distance of two things on pages of six, of forty things in five clusters. */
  function pageMeans(reranker: Reranker, strength: number): { relevance: number; distance: number } {
    const random = seededRandom(7);
    const sums = { relevance: 0, distance: 0 };
    const pages = 60;
    for (let page = 0; page < pages; page++) {
      const clusters = Array.from({ length: 40 }, () => Math.min(4, Math.floor(random() ** 2 * 5)));
      const similarity = (a: number, b: number): number => (a === b ? 1 : clusters[a] === clusters[b] ? 0.8 : 0.1);
      const relevance = Float64Array.from(clusters, random).sort().reverse();
      const { order } = greedy(reranker({ relevance, strength, similarity, before: [] }, clusters.map((cluster) => [cluster])), 40, 6); // prettier-ignore
      for (const a of order) {
        sums.relevance += relevance[a] / (6 * pages);
        for (const b of order) sums.distance += (1 - similarity(a, b)) / (30 * pages);
      }
    }
    return sums;
  }

  it.each(rerankers)('leads %s from relevance to variety', (_, reranker) => {
    const means = [0, 0.25, 0.5, 0.75, 1].map((strength) => pageMeans(reranker, strength));
    for (let i = 1; i < means.length; i++) {
      expect(means[i].relevance).toBeLessThanOrEqual(means[i - 1].relevance + 1e-9);
      expect(means[i].distance).toBeGreaterThanOrEqual(means[i - 1].distance - 1e-9);
    }
    expect(means[4].distance - means[0].distance).toBeGreaterThan(0.05);
  });

  it.each(rerankers)('of 0 leaves the order to relevance in %s', (_, reranker) => {
    const input = { relevance: Float64Array.of(0.9, 0.5, 0.4), strength: 0, similarity: () => 1, before: [] };
    expect(greedy(reranker(input, [[0], [0], [1]]), 3).order).toEqual([0, 1, 2]);
  });
});

describe('a value that need not be known where it is small', () => {
  const rerankers: [string, (input: SoftInput) => SoftDiversity][] = [
    ['marginal relevance', ({ relevance, strength, similarity, before }) => new MarginalRelevance(relevance, strength, similarity, before)],
    ['the determinantal process', determinantal],
    ['the sliding spectrum', (input) => slidingSpectrum(input, 3)],
  ];

  it.each(rerankers)('makes the same choices with %s', (_, reranker) => {
    fc.assert(
      fc.property(scenes, ({ strength, vectors, relevance }) => {
        const input = { relevance, strength, similarity: cosines(vectors), before: [] };
        const [whole, hasty] = [reranker(input), reranker(input)];
        const left = vectors.map((_, name) => name);
        while (left.length > 0) {
          let [best, pick] = [-Infinity, -1];
          for (const name of left) {
            const value = hasty.value(name, best);
            if (value > best) [best, pick] = [value, name];
          }
          const values = left.map((name) => whole.value(name));
          expect(pick).toBe(left[values.indexOf(Math.max(...values))]);
          expect(best).toBeCloseTo(Math.max(...values), 9);
          whole.place(pick);
          hasty.place(pick);
          left.splice(left.indexOf(pick), 1);
        }
      }),
    );
  });
});
