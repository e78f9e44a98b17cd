import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { DAILY_TABLES, daysOf, dropOldPartitions, ensurePartitions } from '../../src/adapters/postgres/partitions.js';
import { emptyCursor } from '../../src/core/tags/cursor.js';
import { DAY_MS } from '../../src/core/time.js';
import { NOW, someEvent } from '../contract/arbitrary-events.js';
import { feedIdAt, fullPage } from '../contract/arbitrary-pages.js';
import { kept } from '../contract/exposure-log.contract.js';
import { acceptedOf } from '../contract/ledger.contract.js';
import { openTestDatabase, type OpenTestDatabase } from './postgres-logs.js';

describe('daily partitions', () => {
  let database: OpenTestDatabase;
  let now = NOW;
  const open = () => {
    const logs = { pool: database.pool, clock: () => now, retentionDays: 2 };
    return { ledger: createPostgresLedger(logs), exposureLog: createPostgresExposureLog(logs) };
  };
  beforeEach(async () => {
    now = NOW;
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  const placesOf = async (table: string): Promise<string[]> =>
    (
      await database.pool.query<{ place: string }>(`SELECT DISTINCT tableoid::regclass::text AS place FROM ${table} ORDER BY place`)
    ).rows.map(({ place }) => place);

  it('are made for today and two days ahead, once, whoever asks', async () => {
    await Promise.all([1, 2, 3].map(() => ensurePartitions(database.pool, NOW)));
    await ensurePartitions(database.pool, NOW + DAY_MS);
    for (const table of DAILY_TABLES)
      expect(await daysOf(database.pool, table)).toEqual(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25']);
  });

  it('take what came before they were there, and the chains stay sound', async () => {
    const { ledger, exposureLog } = open();
    const before = acceptedOf(await ledger.append([someEvent(), someEvent({ receivedAt: NOW - DAY_MS })]));
    const page = await kept(exposureLog, fullPage());
    expect(await placesOf('events')).toEqual(['events_default']);
    await ensurePartitions(database.pool, NOW);
    const after = acceptedOf(await ledger.append([someEvent()]));
    expect(await placesOf('events')).toEqual(['events_20261122', 'events_default']);
    expect(await placesOf('exposure_items')).toEqual(['exposure_items_20261122']);
    expect(await placesOf('exposure_products')).toEqual(['exposure_products_20261122']);
    expect(await ledger.eventsOfUser('ann', emptyCursor())).toEqual([before[1], before[0], ...after]);
    expect(await exposureLog.itemsOfFeed(page.feedId)).toHaveLength(3);
    expect(await ledger.verify()).toBeNull();
    expect(await exposureLog.verify()).toBeNull();
  });

  it('have the indexes of their table and keep features uncompressed', async () => {
    await ensurePartitions(database.pool, NOW);
    const { rows } = await database.pool.query<{ indexes: number }>(
      `SELECT count(*)::int AS indexes FROM pg_index WHERE indrelid IN ('events'::regclass, 'events_20261122'::regclass) GROUP BY indrelid`,
    );
    expect(rows[0].indexes).toBe(rows[1].indexes);
    const storage = await database.pool.query<{ attstorage: string }>(
      `SELECT attstorage FROM pg_attribute WHERE attrelid = 'exposure_pages_20261122'::regclass AND attname IN ('features', 'contributions')`,
    );
    expect(storage.rows.map(({ attstorage }) => attstorage)).toEqual(['e', 'e']);
  });

  it('are dropped after the retention with their chains, and ids of then may come again', async () => {
    const { ledger, exposureLog } = open();
    const old = [3, 2, 1, 0].map((age) => someEvent({ receivedAt: NOW - age * DAY_MS }));
    for (const [i, event] of old.entries()) {
      now = event.receivedAt;
      if (i > 0) await ensurePartitions(database.pool, now); // the first day stays in the default partition
      await ledger.append([event]);
      await kept(exposureLog, fullPage({ servedAt: now, feedId: feedIdAt(now) }));
    }
    await dropOldPartitions(database.pool, NOW, 1);
    expect((await ledger.eventsOfUser('ann', emptyCursor())).map(({ id }) => id)).toEqual(old.slice(2).map(({ id }) => id));
    expect(await exposureLog.pagesOfUser('ann', emptyCursor(), 0)).toHaveLength(2);
    expect((await database.pool.query('SELECT FROM exposure_products')).rowCount).toBe(4);
    expect((await daysOf(database.pool, 'events'))[0]).toBe('2026-11-21');
    expect(await ledger.verify()).toBeNull();
    expect(await exposureLog.verify()).toBeNull();
    expect((await ledger.append(old.map((event) => ({ ...event, receivedAt: NOW })))).map(({ status }) => status)).toEqual([
      'accepted',
      'accepted',
      'duplicate',
      'duplicate',
    ]);
  });

  it('that are older than the retention are not read although they are still there', async () => {
    const { ledger, exposureLog } = open();
    now = NOW - 5 * DAY_MS;
    await ledger.append([someEvent({ receivedAt: now })]);
    const page = await kept(exposureLog, fullPage({ servedAt: now, feedId: feedIdAt(now) }));
    now = NOW;
    expect(await ledger.eventsOfUser('ann', emptyCursor())).toEqual([]);
    expect(await exposureLog.pagesOfUser('ann', emptyCursor(), 0)).toEqual([]);
    expect(await exposureLog.find([`${page.feedId}.1`])).toEqual([null]);
    expect(await exposureLog.entry(`${page.feedId}.1`)).toBeNull();
  });

  it('leave a table that somebody reads at length alone, and come later', async () => {
    const { ledger } = open();
    await ledger.append([someEvent()]);
    const reader = await database.pool.connect();
    await reader.query('BEGIN; SELECT * FROM events');
    await expect(ensurePartitions(database.pool, NOW)).rejects.toThrow('lock timeout');
    expect(await ledger.append([someEvent()])).toMatchObject([{ status: 'accepted' }]);
    await reader.query('COMMIT');
    reader.release();
    await ensurePartitions(database.pool, NOW);
    expect(await placesOf('events')).toEqual(['events_20261122']);
    expect(await ledger.verify()).toBeNull();
  });
});
