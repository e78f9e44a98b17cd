import fc from 'fast-check';
import { pickFloat64, pickInt32, pickUint32, pickUint8 } from '../../../src/core/candidates/columns.js';
import { ItemSums } from '../../../src/core/candidates/item-sums.js';
import { NumberTable } from '../../../src/core/candidates/number-table.js';
import { Postings } from '../../../src/core/candidates/postings.js';

describe('NumberTable', () => {
  it('is a map of numbers, beyond what was expected too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500), fc.integer()), { maxLength: 200 }), (entries) => {
        const table = new NumberTable(4);
        const map = new Map<number, number>();
        for (const [key, value] of entries) {
          table.set(key, value);
          map.set(key, value);
        }
        const keys = Array.from({ length: 501 }, (_, key) => key);
        expect(keys.map((key) => table.get(key, -0.5))).toEqual(keys.map((key) => map.get(key) ?? -0.5));
        table.clear();
        expect(keys.every((key) => table.get(key, -0.5) === -0.5)).toBe(true);
      }),
    );
  });
});

describe('ItemSums', () => {
  it('add up evidence and keep what spoke strongest, the first of equals', () => {
    const sums = new ItemSums();
    sums.add(7, 0.5, 1);
    sums.add(7, 0.75, 2);
    sums.add(7, 0.75, 3);
    sums.add(0, 0.25, 4);
    expect([sums.sumOf(7), sums.sumOf(0), sums.sumOf(1)]).toEqual([2, 0.25, 0]);
    expect([...sums.evidenceOf(Uint32Array.of(0, 1, 7))]).toEqual([4, -1, 2]);
    expect([...sums.top(1)]).toEqual([7]);
    expect(sums.size).toBe(2);
  });

  it('are empty when cleared', () => {
    const sums = new ItemSums();
    sums.add(7, 1, 1);
    sums.clear();
    expect([sums.size, sums.sumOf(7), [...sums.top(5)], [...sums.evidenceOf(Uint32Array.of(7))]]).toEqual([0, 0, [], [-1]]);
    sums.add(7, 1, 1);
    expect(sums.sumOf(7)).toBe(1);
  });

  it('grow without losing anything', () => {
    const sums = new ItemSums();
    for (let round = 0; round < 2; round++) for (let no = 0; no < 10_000; no++) sums.add(no * 3, no + 1, no);
    expect(sums.size).toBe(10_000);
    expect([sums.sumOf(0), sums.sumOf(29_997), sums.sumOf(1)]).toEqual([2, 20_000, 0]);
    expect([...sums.top(2)]).toEqual([29_997, 29_994]);
    expect([...sums.evidenceOf(Uint32Array.of(29_994))]).toEqual([9_998]);
  });
});

describe('Postings', () => {
  it('list the items of a name by number, and say when they changed', () => {
    const postings = new Postings();
    postings.move(5, [], [1, 2], false);
    postings.move(3, [], [1], false);
    postings.move(9, [], [1], false);
    expect([postings.of(1), postings.of(2), postings.of(8)]).toEqual([[3, 5, 9], [5], []]);
    const version = postings.versionOf(1);
    postings.move(5, [1, 2], [1, 2], false);
    expect(postings.versionOf(1)).toBe(version);
    postings.move(5, [1, 2], [1, 2], true);
    expect(postings.versionOf(1)).toBe(version + 1);
    postings.move(5, [1, 2], [2, 3], false);
    expect([postings.of(1), postings.of(2), postings.of(3)]).toEqual([[3, 9], [5], [5]]);
  });

  it('hold an item once, and nothing under the unknown name', () => {
    const postings = new Postings();
    postings.move(5, [], [0, 1], false);
    postings.move(5, [], [1], false);
    postings.move(6, [4], [1], false);
    postings.move(7, [1], [], false);
    expect([postings.of(0), postings.of(1)]).toEqual([[], [5, 6]]);
  });
});

describe('picks', () => {
  it('take values of a column at some rows', () => {
    const picked = [pickInt32, pickUint32, pickUint8, pickFloat64].map((pick) => [...pick([5, 6, 7], [2, 0, 2])]);
    expect(picked).toEqual(Array.from({ length: 4 }, () => [7, 5, 7]));
  });
});
