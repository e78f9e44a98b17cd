import fc from 'fast-check';
import { ABSENT, Leaders } from '../../../src/core/candidates/leaders.js';

const leadersOf = (capacity: number, values: number[]): Leaders => {
  const leaders = new Leaders(capacity, { size: () => values.length, valueOf: (no) => values[no] ?? ABSENT });
  values.forEach((value, no) => leaders.update(no, value));
  return leaders;
};

describe('Leaders', () => {
  it('keep the largest in order, the lower number first of equals', () => {
    expect(leadersOf(3, [5, 9, 5, 1, 9]).list()).toEqual([1, 4, 0]);
  });

  it('let a number rise, sink and leave', () => {
    const values = [1, 2, 3];
    const leaders = leadersOf(3, values);
    leaders.update(0, 10);
    expect(leaders.list()).toEqual([0, 2, 1]);
    leaders.update(0, 2.5);
    expect(leaders.list()).toEqual([2, 0, 1]);
    leaders.update(2, ABSENT);
    expect(leaders.list()).toEqual([0, 1]);
  });

  it('do not let in what is below somebody left outside', () => {
    // Capacity 4 of 6: the two lowest are outside, at most 2. When two leave, nobody is sure to be next but who has more than 2.
    const values = [6, 5, 4, 3, 2, 1];
    const leaders = leadersOf(4, values);
    leaders.update(0, (values[0] = ABSENT));
    leaders.update(5, (values[5] = 1.5));
    expect(leaders.list()).toEqual([1, 2, 3]);
    leaders.update(5, (values[5] = 2.5));
    expect(leaders.list()).toEqual([1, 2, 3, 5]);
  });

  it('read all values again once half of the list is gone', () => {
    const values = [6, 5, 4, 3, 2, 1];
    const leaders = leadersOf(4, values);
    for (const no of [0, 1, 2]) leaders.update(no, (values[no] = ABSENT));
    expect(leaders.list()).toEqual([3, 4, 5]);
  });

  it('are always the head of the sorted numbers, and at least half of the capacity where there are so many', () => {
    const change = fc.record({ no: fc.nat(15), value: fc.oneof(fc.constant(ABSENT), fc.integer({ min: 0, max: 6 })) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        const values = new Array<number>(16).fill(ABSENT);
        const leaders = new Leaders(6, { size: () => 16, valueOf: (no) => values[no] });
        for (const { no, value } of changes) {
          leaders.update(no, (values[no] = value));
          const list = leaders.list();
          const present = values.flatMap((of, number) => (of === ABSENT ? [] : [number])).sort((a, b) => values[b] - values[a] || a - b);
          // Ties at the lower edge may be anybody's, so values are compared.
          expect(list.map((number) => values[number])).toEqual(present.slice(0, list.length).map((number) => values[number]));
          expect(list.length).toBeGreaterThanOrEqual(Math.min(3, present.length));
          expect(new Set(list).size).toBe(list.length);
        }
      }),
    );
  });
});
