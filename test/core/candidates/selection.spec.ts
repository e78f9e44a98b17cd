import fc from 'fast-check';
import { kthLargest, largest, largestPlaces, sortPlaces } from '../../../src/core/candidates/selection.js';

const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 });

describe('kthLargest', () => {
  it('finds the value at its place, equal ones included', () => {
    // Falling: 9 7 7 4 1
    const of = (k: number): number => kthLargest(Float64Array.of(7, 1, 9, 4, 7), 5, k);
    expect([1, 2, 3, 4, 5].map(of)).toEqual([9, 7, 7, 4, 1]);
  });

  it('looks at no more than the first n', () => {
    expect(kthLargest(Float64Array.of(1, 2, 99), 2, 1)).toBe(2);
  });

  it('refuses a place that there is not', () => {
    expect(() => kthLargest(Float64Array.of(1), 1, 2)).toThrow('there is no 2. largest of 1 values');
    expect(() => kthLargest(Float64Array.of(1), 1, 0)).toThrow(RangeError);
  });

  it('agrees with sorting', () => {
    fc.assert(
      fc.property(values, fc.nat(), (numbers, seed) => {
        const k = 1 + (seed % numbers.length);
        expect(kthLargest(Float64Array.from(numbers), numbers.length, k)).toBe([...numbers].sort((a, b) => b - a)[k - 1]);
      }),
    );
  });
});

describe('sortPlaces', () => {
  it('puts what it is given in the order of values, equal ones by number, and touches nothing else', () => {
    // Values 2 7 2 7 of the numbers 9 8 1 0; place 1 is not asked about.
    expect([...sortPlaces(Uint32Array.of(0, 2, 3), [2, 7, 2, 7], [9, 8, 1, 0])]).toEqual([3, 2, 0]);
  });

  it('agrees with a sort that compares', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: -2, max: 2 }), fc.double({ noNaN: true })), { maxLength: 90 }), (numbers) => {
        const nos = numbers.map((_, place) => (place * 37) % 97);
        const places = Uint32Array.from(numbers.keys());
        const compared = [...places].sort((a, b) => (numbers[a] === numbers[b] ? nos[a] - nos[b] : numbers[b] > numbers[a] ? 1 : -1));
        expect([...sortPlaces(places, numbers, nos)]).toEqual(compared);
      }),
    );
  });
});

describe('largest', () => {
  it('gives the best first and, of equals, the lower number', () => {
    // Values 5 8 5 8 1 of the numbers 40 30 20 10 0.
    expect([...largest([40, 30, 20, 10, 0], [5, 8, 5, 8, 1], 5, 3)]).toEqual([10, 30, 20]);
    expect([...largestPlaces([40, 30, 20, 10, 0], [5, 8, 5, 8, 1], 5, 3)]).toEqual([3, 1, 2]);
  });

  it('gives all of them where there are no more, and none where none is asked for', () => {
    expect([...largest([4, 2], [1, 3], 2, 9)]).toEqual([2, 4]);
    expect([...largest([4, 2], [1, 3], 2, 0)]).toEqual([]);
    expect([...largest([], [], 0, 3)]).toEqual([]);
  });

  it('agrees with sorting all, whatever the order of the input', () => {
    fc.assert(
      fc.property(values, fc.nat(70), (numbers, k) => {
        const nos = numbers.map((_, no) => no);
        const sorted = [...nos].sort((a, b) => numbers[b] - numbers[a] || a - b).slice(0, k);
        expect([...largest(nos, numbers, numbers.length, k)]).toEqual(sorted);
        const turned = [...nos].reverse();
        expect([...largest(turned, [...numbers].reverse(), numbers.length, k)]).toEqual(sorted);
      }),
    );
  });
});
