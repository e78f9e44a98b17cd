import { readItem, readItemPatch } from '../../../src/core/events/read-item.js';

const bare = { id: 'i1', title: 'Red shoe', categories: ['Fashion', 'Shoes'] };
const codesOf = (read: object) =>
  'faults' in read ? (read.faults as { code: string; path: string }[]).map(({ code, path }) => `${code} ${path}`) : [];

describe('readItem', () => {
  it('gives what is left out its default', () => {
    expect(readItem(bare)).toEqual({
      item: {
        ...bare, kind: 'PRODUCT', brand: null, creatorId: null, price: null, currency: null, stock: null, labels: [], style: null, commercial: false,
        aiGenerated: false, productIds: [], regions: [], geohash: null, minAge: null, durationMs: null, repurchaseDays: null, imageUrl: null,
        createdAt: null, availableUntil: null,
      },
    }); // prettier-ignore
  });

  it('gives an item as it was put in, with times as numbers', () => {
    const full = {
      ...bare, kind: 'VIDEO', brand: 'Acme', creatorId: 'c1', price: 12.5, currency: 'CNY', stock: 0, labels: ['new', 'new'], style: 'EMOTIONAL', commercial: true,
      aiGenerated: true, productIds: ['p1', 'p2'], regions: ['CN-SH'], geohash: 'wtw3s', minAge: 18, durationMs: 61_000, repurchaseDays: 0,
      imageUrl: 'https://img.example/i1.jpg', createdAt: '2026-01-01T08:00:00+08:00', availableUntil: '2027-01-01T00:00:00Z',
    }; // prettier-ignore
    expect(readItem(full)).toEqual({ item: { ...full, createdAt: Date.UTC(2026, 0, 1), availableUntil: Date.UTC(2027, 0, 1) } });
  });

  it.each([
    ['no id', { id: undefined }, 'MISSING_FIELD id'],
    ['an id of 10,000 characters', { id: 'x'.repeat(10_000) }, 'INVALID_ID id'],
    ['no title', { title: undefined }, 'MISSING_FIELD title'],
    ['an empty title', { title: '' }, 'INVALID_VALUE title'],
    ['a title of 513 characters', { title: 'x'.repeat(513) }, 'TOO_LARGE title'],
    ['no categories', { categories: undefined }, 'MISSING_FIELD categories'],
    ['an empty list of categories', { categories: [] }, 'INVALID_VALUE categories'],
    ['nine categories', { categories: [...'abcdefghi'] }, 'TOO_LARGE categories'],
    ['a category twice', { categories: ['a', 'b', 'a'] }, 'INVALID_VALUE categories.2'],
    ['a category that is no text', { categories: ['a', 7] }, 'INVALID_VALUE categories.1'],
    ['a category of null', { categories: [null] }, 'INVALID_VALUE categories.0'],
    ['a category as text', { categories: 'shoes' }, 'INVALID_VALUE categories'],
    ['a category of 129 characters', { categories: ['x'.repeat(129)] }, 'TOO_LARGE categories.0'],
    ['a negative price', { price: -1 }, 'INVALID_VALUE price'],
    ['a price as text', { price: '12' }, 'INVALID_VALUE price'],
    ['a negative stock', { stock: -1 }, 'INVALID_VALUE stock'],
    ['half a stock', { stock: 0.5 }, 'INVALID_VALUE stock'],
    ['a stock over 1e9', { stock: 1e9 + 1 }, 'INVALID_VALUE stock'],
    ['an age of 121', { minAge: 121 }, 'INVALID_VALUE minAge'],
    ['a geohash with an a', { geohash: 'wtwa' }, 'INVALID_VALUE geohash'],
    ['a picture by ftp', { imageUrl: 'ftp://img.example/a' }, 'INVALID_VALUE imageUrl'],
    ['a picture that is a script', { imageUrl: 'javascript:alert(1)' }, 'INVALID_VALUE imageUrl'],
    ['an address with a space', { imageUrl: 'https://img.example/a b' }, 'INVALID_VALUE imageUrl'],
    ['an address of 2,049 characters', { imageUrl: `https://x.example/${'a'.repeat(2031)}` }, 'TOO_LARGE imageUrl'],
    ['65 labels', { labels: Array.from({ length: 65 }, (_, i) => `l${i}`) }, 'TOO_LARGE labels'],
    ['65 regions', { regions: Array.from({ length: 65 }, (_, i) => `r${i}`) }, 'TOO_LARGE regions'],
    ['201 products', { productIds: Array.from({ length: 201 }, (_, i) => `p${i}`) }, 'TOO_LARGE productIds'],
    ['a product without a name', { productIds: ['p1', ''] }, 'INVALID_ID productIds.1'],
    ['an unknown kind', { kind: 'SHOW' }, 'INVALID_VALUE kind'],
    ['an unknown style', { style: 'LOUD' }, 'INVALID_VALUE style'],
    ['a flag as text', { commercial: 'yes' }, 'INVALID_VALUE commercial'],
    ['a local time', { createdAt: '2026-01-01T00:00:00' }, 'INVALID_TIME createdAt'],
    ['a time before the epoch', { createdAt: '1969-12-31T23:59:59Z' }, 'INVALID_TIME createdAt'],
    ['a field that is none', { colour: 'red' }, 'INVALID_VALUE colour'],
  ])('refuses %s', (_, change, expected) => expect(codesOf(readItem({ ...bare, ...change }))).toEqual([expected]));
});

describe('readItemPatch', () => {
  it('leaves what is absent and clears what is null', () => {
    expect(readItemPatch({ id: 'i1', stock: 7 })).toEqual({ patch: { id: 'i1', stock: 7 } });
    expect(readItemPatch({ id: 'i1', stock: null, price: null, availableUntil: null })).toEqual({
      patch: { id: 'i1', stock: null, price: null, availableUntil: null },
    });
    expect(readItemPatch({ id: 'i1', labels: [], commercial: false, price: 3, availableUntil: '2026-01-01T00:00:00Z' })).toEqual({
      patch: { id: 'i1', labels: [], commercial: false, price: 3, availableUntil: Date.UTC(2026, 0, 1) },
    });
  });

  it('names every fault', () => {
    expect(codesOf(readItemPatch({ stock: -1, price: NaN, title: 'x', labels: null, commercial: null }))).toEqual([
      'INVALID_VALUE title',
      'MISSING_FIELD id',
      'INVALID_VALUE stock',
      'INVALID_VALUE price',
      'INVALID_VALUE commercial',
      'INVALID_VALUE labels',
    ]);
  });
});
