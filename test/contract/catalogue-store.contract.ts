import fc from 'fast-check';
import { type CatalogueStore, type ItemToStore } from '../../src/ports/catalogue-store.js';
import { type Notices } from '../../src/ports/notices.js';
import { eventually } from '../support/eventually.js';
import { anyItem, byId, itemToStore, readAll } from './item-fixtures.js';

export interface CatalogueStoreUnderTest {
  /** Opens a store on the same data, as another process would. */
  open: () => CatalogueStore;
  notices: Notices;
  close: () => Promise<void>;
}

/** What every catalogue store has to do. `make` gives one that is empty and reads the time from `clock`. */
export function catalogueStoreContract(name: string, make: (clock: () => number) => Promise<CatalogueStoreUnderTest>): void {
  describe(`catalogue store: ${name}`, () => {
    let now = 1_000;
    let made: CatalogueStoreUnderTest;
    let store: CatalogueStore;

    beforeEach(async () => {
      now = 1_000;
      made = await make(() => now);
      store = made.open();
    });
    afterEach(() => made.close());

    const itemOf = async (id: string) => byId(await readAll(store)).get(id);

    describe('upsert', () => {
      it('is empty at revision 0 before the first', async () => {
        expect(await store.revision()).toBe(0);
        expect(await store.changesSince(0, 10)).toEqual({ revision: 0, items: [], names: [] });
      });

      it('numbers items from 0 and names from 1 in the order given', async () => {
        await store.upsert([
          itemToStore('p', { brand: 'B', creatorId: 'C' }),
          itemToStore('q', { categories: ['home', 'chairs'], brand: 'B' }),
        ]);
        const { items, names } = await readAll(made.open());
        expect(items.map(({ no, categoryNos, brandNo, creatorNo }) => [no, categoryNos, brandNo, creatorNo])).toEqual([
          [0, [1, 2], 1, 1],
          [1, [1, 3], 1, 0],
        ]);
        const categories = names.filter(({ kind }) => kind === 'category').sort((a, b) => a.no - b.no);
        expect(categories.map(({ no, name }) => `${no} ${name}`)).toEqual(['1 home', '2 lamps', '3 chairs']);
        expect(names.filter(({ kind }) => kind !== 'category')).toHaveLength(2);
      });

      it('replaces an item whole, the last of several with one id winning', async () => {
        await store.upsert([itemToStore('p', { price: 5, labels: ['sale'], stock: 3 })]);
        await store.upsert([itemToStore('p', { title: 'first' }), itemToStore('q'), itemToStore('p', { title: 'last' })]);
        expect(await itemOf('p')).toMatchObject({ no: 0, item: { title: 'last', price: null, labels: [], stock: null } });
        expect(await itemOf('q')).toMatchObject({ no: 1 });
      });

      it('keeps the time when an item was first seen, and takes the one that is given', async () => {
        await store.upsert([itemToStore('p')]);
        now = 2_000;
        await store.upsert([itemToStore('p', { title: 'new' }), itemToStore('q', { createdAt: -5 })]);
        expect((await itemOf('p'))?.item).toMatchObject({ title: 'new', createdAt: 1_000 });
        expect((await itemOf('q'))?.item.createdAt).toBe(-5);
      });

      it('brings a removed item back under its number', async () => {
        await store.upsert([itemToStore('p'), itemToStore('q')]);
        await store.remove(['p']);
        expect(await itemOf('p')).toMatchObject({ no: 0, removed: true });
        await store.upsert([itemToStore('p')]);
        expect(await itemOf('p')).toMatchObject({ no: 0, removed: false });
      });

      it('gives back any item as it was written', async () => {
        const reader = made.open();
        let from = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(anyItem, { minLength: 1, maxLength: 8 }), async (items) => {
            await store.upsert(items);
            from = (await readAll(reader, from, 3)).revision;
            const rows = byId(await readAll(reader));
            for (const item of new Map(items.map((given) => [given.id, given])).values()) {
              const { item: kept, removed, categoryNos } = rows.get(item.id)!;
              expect({ ...kept, createdAt: item.createdAt === null ? null : kept.createdAt }).toEqual(item);
              expect([removed, categoryNos.length]).toEqual([false, item.categories.length]);
            }
            expect([...rows.values()].map(({ no }) => no).sort((a, b) => a - b)).toEqual([...rows.keys()].map((_, no) => no));
          }),
          { numRuns: 40, seed: 7 },
        );
      });

      it('makes all of a call or nothing, and gives the numbers of what failed to the next', async () => {
        const refused: ItemToStore = itemToStore('bad', { title: 'no text holds \0' });
        const results = await Promise.allSettled([
          store.upsert([itemToStore('o', { categories: ['first'] })]), // while this is written, the others wait and are gathered
          store.upsert([itemToStore('p', { categories: ['second'] })]),
          store.upsert([itemToStore('x', { categories: ['gone'] }), refused]),
          store.upsert([itemToStore('q', { categories: ['third'] })]),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
        const { items, names } = await readAll(made.open());
        expect(items.map(({ no, item, categoryNos }) => [no, item.id, categoryNos])).toEqual([
          [0, 'o', [1]],
          [1, 'p', [2]],
          [2, 'q', [3]],
        ]);
        expect(names.map(({ name: text }) => text)).toEqual(['first', 'second', 'third']);
      });
    });

    describe('patch', () => {
      beforeEach(() =>
        store.upsert([itemToStore('p', { stock: 3, price: 9, labels: ['a'], availableUntil: 50, imageUrl: 'i' }), itemToStore('gone')]),
      );

      it('changes what is given, clears what is null and says which items there are', async () => {
        await store.remove(['gone']);
        expect(
          await store.patch([
            { id: 'p', stock: 0, availableUntil: null },
            { id: 'unknown', stock: 1 },
            { id: 'gone', stock: 1 },
          ]),
        ).toEqual([true, false, false]);
        expect((await itemOf('p'))?.item).toMatchObject({
          stock: 0,
          price: 9,
          labels: ['a'],
          availableUntil: null,
          imageUrl: 'i',
          commercial: false,
        });
      });

      it('adds up several patches of one item in their order', async () => {
        expect(
          await store.patch([
            { id: 'p', stock: 1, labels: [] },
            { id: 'p', stock: undefined, commercial: true },
            { id: 'p', price: null },
          ]),
        ).toEqual([true, true, true]);
        expect((await itemOf('p'))?.item).toMatchObject({ stock: 1, labels: [], commercial: true, price: null });
      });
    });

    describe('remove', () => {
      it('takes items away once and says each time which there were', async () => {
        await store.upsert([itemToStore('p'), itemToStore('q')]);
        expect(await store.remove(['q', 'unknown', 'q'])).toEqual([true, false, true]);
        const { revision } = await readAll(store);
        expect(await store.remove(['q'])).toEqual([true]);
        expect((await store.changesSince(revision, 10)).items).toEqual([]);
        expect((await itemOf('q'))?.removed).toBe(true);
      });

      it('takes what no call has written since a revision, also when that call changed nothing', async () => {
        await store.upsert(['a', 'b', 'c', 'd'].map((id) => itemToStore(id)));
        const since = await store.revision();
        await store.upsert([itemToStore('a'), itemToStore('e')]);
        await store.patch([{ id: 'b', stock: null }]);
        expect(await store.removeNotWrittenSince(since)).toBe(2);
        const rows = [...byId(await readAll(made.open())).values()];
        expect(rows.filter(({ removed }) => removed).map(({ item }) => item.id)).toEqual(['c', 'd']);
        expect(await store.removeNotWrittenSince(since)).toBe(0);
      });
    });

    describe('changes', () => {
      it('holds back what was written again without a difference', async () => {
        await store.upsert([itemToStore('p'), itemToStore('q')]);
        const { revision } = await readAll(store);
        await store.upsert([itemToStore('p'), itemToStore('q', { stock: 1 })]);
        const { items } = await store.changesSince(revision, 10);
        expect(items.map(({ item }) => item.id)).toEqual(['q']);
      });

      it('loses nothing between two answers, however few items one may hold', async () => {
        const ids = Array.from({ length: 25 }, (_, i) => `item-${i}`);
        await store.upsert(ids.map((id) => itemToStore(id, { categories: [`about-${id}`] })));
        for (const limit of [1, 4, 25, 26]) {
          const reader = made.open();
          const { items, names } = await readAll(reader, 0, limit);
          expect(items.map(({ item }) => item.id)).toEqual(ids);
          expect(names).toHaveLength(25);
        }
      });

      it('gives every name no later than the first item that has it', async () => {
        for (let i = 0; i < 6; i++)
          await store.upsert([itemToStore(`p${i}`, { brand: `b${i}` }), itemToStore(`q${i}`, { brand: `b${i}` })]);
        const known = new Set<number>([0]);
        let revision = 0;
        for (let asked = 0; asked < 12; asked++) {
          const changes = await store.changesSince(revision, 1);
          revision = changes.revision;
          for (const { kind, no } of changes.names) if (kind === 'brand') known.add(no);
          for (const { brandNo } of changes.items) expect(known.has(brandNo)).toBe(true);
        }
        expect(known.size).toBe(7);
      });

      it('announces every change', async () => {
        let heard = 0;
        made.notices.subscribe('catalogue', () => heard++);
        await store.upsert([itemToStore('p')]);
        await eventually(() => expect(heard).toBe(1));
        await store.patch([{ id: 'p', stock: 4 }]);
        await eventually(() => expect(heard).toBe(2));
        await store.remove(['p']);
        await eventually(() => expect(heard).toBe(3));
      });
    });

    it('stays whole when two processes write the same new items at once while a third reads', async () => {
      const [one, two, reader] = [made.open(), made.open(), made.open()];
      const ROUNDS = 12;
      const batch = (process: number, round: number) =>
        Array.from({ length: 40 }, (_, k) => {
          const i = (process === 0 ? k : 39 - k) + round * 20; // half of every batch is in the next one too, and both processes send all
          return itemToStore(`item-${i}`, {
            categories: [`root-${i % 5}`, `leaf-${i % 50}`],
            brand: `brand-${i % 30}`,
            price: process + round,
          });
        });
      const writing = [one, two].map(async (writer, process) => {
        for (let round = 0; round < ROUNDS; round++)
          await Promise.all([writer.upsert(batch(process, round)), writer.patch([{ id: 'item-0', stock: round }])]);
      });
      const followed = new Map<string, number>();
      let revision = 0;
      const follow = async () => {
        const changes = await readAll(reader, revision, 7);
        revision = changes.revision;
        for (const { item } of changes.items) followed.set(item.id, item.price!);
      };
      const done = Promise.all(writing);
      let isWriting = true;
      void done.finally(() => (isWriting = false)).catch(() => undefined);
      while (isWriting) await follow();
      await done;
      await follow();

      const { items, names } = await readAll(made.open());
      expect(items.map(({ no }) => no).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 * ROUNDS + 20 }, (_, no) => no));
      for (const kind of ['category', 'brand'] as const) {
        const numbers = names.filter((entry) => entry.kind === kind).map(({ no }) => no);
        expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, k) => k + 1));
      }
      const nameOf = new Map(names.map(({ kind, no, name: text }) => [`${kind} ${no}`, text]));
      for (const { item, categoryNos, brandNo } of items) {
        expect(categoryNos.map((no) => nameOf.get(`category ${no}`))).toEqual(item.categories);
        expect(nameOf.get(`brand ${brandNo}`)).toBe(item.brand);
      }
      expect(followed).toEqual(new Map(items.map(({ item }) => [item.id, item.price])));
    });
  });
}
