import fc from 'fast-check';
import { Catalogue } from '../../../src/core/candidates/catalogue.js';
import { decodeGeohash } from '../../../src/core/candidates/geohash.js';
import { CONTENT_STYLES, ITEM_KINDS, type Item, type NameKind, type NumberedItem } from '../../../src/core/item.js';

const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });
const name = fc.constantFrom('tea', '红茶', 'lamps', 'café', 'all');
const texts = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 4 });

const items: fc.Arbitrary<Item> = fc.record({
  id: fc.constantFrom('a', 'b', '丙', 'd', 'e', 'f'),
  kind: fc.constantFrom(...ITEM_KINDS),
  title: fc.string({ unit: 'grapheme', maxLength: 100 }),
  categories: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
  brand: orNull(name),
  creatorId: orNull(name),
  price: orNull(fc.double({ min: 0, max: 1e12, noNaN: true })),
  currency: orNull(fc.constantFrom('CNY', 'EUR')),
  stock: orNull(fc.nat(1_000_000_000)),
  labels: texts,
  style: orNull(fc.constantFrom(...CONTENT_STYLES)),
  commercial: fc.boolean(),
  aiGenerated: fc.boolean(),
  productIds: fc.uniqueArray(fc.constantFrom('a', 'b', '丙', 'd', 'never seen'), { maxLength: 3 }),
  regions: fc.uniqueArray(fc.constantFrom('CN', 'DE', 'FR'), { maxLength: 3 }),
  geohash: orNull(fc.constantFrom('wx4g0', 'u33dc0', 'z')),
  minAge: orNull(fc.nat(120)),
  durationMs: orNull(fc.maxSafeNat()),
  repurchaseDays: orNull(fc.nat(3650)),
  imageUrl: orNull(fc.webUrl()),
  createdAt: fc.nat(2e12 / 1000).map((seconds) => seconds * 1000),
  availableUntil: orNull(fc.nat(2_000_000_000)),
});

/** The same as a catalogue, of plain rows. */
class PlainCatalogue {
  readonly rows: NumberedItem[] = [];
  private readonly names: Record<NameKind, string[]> = { category: [''], brand: [''], creator: [''] };

  put(item: Item, removed: boolean): NumberedItem {
    const known = this.rows.findIndex((row) => row.item.id === item.id);
    const no = known < 0 ? this.rows.length : known;
    const categoryNos = item.categories.map((each) => this.number('category', each));
    const [brandNo, creatorNo] = [this.number('brand', item.brand), this.number('creator', item.creatorId)];
    return (this.rows[no] = { no, item, categoryNos, brandNo, creatorNo, removed });
  }
  private number(kind: NameKind, given: string | null): number {
    if (given === null) return 0;
    const names = this.names[kind];
    return names.includes(given) ? names.indexOf(given) : names.push(given) - 1;
  }
  under(nosOf: (row: NumberedItem) => number[], nameNo: number): number[] {
    return this.rows.filter((row) => nosOf(row).includes(nameNo)).map(({ no }) => no);
  }
  about(id: string): number[] {
    return this.rows.filter(({ item, removed }) => !removed && item.kind !== 'PRODUCT' && item.productIds.includes(id)).map(({ no }) => no);
  }
}

describe('Catalogue', () => {
  it('tells of every item what plain rows would, whatever is put in, changed and removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(items, fc.boolean()), { maxLength: 40 }), (puts) => {
        const [catalogue, plain] = [new Catalogue(), new PlainCatalogue()];
        for (const [item, removed] of puts) catalogue.put(plain.put(item, removed));
        expect([catalogue.size, catalogue.live]).toEqual([plain.rows.length, plain.rows.filter(({ removed }) => !removed).length]);
        for (const row of plain.rows) expectSame(catalogue, row);
        expect([catalogue.no('never seen'), catalogue.row(plain.rows.length), catalogue.has(-1)]).toEqual([undefined, undefined, false]);
        for (let no = 1; no <= 5; no++) {
          expect(Array.from(catalogue.itemsOf.category.of(no))).toEqual(plain.under(({ categoryNos }) => categoryNos, no));
          expect(Array.from(catalogue.itemsOf.creator.of(no))).toEqual(plain.under(({ creatorNo }) => [creatorNo], no));
        }
        for (const id of ['a', 'never seen']) expect(Array.from(catalogue.links.of(id))).toEqual(plain.about(id));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a row for the next who asks until the item is put in again', () => {
    const [catalogue, plain] = [new Catalogue(), new PlainCatalogue()];
    const [item] = fc.sample(items, { seed: 1, numRuns: 1 });
    catalogue.put(plain.put(item, false));
    const before = catalogue.item(0);
    expect(catalogue.item(0)).toBe(before);
    catalogue.put(plain.put({ ...item, title: 'another' }, false));
    expect([catalogue.item(0).title, catalogue.editions[0]]).toEqual(['another', 2]);
  });
});

function expectSame(catalogue: Catalogue, row: NumberedItem): void {
  const { no, item } = row;
  expect(catalogue.row(no)).toEqual(row);
  expect([catalogue.no(item.id), catalogue.idOf(no), catalogue.titleOf(no)]).toEqual([no, item.id, item.title]);
  expect([catalogue.creatorIdOf(no), catalogue.categoriesOf(no), catalogue.regionsOf(no)]).toEqual([
    item.creatorId,
    row.categoryNos,
    item.regions,
  ]);
  expect(catalogue.placeOf(no)).toEqual(item.geohash === null ? null : decodeGeohash(item.geohash));
}
