import fc from 'fast-check';
import { packContributions, unpackContributions } from '../../../src/core/exposures/contributions.js';

describe('packed contributions', () => {
  it('are nothing where no item has a term', () => {
    expect(packContributions([[], []])).toHaveLength(0);
    expect(unpackContributions(new Uint8Array(0), 2)).toEqual([[], []]);
  });

  it('hold each name once', () => {
    const items = [[{ name: 'a', value: 1 }, { name: 'b', value: 2 }], [{ name: 'b', value: 3 }]]; // prettier-ignore
    // Two names of one byte: 2 + 2 * 3; two items with 3 terms: 2 * 2 + 3 * 10.
    expect(packContributions(items)).toHaveLength(8 + 34);
    expect(unpackContributions(packContributions(items), 2)).toEqual(items);
  });

  it('give back any terms in their order', () => {
    const anyTerm = fc.record({ name: fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ unit: 'grapheme' })), value: fc.double() });
    fc.assert(
      fc.property(fc.array(fc.array(anyTerm, { maxLength: 6 })), (items) => {
        expect(unpackContributions(packContributions(items), items.length)).toEqual(items);
      }),
    );
  });

  it('are refused for another number of items', () => {
    const packed = packContributions([[{ name: 'a', value: 1 }], [{ name: 'a', value: 1 }]]);
    expect(() => unpackContributions(packed, 1)).toThrow('12 bytes are left over after the terms of 1 items');
    expect(() => unpackContributions(packed, 3)).toThrow(RangeError);
  });
});
