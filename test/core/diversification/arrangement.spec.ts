import { arrange } from '../../../src/core/diversification/arrangement.js';
import { Caps } from '../../../src/core/diversification/caps.js';
import { categories, columnsOf, OFF, type Thing } from './things.js';

describe('arrange', () => {
  it('finds what keeps the rules, the better candidates first, and leaves nothing placed', () => {
    const caps = new Caps(columnsOf(categories(2, 2, 1, 1, 1)), columnsOf([]), { ...OFF, window: 2, maxPerCategory: 1 }, 5);
    expect(arrange(caps, 5, 5, 0)).toEqual(Uint32Array.of(2, 0, 3, 1, 4));
    expect(arrange(caps, 5, 5, 0)).toEqual(Uint32Array.of(2, 0, 3, 1, 4));
  });

  it('says so when there is no order', () => {
    const caps = new Caps(columnsOf(categories(1, 1)), columnsOf([]), { ...OFF, window: 2, maxPerCategory: 1 }, 2);
    expect(arrange(caps, 2, 2, 0)).toBe(null);
  });

  it('ends when its budget does', () => {
    // Forty of a kind each and one position too many: every order of the rest would have to be tried.
    const things = Array.from({ length: 60 }, (_, i): Thing => ({ category: i < 30 ? i + 1 : 99, brand: i + 1, creator: (i % 7) + 1 }));
    const caps = new Caps(columnsOf(things), columnsOf([]), { ...OFF, window: 60, maxPerCategory: 1 }, 32);
    const started = performance.now();
    expect(arrange(caps, 60, 32, 0)).toBe(null);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
