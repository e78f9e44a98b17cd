import { compileFilter, matchesFilter } from '../../../src/core/candidates/caller-filter.js';
import { categoryOverlap, contentSimilarity, priceNearness } from '../../../src/core/candidates/content.js';
import { decodeGeohash, distanceKm } from '../../../src/core/candidates/geohash.js';
import { type ItemFilter } from '../../../src/core/page.js';
import { NO_FILTER, TestShop } from '../shop-fixture.js';

describe('geohash', () => {
  it('names the middle of a cell', () => {
    // The example of the geohash page of Wikipedia: ezs42 lies about 42.605 north, 5.603 west.
    const place = decodeGeohash('ezs42')!;
    expect(place.latitude).toBeCloseTo(42.605, 3);
    expect(place.longitude).toBeCloseTo(-5.603, 3);
    expect(decodeGeohash('EZS42')).toEqual(place);
  });

  it('is null for what is none', () => {
    expect([decodeGeohash('ail'), decodeGeohash('')]).toEqual([null, null]);
  });

  it('measures along the sphere', () => {
    // A quarter of the circumference: pi / 2 * 6371.0088 km.
    expect(distanceKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 90 })).toBeCloseTo(10_007.557, 2);
    expect(distanceKm({ latitude: 51.5, longitude: 0 }, { latitude: 51.5, longitude: 0 })).toBe(0);
  });
});

describe("the caller's filter", () => {
  const shop = new TestShop();
  const note = shop.put({
    kind: 'NOTE',
    categories: ['food', 'fruit'],
    brand: 'b',
    creatorId: 'c',
    price: 19.99,
    labels: ['green'],
    geohash: 'wx4g0',
  });
  const bare = shop.put({ categories: ['toys'] });
  const passes = (fields: Partial<ItemFilter>, geohash: string | null = null) =>
    [note, bare].map((no) => matchesFilter(shop.catalogue, no, { ...NO_FILTER, ...fields }, geohash));

  it.each<[string, Partial<ItemFilter>, boolean[]]>([
    ['nothing asked', {}, [true, true]],
    ['kinds', { kinds: ['NOTE', 'VIDEO'] }, [true, false]],
    ['a broad category', { categories: ['food'] }, [true, false]],
    ['a narrow category', { categories: ['fruit', 'toys'] }, [true, true]],
    ['a category there is not', { categories: ['ghost'] }, [false, false]],
    ['excluded categories', { excludeCategories: ['food', 'ghost'] }, [false, true]],
    ['brands', { brands: ['b'] }, [true, false]],
    ['creators', { creatorIds: ['c'] }, [true, false]],
    ['labels', { labels: ['red', 'green'] }, [true, false]],
    ['excluded items', { excludeItemIds: ['i0', 'ghost'] }, [false, true]],
    ['the very price', { priceMin: 19.99, priceMax: 19.99 }, [true, false]],
    ['a price just below', { priceMax: 19.989999 }, [false, false]],
    ['trust as it is for all', { trustMin: 0.5 }, [true, true]],
    ['more trust than anything has', { trustMin: 0.51 }, [false, false]],
  ])('obeys %s', (_, filter, expected) => {
    expect(passes(filter)).toEqual(expected);
  });

  it('lets through what is near, and nothing where it is not known where the user is', () => {
    expect(passes({ withinKm: 5 }, 'wx4g0')).toEqual([true, false]);
    expect(passes({ withinKm: 5 }, 'ezs42')).toEqual([false, false]);
    expect(passes({ withinKm: 20_000 })).toEqual([false, false]);
  });

  it('asks for everything at once', () => {
    const all = compileFilter(shop.catalogue, { ...NO_FILTER, kinds: ['NOTE'], brands: ['b'], priceMax: 5 }, null);
    expect([all(note), all(bare)]).toEqual([false, false]);
  });
});

describe('content similarity', () => {
  const shop = new TestShop();
  const apple = shop.put({ categories: ['food', 'fruit'], brand: 'b', creatorId: 'c', price: 10 });
  const pear = shop.put({ categories: ['food', 'fruit'], brand: 'b', creatorId: 'c', price: 5 });
  const bread = shop.put({ categories: ['food', 'bakery', 'bread'] });

  it('counts the categories shared, as a share of the longer path', () => {
    // food, fruit twice, then food, bakery, bread
    const paths = Int32Array.of(1, 2, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 3, 4, 0, 0, 0, 0, 0);
    expect([categoryOverlap({ paths }, 0, 1), categoryOverlap({ paths }, 0, 2)]).toEqual([1, 1 / 3]);
    // Half of a third is category, nothing else is alike.
    expect(contentSimilarity(shop.catalogue, apple, bread)).toBeCloseTo(1 / 6, 12);
  });

  it('sees nearness of prices', () => {
    expect([priceNearness(5, 10), priceNearness(0, 0), priceNearness(0, 3), priceNearness(NaN, 3)]).toEqual([0.5, 1, 0, 0]);
  });

  it('is half category, the rest brand, creator and price', () => {
    // 0.5 + 0.15 + 0.15 + 0.2 * 0.5 = 0.9; 0.5 / 3 for the other, which has no brand, creator or price.
    expect(contentSimilarity(shop.catalogue, apple, pear)).toBeCloseTo(0.9, 12);
    expect(contentSimilarity(shop.catalogue, apple, bread)).toBeCloseTo(0.5 / 3, 12);
  });
});
