import { AGE_LIMITED, ENDING, KNOWN, MAX_DEPTH, REGIONAL, REMOVED, SOLD_OUT } from '../../../src/core/candidates/catalogue.js';
import { TopLists, topListsOf } from '../../../src/core/candidates/top-lists.js';
import { DAY, NOW, TestShop } from '../shop-fixture.js';

describe('Catalogue', () => {
  it('keeps an item in columns and by all its names', () => {
    const shop = new TestShop();
    const no = shop.put({
      categories: ['food', 'fruit', 'apples'],
      brand: 'b',
      creatorId: 'c',
      price: 2.5,
      stock: 3,
      commercial: true,
      kind: 'NOTE',
      style: 'SOCIAL',
    });
    const { catalogue } = shop;
    const [food, fruit, apples] = ['food', 'fruit', 'apples'].map((name) => catalogue.names.category.no(name));
    expect([...catalogue.pathTable.subarray(catalogue.pathStart[no], catalogue.pathStart[no] + MAX_DEPTH)]).toEqual([
      food,
      fruit,
      apples,
      0,
      0,
      0,
      0,
      0,
    ]);
    expect([catalogue.rootCategory[no], catalogue.leafCategory[no], catalogue.price[no], catalogue.stock[no]]).toEqual([
      food,
      apples,
      2.5,
      3,
    ]);
    expect([catalogue.commercial[no], catalogue.kind[no], catalogue.style[no], catalogue.flags[no]]).toEqual([1, 1, 3, KNOWN]);
    expect(catalogue.itemsOf.category.of(fruit)).toEqual([no]);
    expect(catalogue.itemsOf.brand.of(catalogue.brand[no])).toEqual([no]);
    expect([
      catalogue.no('i0'),
      catalogue.no('ghost'),
      catalogue.names.brand.name(catalogue.brand[no]),
      catalogue.names.brand.size,
    ]).toEqual([0, undefined, 'b', 2]);
  });

  it('follows a change of an item in place', () => {
    const shop = new TestShop();
    shop.put({ categories: ['food', 'fruit'], brand: 'b' });
    shop.put({ categories: ['toys'], brand: null }, 0);
    const { catalogue } = shop;
    const of = (name: string) => catalogue.itemsOf.category.of(catalogue.names.category.no(name));
    expect([of('food'), of('fruit'), of('toys'), catalogue.itemsOf.brand.of(1), catalogue.live]).toEqual([[], [], [0], [], 1]);
    expect([...catalogue.pathTable.subarray(catalogue.pathStart[0], catalogue.pathStart[0] + 2)]).toEqual([
      catalogue.names.category.no('toys'),
      0,
    ]);
  });

  it('says in one byte what may keep an item away', () => {
    const shop = new TestShop();
    const flags = (fields: Parameters<TestShop['put']>[0]) => shop.catalogue.flags[shop.put(fields)];
    expect(flags({ removed: true, stock: 0 })).toBe(KNOWN | REMOVED | SOLD_OUT);
    expect(flags({ regions: ['CN'], minAge: 18, availableUntil: NOW })).toBe(KNOWN | REGIONAL | AGE_LIMITED | ENDING);
    expect(flags({ minAge: 0, stock: 7 })).toBe(KNOWN);
    expect(shop.catalogue.isOffered(99)).toBe(false);
  });

  it('grows with its numbers, which may come in any order', () => {
    const shop = new TestShop();
    shop.put({ id: 'far' }, 5_000);
    shop.put({ id: 'near' }, 2);
    const { catalogue } = shop;
    expect([catalogue.size, catalogue.live, catalogue.row(3), catalogue.isOffered(5_000), catalogue.item(2).id]).toEqual([
      5_001,
      2,
      undefined,
      true,
      'near',
    ]);
    expect(catalogue.itemsOf.category.of(1)).toEqual([2, 5_000]);
  });

  it('lists what was created last among what is offered', () => {
    const shop = new TestShop();
    const ages = [5, 1, 3, 1];
    for (const age of ages) shop.put({ createdAt: NOW - age * DAY });
    expect(shop.catalogue.newest()).toEqual([1, 3, 2, 0]);
    shop.put({ createdAt: NOW - DAY, stock: 0 }, 1);
    shop.put({ createdAt: NOW, removed: true }, 3);
    expect(shop.catalogue.newest()).toEqual([2, 0]);
    shop.put({ createdAt: NOW - DAY, stock: 4 }, 1);
    expect(shop.catalogue.newest()).toEqual([1, 2, 0]);
  });
});

describe('TopLists', () => {
  it('order the items offered under a name by popularity, then by number', () => {
    const shop = new TestShop();
    for (let i = 0; i < 5; i++) shop.put({ brand: 'b', stock: i === 3 ? 0 : null });
    shop.click(4, 3);
    shop.click(2, 1);
    shop.click(3, 9);
    expect([...Array.from(topListsOf(shop.shop()).of('brand', 1, NOW))]).toEqual([4, 2, 0, 1]);
    expect([...Array.from(topListsOf(shop.shop()).of('brand', 9, NOW))]).toEqual([]);
  });

  it('keep long lists for a while, and follow items in a second and popularity in ten', () => {
    const shop = new TestShop();
    for (let i = 0; i < 30; i++) shop.put({ brand: 'b' });
    const lists = new TopLists(shop.catalogue, shop.popularity);
    const first = (at: number) => Array.from(lists.of('brand', 1, at))[0];
    expect(first(NOW)).toBe(0);
    shop.click(20, 1);
    expect([first(NOW + 9_999), first(NOW + 10_000)]).toEqual([0, 20]);
    shop.put({ brand: 'b', stock: 0 }, 20);
    expect([first(NOW + 10_999), first(NOW + 11_000)]).toEqual([20, 0]);
    // A dry run may ask as of any time.
    expect(first(NOW - 100 * DAY)).toBe(0);
  });

  it('follow later the more items there are to order', () => {
    const shop = new TestShop();
    for (let i = 0; i < 60_000; i++) shop.put({ brand: 'b' });
    const lists = new TopLists(shop.catalogue, shop.popularity);
    const first = (at: number) => Array.from(lists.of('brand', 1, at))[0];
    expect(first(NOW)).toBe(0);
    shop.click(20, 1);
    expect([first(NOW + 19_999), first(NOW + 20_000)]).toEqual([0, 20]);
    shop.put({ brand: 'b', stock: 0 }, 20);
    expect([first(NOW + 21_999), first(NOW + 22_000)]).toEqual([20, 0]);
  });

  it('are made anew for another catalogue', () => {
    const shop = new TestShop();
    shop.put({ brand: 'b' });
    const other = new TestShop();
    other.put({ brand: 'c' });
    other.put({ brand: 'b' });
    topListsOf(shop.shop());
    const { popularity } = shop;
    expect(Array.from(topListsOf({ ...other.shop(), popularity }).of('brand', 1, NOW))).toEqual([0]);
  });

  it('hold three hundred items at most', () => {
    const shop = new TestShop();
    for (let i = 0; i < 400; i++) shop.put({ brand: 'b' });
    expect(topListsOf(shop.shop()).of('brand', 1, NOW)).toHaveLength(300);
  });
});
