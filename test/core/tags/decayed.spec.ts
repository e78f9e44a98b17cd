import fc from 'fast-check';
import { addDecayed, addToMap, type Decayed, decayedValue, keepNewest, keepStrongest } from '../../../src/core/tags/decayed.js';

const HALF = 1000;

describe('decayedValue', () => {
  it('halves with every half-life and does not grow into the past', () => {
    const sum = { value: 8, at: 5000 };
    expect([5000, 6000, 8000, 4000].map((now) => decayedValue(sum, now, HALF))).toEqual([8, 4, 1, 8]);
  });
});

describe('addDecayed', () => {
  it('brings the sum to the time of a newer weight', () => {
    const sum = { value: 4, at: 0 };
    addDecayed(sum, 1, 2000, HALF);
    expect(sum).toEqual({ value: 4 / 4 + 1, at: 2000 });
  });

  it('decays an older weight to the time of the sum', () => {
    const sum = { value: 4, at: 2000 };
    addDecayed(sum, 1, 1000, HALF);
    expect(sum).toEqual({ value: 4 + 1 / 2, at: 2000 });
  });

  it('gives one sum in any order', () => {
    const weights = fc.array(fc.record({ weight: fc.integer({ min: -4, max: 4 }), at: fc.integer({ min: 0, max: 20_000 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(weights, fc.infiniteStream(fc.nat()), (acts, keys) => {
        const total = (list: typeof acts) =>
          list.reduce((sum, { weight, at }) => (addDecayed(sum, weight, at, HALF), sum), { value: 0, at: 0 });
        const shuffled = acts.map((act) => ({ act, key: keys.next().value as number })).sort((a, b) => a.key - b.key);
        const [one, other] = [total(acts), total(shuffled.map(({ act }) => act))];
        expect(other.at).toBe(one.at);
        expect(other.value).toBeCloseTo(one.value, 9);
      }),
    );
  });
});

describe('keepStrongest', () => {
  it('compares sums at one time, whatever their sign', () => {
    // At 3000: 8 of time 0 is 1, -2 of 2000 is -1 (equal, so the lower key stays), 1.5 of 3000 is 1.5.
    const sums = new Map<number, Decayed>([[7, { value: 8, at: 0 }], [9, { value: -2, at: 2000 }], [1, { value: 1.5, at: 3000 }], [2, { value: 0, at: 3000 }]]); // prettier-ignore
    keepStrongest(sums, 2, HALF);
    expect([...sums.keys()]).toEqual([7, 1]);
  });
});

describe('keepNewest', () => {
  it('drops the oldest, of two equal ones the lower key', () => {
    const entries = new Map([[1, { at: 5 }], [2, { at: 3 }], [3, { at: 3 }], [4, { at: 3 }], [5, { at: 1 }]]); // prettier-ignore
    keepNewest(entries, 3);
    expect([...entries.keys()].sort()).toEqual([1, 3, 4]);
    keepNewest(entries, 3);
    expect(entries.size).toBe(3);
  });
});

describe('addToMap', () => {
  it('keeps single precision, and no negative zero', () => {
    const sums = new Map<string, Decayed>();
    addToMap(sums, 'a', 0.1, 0, HALF);
    expect(sums.get('a')!.value).toBe(Math.fround(0.1));
    addToMap(sums, 'b', -1e-46, 0, HALF);
    expect(Object.is(sums.get('b')!.value, 0)).toBe(true);
  });
});
