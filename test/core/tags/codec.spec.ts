import fc from 'fast-check';
import { ByteReader, ByteWriter, crc32, numberForm } from '../../../src/core/tags/bytes.js';
import { packState, unpackState } from '../../../src/core/tags/codec.js';
import { foldPage } from '../../../src/core/tags/fold.js';
import { emptyState, type UserState } from '../../../src/core/tags/state.js';
import { DAY, foldAll, histories, NOW, numbered } from './history.js';

const withPages = (state: UserState, pages: number): UserState => {
  for (let i = 0; i < pages; i++) {
    const servedAt = NOW - i * DAY;
    const placed = Array.from({ length: 20 }, (_, j) => ({ itemNo: (i * 7 + j) % 60, position: j + 1, repeat: j % 3 === 0 }));
    const page = { writer: 9, seq: i + 1, receivedAt: servedAt, servedAt, feedId: `feed-${i}`, kind: 'feed', fixedByCaller: false, placed };
    foldPage(state, page, {
      page,
      countsAt: i % 2 === 0 ? 'SERVED' : 'IMPRESSION',
      itemOf: (no) => numbered(no, { categoryNos: [1, 4 + (no % 12)], creatorNo: no % 7 }),
    });
  }
  return state;
};

describe('packed bytes', () => {
  it('have the checksum that zip has', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('give back every number, whole or not', () => {
    const numbers = fc.oneof(
      fc.double(),
      fc.float(),
      fc.integer({ min: -200, max: 200 }).map((n) => n / 4),
      fc.constantFrom(1, 0, -0, NaN, Infinity, 1e-320),
    );
    const wholes = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.constantFrom(0, 127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1));
    fc.assert(
      fc.property(
        fc.array(numbers),
        fc.array(wholes),
        fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
        fc.string({ unit: 'grapheme' }),
        (reals, naturals, signed, text) => {
          const writer = new ByteWriter();
          for (const value of reals) writer.number(value, numberForm(value));
          for (const value of naturals) writer.varint(value);
          for (const value of signed) writer.signed(value);
          writer.text(text);
          const reader = new ByteReader(writer.done());
          for (const value of reals) expect(reader.number(numberForm(value))).toBe(value);
          for (const value of naturals) expect(reader.varint()).toBe(value);
          for (const value of signed) expect(reader.signed()).toBe(value);
          expect([reader.text(), reader.left]).toEqual([text, 0]);
        },
      ),
    );
  });
});

describe('packState', () => {
  it('gives back every state whole', () => {
    fc.assert(
      fc.property(histories, fc.nat(30), (history, pages) => {
        const state = withPages(foldAll(history), pages);
        const unpacked = unpackState(packState(state));
        expect(unpacked).toEqual(state);
        expect(packState(unpacked)).toEqual(packState(state));
      }),
      { numRuns: 200 },
    );
    expect(unpackState(packState(emptyState()))).toEqual(emptyState());
  });

  it('gives back what no fold has made: numbers of any size, ids of any characters', () => {
    const state = emptyState();
    state.events = { since: NOW, last: new Map([[4_000_000_000, [2 ** 40, NOW + 1]]]) };
    state.affinity.category.set(2 ** 31, { value: 0.1, at: -5 });
    state.purchases.set(3, { quantity: -2, lastBoughtAt: 0 });
    state.hiddenItems.add(12);
    state.hideActs.set(13, NOW);
    state.ties.set('__proto__', { value: 1e-9, at: NOW }).set('👩‍👩‍👧', { value: 1, at: 0 });
    state.followActs.set('gone', NOW);
    state.spent = { value: 123_456.78, at: NOW };
    expect(unpackState(packState(state))).toEqual(state);
  });

  it('gives equal bytes for equal states, in whatever order they came to be', () => {
    const [one, other] = [emptyState(), emptyState()];
    for (const no of [5, 3, 9]) one.affinity.brand.set(no, { value: no, at: NOW });
    for (const no of [9, 3, 5]) other.affinity.brand.set(no, { value: no, at: NOW });
    expect(packState(one)).toEqual(packState(other));
  });

  it('takes less than 2.2 kB for a user of some fifty acts who was shown sixty items', () => {
    const sizes = fc
      .sample(histories, { numRuns: 300, seed: 1 })
      .flatMap((history) => (history.length < 50 ? [] : [packState(withPages(foldAll(history.slice(0, 50)), 5)).length]));
    expect(sizes.length).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThan(2_200);
  });
});

describe('unpackState', () => {
  const packed = packState(withPages(foldAll(fc.sample(histories, { numRuns: 5, seed: 7 }).flat().map((entry, i) => ({ ...entry, writer: 1, seq: i + 1 }))), 3)); // prettier-ignore

  it('refuses bytes of which one is wrong, and bytes that end too early', () => {
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = packed.slice();
        damaged[at] ^= change;
        expect(() => unpackState(damaged)).toThrow(RangeError);
        expect(() => unpackState(packed.subarray(0, at))).toThrow(RangeError);
      }),
    );
    expect(() => unpackState(new Uint8Array(0))).toThrow('1 bytes wanted where 0 are left');
    expect(() => unpackState(Uint8Array.of(9, 0, 0, 0, 0))).toThrow('a packed state has version 9; 1 to 5 are read');
  });

  it('reads bytes that stand in the middle of others', () => {
    const around = new Uint8Array(packed.length + 7);
    around.set(packed, 3);
    expect(packState(unpackState(around.subarray(3, 3 + packed.length)))).toEqual(packed);
  });
});
