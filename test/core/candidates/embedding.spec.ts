import fc from 'fast-check';
import { buildEmbedded, type Interaction } from '../../../src/core/candidates/build-neighbours.js';
import { learnEmbedding, unitRows } from '../../../src/core/candidates/embedding.js';
import { nearestItems, product } from '../../../src/core/candidates/nearest-items.js';
import { orthonormalised } from '../../../src/core/candidates/orthonormal.js';
import { seededRandom } from '../../../src/core/random.js';

function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Users of one half of the items, then users of the other. */
const twoCircles = (): Interaction[] =>
  Array.from({ length: 12 }, (_, userNo) =>
    [0, 1, 2].map((i): Interaction => ({ userNo, itemNo: (userNo % 2) * 4 + ((userNo + i) % 4), weight: 1, at: i, bought: false })),
  ).flat();

const incidenceOf = (acts: readonly Interaction[]) => ({
  groups: Uint32Array.from(acts, ({ userNo }) => userNo),
  items: Uint32Array.from(acts, ({ itemNo }) => itemNo),
  at: Float64Array.from(acts, ({ at }) => at),
});

describe('orthonormalised', () => {
  it('keeps the plane and makes the columns a right angle of length 1', () => {
    // Columns (3, 4) and (1, 0): the first becomes (0.6, 0.8), the second what is left of it, (0.64, -0.48) / 0.8 = (0.8, -0.6).
    const values = Float64Array.of(3, 1, 4, 0);
    finish(orthonormalised(values, 2));
    [0.6, 0.8, 0.8, -0.6].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 10));
  });

  it('makes zeros of a column that repeats another', () => {
    const values = Float64Array.of(3, 6, 4, 8);
    finish(orthonormalised(values, 2));
    expect([...values].map((value) => Math.abs(Math.round(value * 10) / 10))).toEqual([0.6, 0, 0.8, 0]);
  });
});

describe('learnEmbedding', () => {
  it('lays items of one circle of users together, apart from those of another', () => {
    const { dim, vectors } = finish(learnEmbedding(incidenceOf(twoCircles()), { items: 9, now: 7, dim: 2 }));
    const cosine = (a: number, b: number): number => product(vectors, a * dim, b * dim, dim);
    expect(cosine(0, 3)).toBeGreaterThan(0.99);
    expect(cosine(4, 7)).toBeGreaterThan(0.99);
    expect(Math.abs(cosine(0, 4))).toBeLessThan(0.2);
    expect([...vectors.subarray(8 * dim)]).toEqual([0, 0]);
  });

  it('gives the same vectors for the same events, of length 1 or 0, without a NaN', () => {
    const acts = fc.array(fc.record({ userNo: fc.nat(6), itemNo: fc.nat(7) }), { maxLength: 40 });
    fc.assert(
      fc.property(acts, (pairs) => {
        const incidence = incidenceOf(pairs.map((pair, at) => ({ ...pair, at, weight: 1, bought: false })));
        const { dim, vectors } = finish(learnEmbedding(incidence, { items: 8, now: 0, dim: 4 }));
        const again = finish(learnEmbedding(incidence, { items: 8, now: 0, dim: 4 }));
        expect(again.vectors).toEqual(vectors);
        for (let item = 0; item < 8; item++) {
          const length = product(vectors, item * dim, item * dim, dim);
          expect(Math.min(Math.abs(length), Math.abs(length - 1))).toBeLessThan(1e-5);
        }
      }),
    );
  });
});

describe('nearestItems', () => {
  it('orders by the cosine, leaving out what points away and what has no vector', () => {
    // Item 1 is at 53 degrees from item 0 (cosine 0.6), item 2 the other way round, item 3 unknown.
    const vectors = Float32Array.of(1, 0, 0.6, 0.8, -1, 0, 0, 0);
    const { offsets, items, weights } = finish(nearestItems({ builtAt: 5, dim: 2, vectors }, 10));
    expect([...offsets]).toEqual([0, 1, 2, 2, 2]);
    expect([...items]).toEqual([1, 0]);
    expect(weights[0]).toBeCloseTo(0.6, 6);
  });

  it('finds almost all of the nearest in cells that comparing every pair finds', () => {
    const random = seededRandom(3);
    const [items, dim] = [600, 8];
    const centres = Float32Array.from({ length: 12 * dim }, () => random() - 0.5);
    const vectors = unitRows(Float32Array.from({ length: items * dim }, (_, i) => centres[(Math.floor(i / dim) % 12) * dim + (i % dim)] + 0.2 * (random() - 0.5)), items, dim, dim); // prettier-ignore
    const whole = finish(nearestItems({ builtAt: 0, dim, vectors }, 10));
    const celled = finish(nearestItems({ builtAt: 0, dim, vectors }, 10, 0));
    const pairs = new Set(Array.from(whole.items, (other, i) => `${Math.floor(i / 10)} ${other}`));
    const found = Array.from(celled.items, (other, i) => `${Math.floor(i / 10)} ${other}`).filter((pair) => pairs.has(pair));
    expect(found.length / pairs.size).toBeGreaterThan(0.9);
  });
});

describe('buildEmbedded', () => {
  it('keeps as many neighbours as asked for, from the same circle', () => {
    const { offsets, items } = finish(buildEmbedded(twoCircles(), { items: 8, now: 0, most: 3 }));
    for (let item = 0; item < 8; item++) {
      const row = items.subarray(offsets[item], offsets[item + 1]);
      expect(row).toHaveLength(3);
      for (const other of row) expect(other < 4).toBe(item < 4);
    }
  });
});
