import { type BlockOrder } from '../../src/core/candidates/block-input.js';
import { type BlockStore } from '../../src/ports/block-store.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 1);

const order = (fields: Partial<BlockOrder> = {}): BlockOrder => ({
  target: 'brand',
  value: 'acme',
  level: 'REMOVE',
  reason: 'recalled',
  legalBasis: null,
  until: null,
  ...fields,
});
const by = { actor: 'olga', at: NOW, most: 100 };

/** What every store of blocks has to do; `open` gives one on empty data. */
export function blockStoreContract(name: string, open: () => BlockStore): void {
  describe(`block store: ${name}`, () => {
    it('keeps a block in force until it is lifted, and lifts it once', async () => {
      const store = open();
      const added = await store.add(order({ legalBasis: 'order 12' }), by);
      expect(added).toMatchObject({ target: 'brand', value: 'acme', by: 'olga', at: NOW, liftedAt: null, legalBasis: 'order 12' });
      expect(await store.inForce(NOW)).toEqual([added]);
      const lifted = await store.lift(added.id, { actor: 'olga', at: NOW + 1, reason: 'settled' });
      expect(lifted).toEqual({ ...added, liftedAt: NOW + 1 });
      expect(await store.lift(added.id, { actor: 'olga', at: NOW + 2, reason: 'again' })).toEqual(lifted);
      expect(await store.inForce(NOW)).toEqual([]);
      expect(await store.list({ active: false, now: NOW, first: 10 })).toEqual([lifted]);
    });

    it('is over at its end, which is not before', async () => {
      const store = open();
      const added = await store.add(order({ until: NOW + DAY }), by);
      expect(await store.inForce(NOW + DAY - 1)).toEqual([added]);
      expect(await store.inForce(NOW + DAY)).toEqual([]);
      expect(await store.list({ active: true, now: NOW + DAY, first: 10 })).toEqual([]);
    });

    it('lists the newest first', async () => {
      const store = open();
      for (const [i, value] of ['a', 'b', 'c'].entries()) await store.add(order({ value }), { ...by, at: NOW + i });
      expect((await store.list({ active: true, now: NOW, first: 2 })).map(({ value }) => value)).toEqual(['c', 'b']);
    });

    it('knows no block of another id, whatever its form', async () => {
      for (const id of ['', 'x', '01930000-0000-7000-8000-000000000000'])
        expect(await open().lift(id, { actor: 'olga', at: NOW, reason: 'r' })).toBeNull();
    });

    it('refuses more than there may be, also when they come at once', async () => {
      const store = open();
      const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map((value) => store.add(order({ value }), { ...by, most: 2 })));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
      for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CONFLICT' });
    });
  });
}
