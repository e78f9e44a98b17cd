import fc from 'fast-check';
import { buildBoughtTogether, buildSimilar, type Interaction, interactionWeight } from '../../../src/core/candidates/build-neighbours.js';
import { type Neighbours } from '../../../src/core/candidates/neighbours.js';
import { DAY } from '../shop-fixture.js';

const finish = <T>(work: Generator<void, T>): T => {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
};
const touch = (userNo: number, itemNo: number, fields: Partial<Interaction> = {}): Interaction => ({
  userNo,
  itemNo,
  weight: 1,
  at: 0,
  bought: true,
  ...fields,
});
const rowsOf = ({ offsets, items, weights }: Neighbours): [number, number][][] =>
  Array.from({ length: offsets.length - 1 }, (_, no) =>
    Array.from(items.subarray(offsets[no], offsets[no + 1]), (item, i) => [item, weights[offsets[no] + i]] as [number, number]),
  );

describe('buildSimilar', () => {
  it('is the cosine of the sets of users, strongest first', () => {
    // Users of item 0: a b c, of 1: a b, of 2: c d.
    const acts = [touch(0, 0), touch(1, 0), touch(2, 0), touch(0, 1), touch(1, 1), touch(1, 1), touch(2, 2), touch(3, 2)];
    const table = finish(buildSimilar(acts, { items: 4, now: 9, shrinkage: 0 }));
    const rows = rowsOf(table);
    expect(table.builtAt).toBe(9);
    expect(rows[0].map(([no]) => no)).toEqual([1, 2]);
    expect(rows[0][0][1]).toBeCloseTo(2 / Math.sqrt(6), 6);
    expect(rows[0][1][1]).toBeCloseTo(1 / Math.sqrt(6), 6);
    expect(rows[1].map(([no]) => no)).toEqual([0]);
    expect(rows[3]).toEqual([]);
  });

  it('gives a tie to the lower item, and keeps as many as asked', () => {
    const acts = [3, 1, 2, 0].map((itemNo) => touch(0, itemNo));
    const rows = rowsOf(finish(buildSimilar(acts, { items: 4, now: 0, most: 2 })));
    expect(rows.map((row) => row.map(([no]) => no))).toEqual([[1, 2], [0, 2], [0, 1], [0, 1]]); // prettier-ignore
  });

  it('hears only the latest of somebody who touched everything', () => {
    const acts = [touch(0, 0, { at: 1 }), touch(0, 1, { at: 3 }), touch(0, 2, { at: 2 }), touch(0, 1, { at: 0 })];
    const rows = rowsOf(finish(buildSimilar(acts, { items: 3, now: 0, mostOfOne: 2 })));
    expect(rows.map((row) => row.map(([no]) => no))).toEqual([[], [2], [1]]);
  });

  it('leaves out items beyond those there are, and what is no interest', () => {
    const acts = [touch(0, 0), touch(0, 7), touch(0, -1), touch(0, 1, { weight: 0 })];
    expect(rowsOf(finish(buildSimilar(acts, { items: 2, now: 0 })))).toEqual([[], []]);
    expect(rowsOf(finish(buildSimilar([], { items: 0, now: 0 })))).toEqual([]);
  });

  it('agrees with counting by hand, whatever the order of the acts', () => {
    const acts = fc.array(fc.record({ userNo: fc.nat(6), itemNo: fc.nat(7) }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(acts, (pairs) => {
        const users = (item: number): Set<number> => new Set(pairs.filter(({ itemNo }) => itemNo === item).map(({ userNo }) => userNo));
        const table = finish(buildSimilar(pairs.map(({ userNo, itemNo }) => touch(userNo, itemNo)), { items: 8, now: 0, shrinkage: 0 })); // prettier-ignore
        const turned = finish(buildSimilar([...pairs].reverse().map(({ userNo, itemNo }) => touch(userNo, itemNo)), { items: 8, now: 0, shrinkage: 0 })); // prettier-ignore
        expect(turned).toEqual(table);
        rowsOf(table).forEach((row, a) => {
          const weights = new Map(row);
          for (let b = 0; b < 8; b++) {
            const shared = [...users(a)].filter((user) => users(b).has(user)).length;
            if (a === b || shared === 0) expect(weights.has(b)).toBe(false);
            else expect(weights.get(b)).toBeCloseTo(shared / Math.sqrt(users(a).size * users(b).size), 6);
          }
          expect(row).toEqual([...row].sort(([x, v], [y, w]) => w - v || x - y));
        });
      }),
    );
  });

  it('pauses within long work', () => {
    const acts = Array.from({ length: 40_000 }, (_, i) => touch(i % 400, (i * 7) % 3_000));
    const work = buildSimilar(acts, { items: 3_000, now: 0 });
    let pauses = 0;
    while (!work.next().done) pauses++;
    expect(pauses).toBeGreaterThan(2);
  });
});

describe('buildBoughtTogether', () => {
  it('pairs what one user bought in one day', () => {
    const acts = [
      touch(0, 0), touch(0, 1), touch(0, 2, { at: DAY }), touch(1, 0, { at: 5 }), touch(1, 1, { at: 6 }), touch(1, 3, { bought: false }),
    ]; // prettier-ignore
    const rows = rowsOf(finish(buildBoughtTogether(acts, { items: 4, now: 0 })));
    // Two baskets in common of two each: 2 / (2 + 5).
    const strength = Math.fround(2 / 7);
    expect(rows).toEqual([[[1, strength]], [[0, strength]], [], []]);
  });

  it('leaves out what meets no more often than by chance', () => {
    // Item 0 is in all four baskets, so that 1 meets it in two says nothing: (2 - 0.5) * 4 / (4 * 2) = 0.75. Items 1 and 2: (2 - 0.5) * 4 / (2 * 2) = 1.5.
    const acts = [[0, 1, 2], [0, 1, 2], [0], [0]].flatMap((items, userNo) => items.map((itemNo) => touch(userNo, itemNo))); // prettier-ignore
    const rows = rowsOf(finish(buildBoughtTogether(acts, { items: 3, now: 0 })));
    expect(rows.map((row) => row.map(([no]) => no))).toEqual([[], [2], [1]]);
  });
});

describe('interactionWeight', () => {
  it('is that of popularity, without what takes interest back', () => {
    expect([
      interactionWeight({ type: 'PURCHASE' }),
      interactionWeight({ type: 'REFUND' }),
      interactionWeight({ type: 'IMPRESSION' }),
    ]).toEqual([5, 0, 0]);
  });
});
