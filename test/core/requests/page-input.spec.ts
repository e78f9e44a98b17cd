import { AppError, type Fault } from '../../../src/core/errors.js';
import { readFeedInput, readRankInput, readRelatedInput } from '../../../src/core/requests/page-input.js';

const faultsOf = (read: () => unknown): Fault[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') return error.faults;
    throw error;
  }
  return [];
};
const paths = (read: () => unknown): string[] => faultsOf(read).map(({ path }) => path);

describe('input of a feed', () => {
  it('fills in the defaults of the schema', () => {
    expect(readFeedInput({ userId: 'u' })).toMatchObject({
      userId: 'u',
      surface: 'home',
      first: 20,
      filter: null,
      after: null,
      preview: null,
    });
  });

  it.each([
    ['userId', { userId: '' }],
    ['userId', { userId: 'x'.repeat(129) }],
    ['userId', { userId: 'a\u0000b' }],
    ['userId', { userId: '\ud800' }],
    ['identity', { userId: 'u', identity: { platform: 'p', externalId: 'e' } }],
    ['identity.externalId', { identity: { platform: 'p' } }],
    ['identity.platform', { identity: { platform: 'p\n', externalId: 'e' } }],
    ['surface', { surface: '../home' }],
    ['surface', { surface: `a${'b'.repeat(32)}` }],
    ['first', { first: 0 }],
    ['first', { first: -1 }],
    ['first', { first: 101 }],
    ['first', { first: 1.5 }],
    ['deadlineMs', { deadlineMs: 9 }],
    ['deadlineMs', { deadlineMs: 2001 }],
    ['filter.priceMin', { filter: { priceMin: 9, priceMax: 1 } }],
    ['filter.priceMax', { filter: { priceMax: 1e308 } }],
    ['filter.priceMin', { filter: { priceMin: NaN } }],
    ['filter.trustMin', { filter: { trustMin: 1.1 } }],
    ['filter.withinKm', { filter: { withinKm: 3 } }],
    ['filter.categories.1', { filter: { categories: ['a', ''] } }],
    ['filter.excludeItemIds', { filter: { excludeItemIds: Array.from({ length: 501 }, (_, i) => `${i}`) } }],
    ['context.device', { context: { device: 'PHONE' } }],
    ['context.at', { context: { at: '2026-01-01T00:00:00Z' } }],
    ['context.timeZone', { context: { timeZone: 'Nowhere/Land' } }],
    ['context.geohash', { context: { geohash: 'aaa' } }],
    ['preview.at', { preview: { at: 'yesterday' } }],
    ['preview.at', { preview: { at: '2026-01-01T00:00:00' } }],
    ['preview.configVersion', { preview: { configVersion: 1, config: {} } }],
  ])('refuses %s in %j', (path, input) => expect(paths(() => readFeedInput(input))).toEqual([path]));

  it('names all faults at once, with value and range, and never the whole of a long value', () => {
    const faults = faultsOf(() => readFeedInput({ userId: 'x'.repeat(10_000), first: 0, filter: { priceMin: 2, priceMax: 1 } }));
    expect(faults.map(({ path }) => path).sort()).toEqual(['filter.priceMin', 'first', 'userId']);
    expect(faults.find(({ path }) => path === 'first')?.message).toBe('first is 0; it must be a whole number from 1 to 100');
    expect(Math.max(...faults.map(({ message }) => message.length))).toBeLessThan(200);
  });

  it('takes a zero price as it is, minus zero too', () => {
    expect(readFeedInput({ filter: { priceMin: -0, priceMax: 0 } }).filter).toMatchObject({ priceMax: 0 });
  });
});

describe('input of rank', () => {
  it('wants ids or candidates, one of the two', () => {
    expect(paths(() => readRankInput({}))).toEqual(['itemIds']);
    expect(paths(() => readRankInput({ itemIds: ['a'], candidates: [{ id: 'a', score: 1 }] }))).toEqual(['itemIds']);
    expect(paths(() => readRankInput({ itemIds: [] }))).toEqual(['itemIds']);
    expect(paths(() => readRankInput({ itemIds: Array.from({ length: 1001 }, (_, i) => `${i}`) }))).toEqual(['itemIds']);
  });

  it('counts an id once, at its first place', () => {
    const { candidates } = readRankInput({ candidates: [{ id: 'a', score: 3 }, { id: 'b', score: 2 }, { id: 'a', score: 1 }] }); // prettier-ignore
    expect(candidates).toEqual([{ id: 'a', score: 3 }, { id: 'b', score: 2 }]); // prettier-ignore
  });

  it('refuses scores that are no numbers, and what nothing obeys', () => {
    expect(paths(() => readRankInput({ candidates: [{ id: 'a', score: Infinity }] }))).toEqual(['candidates.0.score']);
    expect(paths(() => readRankInput({ itemIds: ['a'], query: 'shoes' }))).toEqual(['query']);
  });
});

describe('input of related', () => {
  it('wants a basket and a relation that stands', () => {
    expect(paths(() => readRelatedInput({ itemIds: [] }))).toEqual(['itemIds']);
    expect(readRelatedInput({ itemIds: ['a'], relation: 'COMPLEMENTS' }).relation).toBe('COMPLEMENTS');
    expect(paths(() => readRelatedInput({ itemIds: ['a'], relation: 'OTHER' }))).toEqual(['relation']);
    expect(readRelatedInput({ itemIds: ['a', 'a'] })).toMatchObject({ itemIds: ['a'], relation: 'SIMILAR', first: 12, surface: 'product' });
  });
});
