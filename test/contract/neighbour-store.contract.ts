import { type Neighbours } from '../../src/core/candidates/neighbours.js';
import { seededRandom } from '../../src/core/random.js';
import { type NeighbourStore } from '../../src/ports/neighbour-store.js';
import { type Notices } from '../../src/ports/notices.js';
import { eventually } from '../support/eventually.js';

/** A table of `items` rows with `each` neighbours, of random strengths. */
function table(items: number, each: number, builtAt: number): Neighbours {
  const random = seededRandom(builtAt);
  return {
    builtAt,
    offsets: Uint32Array.from({ length: items + 1 }, (_, no) => no * each),
    items: Uint32Array.from({ length: items * each }, () => Math.floor(random() * items)),
    weights: Float32Array.from({ length: items * each }, random),
  };
}

export interface NeighbourStoreUnderTest {
  /** Opens a store on the same, empty data, as another process would. */
  open: () => NeighbourStore;
  notices: Notices;
  close: () => Promise<void>;
}

/** What every store of neighbour tables has to do. */
export function neighbourStoreContract(name: string, make: () => Promise<NeighbourStoreUnderTest>): void {
  describe(`neighbour store: ${name}`, () => {
    let made: NeighbourStoreUnderTest;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.close());

    it('has no table before the first', async () => {
      expect(await made.open().latest('SIMILAR')).toBeNull();
    });

    it('gives back the latest table of each relation, also an empty one', async () => {
      const [one, two, none] = [table(3, 2, 1), table(50, 4, 2), table(0, 0, 3)];
      await made.open().publish('SIMILAR', one);
      await made.open().publish('SIMILAR', two);
      await made.open().publish('BOUGHT_TOGETHER', none);
      expect(await made.open().latest('SIMILAR')).toEqual(two);
      expect(await made.open().latest('BOUGHT_TOGETHER')).toEqual(none);
    });

    it('reads no table again that it gave out, until there is a later one, of the same time too', async () => {
      const store = made.open();
      expect(await store.latest('SIMILAR', null)).toBeNull();
      await store.publish('SIMILAR', table(3, 2, 1));
      const first = await store.latest('SIMILAR', null);
      expect(await store.latest('SIMILAR', first)).toBe(first);
      await made.open().publish('SIMILAR', { ...table(4, 2, 2), builtAt: 1 });
      const second = await store.latest('SIMILAR', first);
      expect(second).toEqual({ ...table(4, 2, 2), builtAt: 1 });
      expect(await store.latest('SIMILAR', table(4, 2, 2))).toEqual(second);
    });

    it('holds tables of many megabytes and views of larger arrays', async () => {
      const large = table(30_000, 20, 9); // 600,000 pairs of 8 bytes
      await made
        .open()
        .publish('SIMILAR', { ...large, weights: large.weights.subarray(0), items: new Uint32Array([0, ...large.items]).subarray(1) });
      const kept = await made.open().latest('SIMILAR');
      expect(Buffer.compare(Buffer.from(kept!.items.buffer), Buffer.from(large.items.buffer))).toBe(0);
      expect(Buffer.compare(Buffer.from(kept!.weights.buffer), Buffer.from(large.weights.buffer))).toBe(0);
    });

    it('gives a reader one whole table, however many are published meanwhile', async () => {
      const PAIRS = 600_000; // more than one row of bytes holds
      const uniform = (builtAt: number): Neighbours => ({
        builtAt,
        offsets: Uint32Array.of(0, PAIRS),
        items: new Uint32Array(PAIRS).fill(builtAt),
        weights: new Float32Array(PAIRS).fill(builtAt),
      });
      const store = made.open();
      await store.publish('SIMILAR', uniform(1));
      let publishing = true;
      const publish = async () => {
        for (let builtAt = 2; builtAt < 7; builtAt++) await made.open().publish('SIMILAR', uniform(builtAt));
        publishing = false;
      };
      const done = publish();
      while (publishing) {
        const { builtAt, items, weights } = (await store.latest('SIMILAR'))!;
        expect([items[0], items[PAIRS - 1], weights[0], weights[PAIRS - 1]]).toEqual([builtAt, builtAt, builtAt, builtAt]);
      }
      await done;
    });

    it('announces a new table', async () => {
      let heard = 0;
      made.notices.subscribe('neighbours', () => heard++);
      await made.open().publish('SIMILAR', table(1, 1, 1));
      await eventually(() => expect(heard).toBe(1));
    });
  });
}
