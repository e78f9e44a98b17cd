import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPostgresExposureExports } from '../../src/adapters/postgres/exposure-exports.js';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { dropOldPartitions, ensurePartitions } from '../../src/adapters/postgres/partitions.js';
import { createExports } from '../../src/app/exports.js';
import { exposureId, type Page } from '../../src/core/exposures/exposure.js';
import { type SampledPool } from '../../src/core/exposures/pool.js';
import { unknownPerson } from '../../src/core/privacy/person.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { DAY_MS, HOUR_MS } from '../../src/core/time.js';
import { type ExportRange } from '../../src/ports/exposure-exports.js';
import { NOW, someEvent } from '../contract/arbitrary-events.js';
import { feedIdAt, fullPage, somePage, somePlaced } from '../contract/arbitrary-pages.js';
import { kept } from '../contract/exposure-log.contract.js';
import { TestShop } from '../core/shop-fixture.js';
import { keptLog } from '../support/kept-log.js';
import { killWhoWaits, openTestDatabase, type OpenTestDatabase } from './postgres-logs.js';

const somePool = (fields: Partial<SampledPool> = {}): SampledPool => ({
  itemNos: Uint32Array.of(103, 101, 4_000_000_000),
  sources: Uint16Array.of(1, 512, 1023),
  features: Float32Array.from({ length: 9 }, (_, i) => i / 3),
  scores: Float64Array.of(0.3, 0.1, -1e300),
  removed: [
    { itemNo: 7, component: 'in-stock' },
    { itemNo: 9, component: 'bought' },
    { itemNo: 8, component: 'in-stock' },
  ],
  samplingRate: 0.25,
  inputs: null,
  ...fields,
});

/** Bytes of the heap that something still holds. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

async function collected<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

describe('exports from PostgreSQL', () => {
  let database: OpenTestDatabase;
  let now = NOW;
  const clock = () => now;
  const range = (fields: Partial<ExportRange> = {}): ExportRange => ({ from: 0, to: NOW + 90 * DAY_MS, surface: null, asOf: now + 1, ...fields }); // prettier-ignore
  const open = () => {
    const logs = { pool: database.pool, clock, retentionDays: 400 };
    return { log: createPostgresExposureLog(logs), ledger: createPostgresLedger(logs), exports: createPostgresExposureExports(logs) };
  };
  beforeEach(async () => {
    now = NOW;
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  it('give pages back as they were served, by day of receipt, writer and place, past any size of batch', async () => {
    const { log, exports } = open();
    const other = open();
    const served: Page[] = [];
    for (let day = 0; day < 2; day++) {
      now = NOW + day * DAY_MS;
      for (const one of [log, other.log])
        for (let i = 0; i < 30; i++) {
          const page = fullPage({ feedId: feedIdAt(now), servedAt: now });
          await kept(one, page);
          served.push(page);
        }
    }
    const found = await collected(exports.pages(range()));
    expect(found.map(({ page }) => page)).toEqual(served);
    expect((await collected(exports.pages(range({ asOf: NOW + DAY_MS })))).length).toBe(60);
    expect((await collected(exports.pages(range({ from: NOW + DAY_MS })))).length).toBe(60);
    expect((await collected(exports.pages(range({ to: NOW + 1, surface: 'home' })))).length).toBe(60);
    expect(await collected(exports.pages(range({ surface: 'cart' })))).toEqual([]);
  });

  it('leave out pages of nobody and of users who were erased', async () => {
    const { log, exports } = open();
    await kept(log, somePage({ userId: null }));
    const erased = await kept(log, somePage({ userId: 'gone' }));
    await kept(log, somePage());
    await log.append(somePage({ userId: null }), undefined, somePool());
    await database.pool.query('UPDATE exposure_pages SET user_id = NULL WHERE feed_id = $1', [erased.feedId]);
    expect((await collected(exports.pages(range()))).map(({ page }) => page.userId)).toEqual(['ann']);
    expect(await collected(exports.pools(range()))).toEqual([]);
  });

  it('give outcomes with the refunds of their orders, as far as they were received in time', async () => {
    const { log, ledger, exports } = open();
    const [first, second] = [await kept(log, somePage()), await kept(log, somePage())];
    const [sold, later] = [exposureId(first.feedId, 1), exposureId(second.feedId, 1)];
    const attributed = { attribution: 'ATTRIBUTED', itemId: 'item-101', itemNo: 101 } as const;
    const order = { ...attributed, orderId: 'o', quantity: 1 };
    await ledger.append([
      someEvent({ ...attributed, type: 'CLICK', exposureId: sold, occurredAt: NOW + 1 }),
      someEvent({ ...order, type: 'PURCHASE', exposureId: sold, occurredAt: NOW + 2 }),
      someEvent({ type: 'CLICK', exposureId: sold, attribution: 'ORPHAN', userId: 'bob' }),
      // The refund is attributed to a later exposure of the same item, its order to the first.
      someEvent({ ...order, type: 'REFUND', exposureId: later, occurredAt: NOW + 4, receivedAt: NOW + 4 }),
      someEvent({ ...order, type: 'REFUND', orderId: 'another', attribution: 'UNATTRIBUTED', receivedAt: NOW + 4 }),
      someEvent({ ...order, type: 'REFUND', userId: 'bob', attribution: 'UNATTRIBUTED', receivedAt: NOW + 4 }),
    ]);
    const outcomes = async (asOf: number): Promise<string[][]> =>
      (await collected(exports.pages(range({ asOf })))).map((entry) => entry.outcomes.map(({ exposureId: id, type }) => `${type} ${id}`));
    expect(await outcomes(NOW + 4)).toEqual([[`CLICK ${sold}`, `PURCHASE ${sold}`], []]);
    expect(await outcomes(NOW + 5)).toEqual([[`CLICK ${sold}`, `PURCHASE ${sold}`, `REFUND ${sold}`], [`REFUND ${later}`]]);
  });

  it('give pools back as they were, or no pool where none was given', async () => {
    const { log, exports } = open();
    const pool = somePool();
    const empty = somePool({ itemNos: new Uint32Array(0), sources: new Uint16Array(0), features: new Float32Array(0), scores: new Float64Array(0), removed: [] }); // prettier-ignore
    const pages = [somePage(), somePage(), fullPage()];
    await Promise.all([log.append(pages[0], undefined, pool), log.append(pages[1]), log.append(pages[2], undefined, empty)]);
    const found = await collected(exports.pools(range()));
    expect(found.map(({ pool }) => pool)).toEqual([pool, empty]);
    expect(found.map(({ page }) => page)).toEqual([pages[0], pages[2]].map((page) => ({ ...page, features: new Float32Array(0) })));
    expect(await collected(exports.pages(range()))).toHaveLength(3);
    expect(await log.verify()).toBeNull();
  });

  it('keep a pool with its page or not at all', async () => {
    const { log, exports } = open();
    const claim = { requestId: 'r', inputHash: 'input', answer: 'answer' };
    const first = somePage();
    expect(await log.append(first, claim, somePool())).toMatchObject({ status: 'appended' });
    expect(await log.append(somePage(), claim, somePool())).toEqual({ status: 'replay', answer: 'answer' });
    await expect(log.append(somePage({ feedId: first.feedId, pageNo: 1 }), undefined, somePool())).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect((await collected(exports.pools(range()))).map(({ page }) => page.feedId)).toEqual([first.feedId]);
    expect((await database.pool.query('SELECT FROM exposure_pools')).rowCount).toBe(1);
  });

  it('hold pools by the day, and drop them with it', async () => {
    const { log } = open();
    await ensurePartitions(database.pool, NOW);
    await log.append(somePage(), undefined, somePool());
    const places = await database.pool.query<{ place: string }>('SELECT tableoid::regclass::text AS place FROM exposure_pools');
    expect(places.rows).toEqual([{ place: 'exposure_pools_20261122' }]);
    await dropOldPartitions(database.pool, NOW + 3 * DAY_MS, 1);
    expect((await database.pool.query('SELECT FROM exposure_pools')).rowCount).toBe(0);
  });

  const log = keptLog();
  const appExports = () => {
    const { exports, ledger, log: exposureLog } = open();
    return createExports({
      exposureExports: exports,
      ledger,
      exposureLog,
      settings: { version: () => Promise.reject(new Error('no settings here')) },
      timeZone: 'UTC',
      currency: 'CNY',
      index: { shop: new TestShop().shop() },
      people: {
        many: (ids) => Promise.resolve(new Map([...ids].map((id) => [id, unknownPerson(id)]))),
        purposesOf: () => new Set(PURPOSES),
      },
      purposes: new Set(PURPOSES),
      clock,
      pseudonym: (userId) => `someone-${userId.length}`,
      log,
    });
  };

  it('hold only what is mature when that is asked for: seven days after serving', async () => {
    const { log } = open();
    await kept(log, somePage());
    const count = async (): Promise<number> => {
      const asOf = new Date(now).toISOString();
      let lines = 0;
      for await (const piece of appExports().exportExposures({ asOf, matureOnly: 'true' }).pieces) lines += piece.split('\n').length - 1;
      return lines;
    };
    now = NOW + 7 * DAY_MS - 1;
    expect(await count()).toBe(0);
    now = NOW + 7 * DAY_MS;
    expect(await count()).toBe(3);
  });

  it('say how far a user was taken for a person by then, the same whenever it is asked', async () => {
    const { log, ledger } = open();
    await kept(log, somePage());
    const clicks = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) =>
        someEvent({ type: 'VIEW', itemId: 'item-101', itemNo: 101, occurredAt: NOW + i * 1_000, receivedAt: from + i }),
      );
    await ledger.append(clicks(NOW + 1, 19));
    const judgedAt = async (asOf: number): Promise<number> => {
      let text = '';
      for await (const piece of appExports().exportExposures({ asOf: new Date(asOf).toISOString() }).pieces) text += piece;
      return (JSON.parse(text.split('\n')[0]) as { authenticity: number }).authenticity;
    };
    now = NOW + HOUR_MS;
    expect(await judgedAt(NOW + 1_000)).toBe(0.5);
    // A view of one thing every second, four hundred times: no person.
    await ledger.append(clicks(NOW + 2_000, 400));
    expect(await judgedAt(NOW + 1_000)).toBe(0.5);
    expect(await judgedAt(NOW + 10_000)).toBeLessThan(0.3);
  });

  it('are cut off and told of when the store goes away on the way', async () => {
    const served = open();
    for (let i = 0; i < 60; i++) await kept(served.log, somePage());
    now = NOW + HOUR_MS;
    const read = appExports().exportExposures({}).pieces[Symbol.asyncIterator]();
    await read.next();
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN; LOCK TABLE exposure_pages IN ACCESS EXCLUSIVE MODE');
    const rest = (async () => {
      while (!(await read.next()).done);
    })();
    const cut = expect(rest).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await killWhoWaits(database.pool);
    await cut;
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(JSON.stringify(log.lines)).toContain('an export was cut off');
  });

  it('keep memory flat over 20,000 exposures, and read no further than they are read', async () => {
    const { log } = open();
    const placed = Array.from({ length: 50 }, (_, i) => somePlaced(i + 1));
    const featureNames = Array.from({ length: 40 }, (_, i) => `f${i}@1`);
    for (let batch = 0; batch < 20; batch++)
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          kept(log, somePage({ userId: `user-${i}`, placed, featureNames, features: new Float32Array(50 * 40).fill(1 / 3) })),
        ),
      );
    now = NOW + HOUR_MS;
    let bytes = 0;
    let lines = 0;
    const heaps: number[] = [];
    for await (const piece of appExports().exportExposures({}).pieces) {
      bytes += piece.length;
      lines += piece.split('\n').length - 1;
      if (lines % 2_500 === 0) heaps.push(heapInUse());
    }
    expect(lines).toBe(20_000);
    expect(bytes).toBeGreaterThan(20_000 * 1_000);
    // All lines together are ten times as much.
    expect(Math.max(...heaps.slice(1)) - heaps[1]).toBeLessThan(bytes / 10);

    let queries = 0;
    const counting = new Proxy(database.pool, {
      get: (pool, name) =>
        name === 'query' ? (...args: [string]) => (queries++, pool.query(...args)) : (Reflect.get(pool, name) as unknown),
    });
    const reader = createPostgresExposureExports({ pool: counting, clock, retentionDays: 400 }).pages(range({ asOf: now }))[Symbol.asyncIterator](); // prettier-ignore
    await reader.next();
    const before = queries;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(queries).toBe(before);
    await reader.return?.();
  }, 60_000);
});
