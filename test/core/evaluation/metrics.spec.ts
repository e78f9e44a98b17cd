import fc from 'fast-check';
import { bootstrapByUser } from '../../../src/core/evaluation/bootstrap.js';
import { categoryEntropy, gini, mean, ndcg, recall, standardError } from '../../../src/core/evaluation/metrics.js';
import { seededRandom } from '../../../src/core/random.js';

const hits = (marks: string): boolean[] => [...marks].map((mark) => mark === 'x');

describe('recall', () => {
  it('divides the hits by all that was relevant, not by the depth', () => {
    // 2 hits among the first 3, of 8 relevant: 2 / 8.
    expect(recall(hits('x.x.x'), 8, 3)).toBe(0.25);
  });
});

describe('ndcg', () => {
  it('discounts a hit by the logarithm of its place', () => {
    // Hits at places 1 and 3 of 3, 2 relevant: (1 + 1/log2 4) / (1 + 1/log2 3) = 1.5 / 1.63093.
    expect(ndcg(hits('x.x'), 2, 3)).toBeCloseTo(1.5 / 1.630929753571, 12);
  });

  it('is 1 when the first places are all hits, although more was relevant', () => {
    expect(ndcg(hits('xxx'), 9, 3)).toBe(1);
  });

  it('looks no further than the depth, and counts missing places as missed', () => {
    expect(ndcg(hits('..x'), 1, 2)).toBe(0);
    // One place, a hit; ideal for 2 relevant at depth 2 is 1 + 0.63093.
    expect(ndcg(hits('x'), 2, 2)).toBeCloseTo(1 / 1.630929753571, 12);
  });
});

describe('categoryEntropy', () => {
  const categoriesOf = [[0], [1], [0, 1], []];

  it('is 0 for one category and ln 2 for two in equal parts', () => {
    expect(categoryEntropy([0, 0], categoriesOf)).toBe(0);
    expect(categoryEntropy([0, 1], categoriesOf)).toBeCloseTo(Math.log(2), 12);
  });

  it('splits the weight of an item with several categories', () => {
    // Weights 1.5 and 0.5 of 2: -(0.75 ln 0.75 + 0.25 ln 0.25) = 0.56234.
    expect(categoryEntropy([0, 2], categoriesOf)).toBeCloseTo(0.562335, 6);
  });

  it('leaves out items without a category', () => {
    expect(categoryEntropy([3, 0, 3], categoriesOf)).toBe(0);
    expect(categoryEntropy([3], categoriesOf)).toBe(0);
  });
});

describe('gini', () => {
  it('is 0 when all are shown equally, or none', () => {
    expect(gini([4, 4, 4])).toBe(0);
    expect(gini([0, 0])).toBe(0);
  });

  it('is (n - 1) / n when one has everything', () => {
    // Sorted 0 0 0 8: (2 * 4 - 4 - 1) * 8 / (4 * 8) = 3 / 4.
    expect(gini([0, 8, 0, 0])).toBe(0.75);
  });

  it('does not depend on the order and lies between 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1 }), (counts) => {
        const value = gini(counts);
        expect(value).toBe(gini([...counts].reverse()));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }),
    );
  });
});

describe('standardError', () => {
  it('is the population deviation over the root of n when every case stands alone', () => {
    // 0 and 1: deviation 0.5, over the root of 2.
    expect(standardError(Float64Array.of(0, 1), Int32Array.of(7, 8))).toBeCloseTo(0.5 / Math.SQRT2, 12);
  });

  it('grows when the cases of one user agree', () => {
    // Users {1, 1} and {0, 0}: summed deviations 1 and -1, root of 2, over 4. Apart it would be 0.5 / 2.
    expect(standardError(Float64Array.of(1, 1, 0, 0), Int32Array.of(1, 1, 2, 2))).toBeCloseTo(Math.SQRT2 / 4, 12);
    expect(standardError(Float64Array.of(1, 1, 0, 0), Int32Array.of(1, 2, 3, 4))).toBeCloseTo(0.25, 12);
  });
});

describe('bootstrapByUser', () => {
  const values = Float64Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const clusters = Int32Array.from({ length: 200 }, (_, i) => i >> 1);

  it('gives the same interval for the same seed, and another for another', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => bootstrapByUser(values, clusters, 500, seededRandom(seed)));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('holds the mean, and is about four standard errors wide', () => {
    const { mean: middle, low, high } = bootstrapByUser(values, clusters, 2000, seededRandom(3));
    expect(middle).toBe(0.25);
    expect(low).toBeLessThan(0.25);
    expect(high).toBeGreaterThan(0.25);
    expect((high - low) / (2 * 1.96 * standardError(values, clusters))).toBeCloseTo(1, 1);
  });

  it('draws users, not cases: one user alone leaves no doubt', () => {
    expect(bootstrapByUser(Float64Array.of(0, 1), Int32Array.of(5, 5), 50, seededRandom(4))).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  });

  it('has no mean of nothing', () => {
    expect(() => bootstrapByUser(new Float64Array(0), new Int32Array(0), 10, seededRandom(1))).toThrow('0 values have no mean');
    expect(mean([])).toBeNaN();
  });
});
