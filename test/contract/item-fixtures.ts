import fc from 'fast-check';
import { CONTENT_STYLES, ITEM_KINDS, type NumberedItem, PLAIN_ITEM } from '../../src/core/item.js';
import { type CatalogueChanges, type CatalogueStore, type ItemToStore } from '../../src/ports/catalogue-store.js';

/** A plain product; `given` says what is different. */
export const itemToStore = (id: string, given: Partial<ItemToStore> = {}): ItemToStore => ({
  ...PLAIN_ITEM,
  id,
  title: `The ${id}`,
  categories: ['home', 'lamps'],
  createdAt: null,
  ...given,
});

const AWKWARD = ['', '{}', 'NULL', 'null', '"', "'", '\\', '{a,b}', ' ', '中文', '👩‍👩‍👧', 'é', '\u202eltr', '__proto__'];
const text = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0')),
);
const time = fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

/** Any item that the checks of the core let pass, with few different ids, so that items are replaced as well as added. */
export const anyItem: fc.Arbitrary<ItemToStore> = fc.record({
  id: fc.oneof(
    fc.constantFrom('a', 'b', 'c'),
    text.filter((value) => value !== ''),
  ),
  kind: fc.constantFrom(...ITEM_KINDS),
  title: text,
  categories: fc.array(text, { minLength: 1, maxLength: 8 }),
  brand: orNull(text),
  creatorId: orNull(text),
  price: orNull(fc.double({ min: 0, max: 1e12, noNaN: true })),
  currency: orNull(text),
  stock: orNull(fc.maxSafeNat()),
  labels: fc.array(text, { maxLength: 4 }),
  style: orNull(fc.constantFrom(...CONTENT_STYLES)),
  commercial: fc.boolean(),
  aiGenerated: fc.boolean(),
  productIds: fc.array(text, { maxLength: 4 }),
  regions: fc.array(text, { maxLength: 4 }),
  geohash: orNull(text),
  minAge: orNull(fc.nat(120)),
  durationMs: orNull(fc.maxSafeNat()),
  repurchaseDays: orNull(fc.nat(3650)),
  imageUrl: orNull(text),
  createdAt: orNull(time),
  availableUntil: orNull(time),
});

/** All that a reader gets who asks from a revision on and goes on until there is no more. */
export async function readAll(store: CatalogueStore, from = 0, limit = 1_000): Promise<CatalogueChanges> {
  const all: CatalogueChanges = { revision: from, items: [], names: [] };
  for (;;) {
    const changes = await store.changesSince(all.revision, limit);
    all.revision = changes.revision;
    all.items.push(...changes.items);
    all.names.push(...changes.names);
    if (changes.items.length < limit) return all;
  }
}

/** The latest row of every item, by id. */
export const byId = ({ items }: CatalogueChanges): Map<string, NumberedItem> => new Map(items.map((row) => [row.item.id, row]));
