import { MAX_DEPTH } from '../../../src/core/candidates/category-paths.js';
import { MarginalRelevance, scaled } from '../../../src/core/diversification/mmr.js';
import { itemSimilarity } from '../../../src/core/diversification/similarity.js';

describe('MarginalRelevance', () => {
  // Published vectors: relevance of (1,0) (.96,.28) (0,1) (.6,.8).
  const relevance = Float64Array.of(0.9, 0.85, 0.6, 0.5);
  const vectors = [[1, 0], [0.96, 0.28], [0, 1], [0.6, 0.8]]; // prettier-ignore
  const cosine = (a: number, b: number): number => vectors[a][0] * vectors[b][0] + vectors[a][1] * vectors[b][1];

  /** Takes the highest value time after time. */
  function greedy(strength: number): { order: number[]; values: number[] } {
    const soft = new MarginalRelevance(relevance, strength, cosine, []);
    const left = new Set([0, 1, 2, 3]);
    const values: number[] = [];
    const order = [0, 1, 2, 3].map(() => {
      const best = [...left].reduce((a, b) => (soft.value(b) > soft.value(a) ? b : a));
      values.push(Number(soft.value(best).toFixed(9)));
      soft.place(best);
      left.delete(best);
      return best;
    });
    return { order, values };
  }

  it.each([
    [0, [0, 1, 2, 3], [0.9, 0.85, 0.6, 0.5]],
    // 0.7 * 0.9; 0.7 * 0.6 - 0; 0.7 * 0.85 - 0.3 * 0.96; 0.7 * 0.5 - 0.3 * 0.8.
    [0.3, [0, 2, 1, 3], [0.63, 0.42, 0.307, 0.11]],
    [0.7, [0, 2, 3, 1], [0.27, 0.18, -0.41, -0.417]],
  ])('at strength %d places %p with values %p', (strength, order, values) => {
    expect(greedy(strength)).toEqual({ order, values });
  });

  it('is never above its bound', () => {
    const soft = new MarginalRelevance(relevance, 0.5, cosine, []);
    soft.place(0);
    expect([soft.value(1), soft.bound(1)]).toEqual([0.425 - 0.48, 0.425]);
  });

  it('compares with what stands in front of the page', () => {
    const values = new MarginalRelevance(Float64Array.of(1, 0), 0.5, (a, b) => (b === 2 && a === 0 ? 1 : 0), [2]);
    expect([values.value(0), values.value(1)]).toEqual([0, 0]);
  });

  it('is of scores between the lowest and the highest, level ones equally good', () => {
    expect([...scaled(Float64Array.of(3, 1, 2))]).toEqual([1, 0, 0.5]);
    expect([...scaled(Float64Array.of(3, 3))]).toEqual([1, 1]);
    expect([...scaled(new Float64Array(0))]).toEqual([]);
  });
});

describe('itemSimilarity', () => {
  const [FOOD, FRUIT, BAKERY] = [1, 2, 3];
  const [apple, pear, bread, roll] = [0, 1, 2, 3];
  const named = {
    paths: new Int32Array(4 * MAX_DEPTH),
    brand: Int32Array.of(1, 1, 0, 0),
    creator: Int32Array.of(1, 2, 0, 0),
  };
  [[FOOD, FRUIT], [FOOD, FRUIT], [FOOD, BAKERY], [FOOD, BAKERY]].forEach((path, i) => named.paths.set(path, i * MAX_DEPTH)); // prettier-ignore

  it('is overlap of categories, brand and creator, as far as either has them', () => {
    // (3 * 1 + 1 + 0) / 5; (3 * 0.5 + 0 + 0) / 5; 3 / 3 where neither has brand or creator.
    expect([itemSimilarity(named, apple, pear), itemSimilarity(named, apple, bread), itemSimilarity(named, bread, roll)]).toEqual([0.8, 0.3, 1]); // prettier-ignore
  });
});
