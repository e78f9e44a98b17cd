import { createPostgresExposureLog, purgeExpiredClaims } from '../../src/adapters/postgres/exposure-log.js';
import { exposureId } from '../../src/core/exposures/exposure.js';
import { emptyCursor } from '../../src/core/tags/cursor.js';
import { type ExposureLog } from '../../src/ports/exposure-log.js';
import { NOW } from '../contract/arbitrary-events.js';
import { fullPage, somePage, somePlaced } from '../contract/arbitrary-pages.js';
import { exposureLogContract, kept } from '../contract/exposure-log.contract.js';
import {
  insertCopy,
  killWhoWaits,
  losingOneAnswer,
  openTestDatabase,
  type OpenTestDatabase,
  tampered,
  withEachColumnChanged,
} from './postgres-logs.js';

exposureLogContract('PostgreSQL', async (clock) => {
  const { pool, close } = await openTestDatabase();
  return { open: () => createPostgresExposureLog({ pool, clock, retentionDays: 400 }), close };
});

describe('the exposure log in PostgreSQL', () => {
  let database: OpenTestDatabase;
  let log: ExposureLog;
  beforeEach(async () => {
    database = await openTestDatabase();
    log = createPostgresExposureLog({ pool: database.pool, clock: () => NOW, retentionDays: 400 });
  });
  afterEach(() => database.close());

  describe('when it fails', () => {
    it('refuses every caller of a commit whose connection is killed, keeps nothing of it, and takes the same pages again', async () => {
      const { pool } = database;
      const before = await kept(log, somePage());
      const blocker = await pool.connect();
      await blocker.query('BEGIN; LOCK TABLE exposure_items IN SHARE MODE');
      const pages = [somePage(), somePage()];
      const claim = { requestId: 'r', inputHash: 'input', answer: 'answer' };
      const settled = Promise.allSettled([log.append(pages[0], claim), log.append(pages[1])]);
      await killWhoWaits(pool);
      for (const outcome of await settled) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
      await blocker.query('ROLLBACK');
      blocker.release();

      expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toHaveLength(1);
      expect(await log.replay('r', 'input')).toEqual({ status: 'unknown' });
      expect(await log.append(pages[0], claim)).toMatchObject({ status: 'appended' });
      const again = await kept(log, pages[1]);
      expect(again.writer).not.toBe(before.writer);
      expect(again.seq).toBe(2);
      expect(await log.verify()).toBeNull();
    });

    it('begins a new chain when the answer to a commit is lost, and replays the page that was kept', async () => {
      const pool = losingOneAnswer(database.pool, (text) => text === 'COMMIT');
      const losing = createPostgresExposureLog({ pool, clock: () => NOW, retentionDays: 400 });
      const claim = { requestId: 'r', inputHash: 'input', answer: 'answer' };
      await expect(losing.append(somePage(), claim)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await losing.append(somePage(), claim)).toEqual({ status: 'replay', answer: 'answer' });
      expect((await kept(losing, somePage())).seq).toBe(1);
      expect(await log.verify()).toBeNull();
    });

    it('begins a new chain when the answer to a statement is lost', async () => {
      const pool = losingOneAnswer(database.pool, (text) => text.includes('exposure_pages'));
      const losing = createPostgresExposureLog({ pool, clock: () => NOW, retentionDays: 400 });
      await expect(losing.append(somePage())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect((await kept(losing, somePage())).seq).toBe(1);
      expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toHaveLength(2);
      expect(await log.verify()).toBeNull();
    });
  });

  describe('verified', () => {
    const DAY = '2026-11-22';
    const fill = async (): Promise<number> => {
      const { writer } = await kept(log, somePage());
      for (const page of [fullPage(), fullPage(), somePage({ userId: null }), somePage()]) await kept(log, page);
      return writer;
    };

    it('names the page of which any field was changed', async () => {
      const writer = await fill();
      for (const seq of [2, 4])
        await withEachColumnChanged(database.pool, 'exposure_pages', `seq = ${seq}`, async (column) => {
          const fault = await log.verify();
          expect({ column, fault }).toMatchObject({ column, fault: { seq } });
          if (!['writer', 'received_day'].includes(column)) expect(fault).toMatchObject({ day: DAY, writer });
        });
      expect(await log.verify()).toBeNull();
    });

    it('names the page of whose items any field was changed', async () => {
      const writer = await fill();
      for (const seq of [3, 5])
        await withEachColumnChanged(database.pool, 'exposure_items', `seq = ${seq}`, async (column) => {
          expect({ column, fault: await log.verify() }).toMatchObject({ column, fault: { day: DAY, writer, seq } });
        });
      expect(await log.verify()).toBeNull();
    });

    it('names the page whose items are gone, added or have changed places', async () => {
      const writer = await fill();
      const fault = { day: DAY, writer, seq: 3 };
      const check = (change: string, found: object) =>
        tampered(database.pool, 'exposure_items', change, async () => expect(await log.verify()).toMatchObject(found));
      await check('DELETE FROM exposure_items WHERE seq = 3', fault);
      await check('UPDATE exposure_items SET item_nos = item_nos[:2] WHERE seq = 3', fault);
      await check('UPDATE exposure_items SET scores = scores || 1 WHERE seq = 3', fault);
      await check(`UPDATE exposure_items SET product_ids = '{}' WHERE seq = 3`, fault);
      await check(
        `UPDATE exposure_items SET item_nos = array_reverse(item_nos), item_ids = array_reverse(item_ids), scores = array_reverse(scores),
           ranks_before = array_reverse(ranks_before), sources = array_reverse(sources), marks = array_reverse(marks),
           propensities = array_reverse(propensities), reasons = array_reverse(reasons), product_ids = array_reverse(product_ids) WHERE seq = 3`,
        fault,
      );
      const stray = { day: DAY, writer: 0, seq: 0, reason: expect.stringContaining('belongs to no page') as string };
      await check(insertCopy('exposure_items', 'seq = 3', { first_position: 4, seq: 77 }), stray);
      const twice = 'INSERT INTO exposures SELECT * FROM all_exposures WHERE seq = 3 AND position = 1';
      await tampered(database.pool, 'exposures', twice, async () => expect(await log.verify()).toMatchObject(stray));
      expect(await log.verify()).toBeNull();
    });

    it.each([
      ['seq = 1', 1],
      ['seq IN (3, 4)', 3],
      ['seq = 5', 5],
      ['true', 1],
    ])('names the first page that is gone: %s', async (gone, seq) => {
      const writer = await fill();
      await tampered(database.pool, 'exposure_pages', `DELETE FROM exposure_pages WHERE ${gone}`, async () => {
        expect(await log.verify()).toMatchObject({ day: DAY, writer, seq, reason: expect.stringContaining('missing') as string });
      });
      expect(await log.verify()).toBeNull();
    });

    it('names a page that was slipped in, and the first of two that changed places', async () => {
      const { pool } = database;
      const writer = await fill();
      await tampered(pool, 'exposure_pages', insertCopy('exposure_pages', 'seq = 2', { seq: 6 }), async () =>
        expect(await log.verify()).toMatchObject({ writer, seq: 6 }),
      );
      await pool.query(`
        UPDATE exposure_pages SET seq = seq + 1000 WHERE seq IN (2, 3); UPDATE exposure_pages SET seq = 1005 - seq WHERE seq > 1000;
        UPDATE exposure_items SET seq = seq + 1000 WHERE seq IN (2, 3); UPDATE exposure_items SET seq = 1005 - seq WHERE seq > 1000`);
      expect(await log.verify()).toMatchObject({ writer, seq: 2 });
    });

    it('names the first page whose feature names were changed', async () => {
      const writer = await fill();
      await tampered(database.pool, 'feature_catalogues', `UPDATE feature_catalogues SET names[1] = 'x'`, async () =>
        expect(await log.verify()).toMatchObject({ writer, seq: 1 }),
      );
    });

    it('stays sound when a user is erased, from his own pages and from the reasons of others', async () => {
      const { pool } = database;
      const own = await kept(log, fullPage());
      const other = await kept(
        log,
        fullPage({
          userId: 'bob',
          placed: [somePlaced(1, { reasons: [{ code: 'FRIEND_LIKED', userId: 'ann' }] })],
          features: new Float32Array(3),
        }),
      );
      await pool.query(
        `UPDATE exposure_pages SET user_id = NULL WHERE user_id = 'ann'; UPDATE exposure_items SET user_id = NULL WHERE user_id = 'ann'`,
      );
      expect(await log.verify()).toMatchObject({ seq: 1 });
      await pool.query(`UPDATE exposure_pages SET session_id = NULL, page_id = NULL, seal = substring(seal FROM 17) WHERE seq = 1`);
      expect(await log.verify()).toBeNull();
      await pool.query(`
        UPDATE exposure_pages SET mention_seals[array_position(mentions, 'ann')] = substring(mention_seals[array_position(mentions, 'ann')] FROM 17),
            mentions = array_replace(mentions, 'ann', NULL)
         WHERE mentions @> ARRAY['ann']`);
      expect(await log.verify()).toBeNull();
      expect(await log.entry(exposureId(own.feedId, 1))).toMatchObject({ page: { userId: null, sessionId: null, pageId: null } });
      expect((await log.entry(exposureId(other.feedId, 1)))?.placed.reasons).toEqual([{ code: 'FRIEND_LIKED' }]);
      await pool.query(`UPDATE exposure_pages SET mentions = '{eve}' WHERE seq = 2`);
      expect(await log.verify()).toMatchObject({ seq: 2 });
    });
  });

  it('reads items that lie in rows of their own, as processes once wrote them, beside packed ones', async () => {
    const pages = [await kept(log, fullPage()), await kept(log, fullPage())];
    const { feedId, pageId } = pages[0];
    const read = async (): Promise<unknown> => ({
      items: [await log.itemsOfFeed(feedId), await log.itemsOfPage(pageId!)],
      facts: await log.find(pages.flatMap((page) => [1, 2, 3, 4].map((position) => exposureId(page.feedId, position)))),
      latest: await log.findLatest(
        [101, 102, 0].map((itemNo) => ({ userId: 'ann', itemNo, itemId: itemNo === 0 ? 'laces' : '', from: NOW - 1, to: NOW })),
      ),
      pages: await log.pagesOfUser('ann', emptyCursor(), 0),
      entry: await log.entry(exposureId(feedId, 2)),
      fault: await log.verify(),
      rows: (await database.pool.query('SELECT x::text FROM all_exposures x ORDER BY feed_id, position')).rows,
    });
    const before = await read();
    expect(before).toMatchObject({ fault: null, entry: { placed: { productIds: ['boots', 'laces'] } } });
    await database.pool.query('INSERT INTO exposures SELECT * FROM all_exposures WHERE seq = 1; DELETE FROM exposure_items WHERE seq = 1');
    expect(await read()).toEqual(before);
  });

  it('purges claims that have expired and no other', async () => {
    const claim = (requestId: string) => ({ requestId, inputHash: 'input', answer: 'answer' });
    await log.append(somePage(), claim('a'));
    await purgeExpiredClaims(database.pool, NOW + 119_000);
    expect((await database.pool.query('SELECT FROM request_claims')).rowCount).toBe(1);
    await purgeExpiredClaims(database.pool, NOW + 120_000);
    expect((await database.pool.query('SELECT FROM request_claims')).rowCount).toBe(0);
  });

  it('keeps a list of feature names once', async () => {
    for (let i = 0; i < 3; i++) await kept(log, somePage({ featureNames: ['a@1', 'b@1', 'c@1'] }));
    expect((await database.pool.query('SELECT names FROM feature_catalogues')).rows).toEqual([{ names: ['a@1', 'b@1', 'c@1'] }]);
  });
});
