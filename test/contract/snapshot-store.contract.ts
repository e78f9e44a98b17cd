import { type SnapshotStore } from '../../src/ports/snapshot-store.js';

/** What every snapshot store has to do. `open` opens a store on data that all stores of one suite share. */
export function snapshotStoreContract(name: string, open: () => SnapshotStore): void {
  describe(`snapshot store: ${name}`, () => {
    const bytes = (map: Map<string, Uint8Array>) => new Map([...map].map(([id, state]) => [id, [...state]]));

    it('gives back what was saved last, and nothing for others', async () => {
      await open().save(
        new Map([
          ['a', Uint8Array.of(0, 255, 10, 92)],
          ['b', new Uint8Array(0)],
        ]),
      );
      await open().save(new Map([['a', Uint8Array.of(7)]]));
      expect(bytes(await open().load(['a', 'b', 'c']))).toEqual(
        new Map([
          ['a', [7]],
          ['b', []],
        ]),
      );
      expect(await open().load([])).toEqual(new Map());
    });

    it('does nothing for an empty map', async () => {
      await expect(open().save(new Map())).resolves.toBeUndefined();
    });

    it('saves a view of a larger buffer as the view', async () => {
      await open().save(new Map([['view', new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3)]]));
      expect(bytes(await open().load(['view'])).get('view')).toEqual([2, 3]);
    });

    it('saves thousands of states and states of megabytes in one call', async () => {
      const states = new Map(Array.from({ length: 2_500 }, (_, i) => [`many-${i}`, Uint8Array.of(i & 255, i >> 8)]));
      const large = new Uint8Array(5_000_000);
      for (let i = 0; i < large.length; i++) large[i] = i * 31 + (i >> 8);
      states.set('large-1', large).set('large-2', large.slice(1));
      await open().save(states);
      const kept = await open().load([...states.keys()]);
      expect(kept.size).toBe(states.size);
      for (const [id, state] of states) expect(Buffer.compare(kept.get(id)!, state)).toBe(0);
    });

    it('takes the same users from several processes at once', async () => {
      const ids = Array.from({ length: 300 }, (_, i) => `both-${i}`);
      const saves = [ids, [...ids].reverse(), ids].map((order, process) =>
        open().save(new Map(order.map((id) => [id, Uint8Array.of(process)]))),
      );
      await Promise.all(saves);
      expect((await open().load(ids)).size).toBe(300);
    });
  });
}
