import fc from 'fast-check';
import { buildBestSimilar, type Interaction } from '../../../src/core/candidates/build-neighbours.js';
import { regressedNeighbours } from '../../../src/core/candidates/regression.js';
import { seededRandom } from '../../../src/core/random.js';

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const incidenceOf = (baskets: readonly (readonly number[])[]) => {
  const pairs = baskets.flatMap((items, group) => items.map((item) => [group, item]));
  return {
    groups: Uint32Array.from(pairs, ([group]) => group),
    items: Uint32Array.from(pairs, ([, item]) => item),
    at: new Float64Array(pairs.length),
  };
};
const options = { itemCount: 4, builtAt: 3, most: 10, mostOfOne: 100, shrinkage: 0 };

describe('regressedNeighbours', () => {
  it('gives a lone predictor its likeness, whatever holds weights down', () => {
    // Of two users one has both items: cosine 1 / sqrt(2 * 1); the weight is that over 1 + 3, and brought back to scale by times 1 + 3.
    const table = finish(regressedNeighbours(incidenceOf([[0, 1], [0]]), options)); // prettier-ignore
    expect([...table.offsets]).toEqual([0, 1, 2, 2, 2]);
    expect([...table.items]).toEqual([1, 0]);
    expect(table.weights[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect(table.builtAt).toBe(3);
  });

  it('gives less to each of two that say the same', () => {
    // Items 1 and 2 always come together, so each is less news than item 1 alone would be.
    const alone = finish(regressedNeighbours(incidenceOf([[0, 1], [0, 1], [3]]), options)); // prettier-ignore
    const doubled = finish(regressedNeighbours(incidenceOf([[0, 1, 2], [0, 1, 2], [3]]), options)); // prettier-ignore
    const weightOf = ({ offsets, items, weights }: typeof alone, from: number, to: number): number =>
      weights[offsets[from] + items.subarray(offsets[from], offsets[from + 1]).indexOf(to)];
    expect(weightOf(doubled, 1, 0)).toBeLessThan(weightOf(alone, 1, 0));
    expect(weightOf(doubled, 1, 0)).toBeGreaterThan(0);
  });

  it('keeps weights from above 0 to 1, strongest first, none of an item for itself', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat(3), { maxLength: 4 }), { maxLength: 12 }), (baskets) => {
        const { offsets, items, weights } = finish(regressedNeighbours(incidenceOf(baskets), options));
        for (let item = 0; item < 4; item++) {
          for (let i = offsets[item]; i < offsets[item + 1]; i++) {
            expect(items[i]).not.toBe(item);
            expect(weights[i]).toBeGreaterThan(0);
            expect(weights[i]).toBeLessThanOrEqual(i > offsets[item] ? weights[i - 1] : 1);
          }
        }
      }),
    );
  });
});

describe('buildBestSimilar', () => {
  it('stays with the cosine where nobody has enough to be asked', () => {
    const acts = [0, 1].map((itemNo): Interaction => ({ userNo: 0, itemNo, weight: 1, at: 0, bought: false }));
    expect(finish(buildBestSimilar(acts, { items: 2, now: 0 })).isRegressed).toBe(false);
  });

  it('gives the same answer for the same acts', () => {
    const random = seededRandom(4);
    const acts = Array.from({ length: 600 }, (_, at): Interaction => ({ userNo: Math.floor(random() * 40), itemNo: Math.floor(random() ** 2 * 50), weight: 1, at, bought: false })); // prettier-ignore
    const build = () => finish(buildBestSimilar(acts, { items: 50, now: 0 }));
    expect(build()).toEqual(build());
  });
});
