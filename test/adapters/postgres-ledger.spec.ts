import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { advance, emptyCursor } from '../../src/core/tags/cursor.js';
import { type Ledger } from '../../src/ports/ledger.js';
import { fullEvent, NOW, someEvent } from '../contract/arbitrary-events.js';
import { acceptedOf, collect, ledgerContract } from '../contract/ledger.contract.js';
import {
  insertCopy,
  killWhoWaits,
  losingOneAnswer,
  openTestDatabase,
  type OpenTestDatabase,
  tampered,
  withEachColumnChanged,
} from './postgres-logs.js';

const clock = () => NOW;

ledgerContract('PostgreSQL', async () => {
  const { pool, close } = await openTestDatabase();
  return { open: () => createPostgresLedger({ pool, clock, retentionDays: 400 }), close };
});

describe('the ledger in PostgreSQL', () => {
  let database: OpenTestDatabase;
  let ledger: Ledger;
  beforeEach(async () => {
    database = await openTestDatabase();
    ledger = createPostgresLedger({ pool: database.pool, clock, retentionDays: 400 });
  });
  afterEach(() => database.close());

  it('reads nothing again for who reads on, of erased users neither', async () => {
    const { pool } = database;
    const cursor = emptyCursor();
    const readOn = async (): Promise<number> => {
      const events = await collect(ledger.eventsSince(cursor));
      for (const event of events) advance(cursor, event);
      return events.length;
    };
    await ledger.append([someEvent(), someEvent(), someEvent({ userId: 'gone' })]);
    await pool.query("UPDATE events SET user_id = NULL WHERE user_id = 'gone'");
    expect(await readOn()).toBe(2);
    const asked: unknown[] = [];
    const noting = new Proxy(pool, {
      get: (target, name) =>
        name === 'query'
          ? (query: { name: string }) => {
              asked.push(query.name);
              return target.query(query as unknown as string);
            }
          : (Reflect.get(target, name) as unknown),
    });
    const reader = createPostgresLedger({ pool: noting, clock, retentionDays: 400 });
    for (let time = 0; time < 2; time++) expect(await collect(reader.eventsSince(cursor))).toEqual([]);
    expect(asked).toEqual(['events-writers', 'events-since', 'events-writers']);
  });

  describe('when it fails', () => {
    it('refuses every caller of a commit whose connection is killed, keeps nothing of it, and takes the same events again', async () => {
      const { pool } = database;
      const [before] = acceptedOf(await ledger.append([someEvent()]));
      const blocker = await pool.connect();
      await blocker.query('BEGIN; LOCK TABLE events IN SHARE MODE');
      const calls = [[someEvent(), someEvent()], [someEvent()]];
      const appends = calls.map((events) => ledger.append(events));
      const settled = Promise.allSettled(appends);
      await killWhoWaits(pool);
      for (const outcome of await settled)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE', retryAfterSeconds: 1 } });
      await blocker.query('ROLLBACK');
      blocker.release();

      expect(await ledger.eventsOfUser('ann', emptyCursor())).toEqual([before]);
      const again = (await Promise.all(calls.map((events) => ledger.append(events)))).flatMap(acceptedOf);
      expect(again).toHaveLength(3);
      expect(again[0].writer).not.toBe(before.writer);
      expect(again.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(await ledger.verify()).toBeNull();
    });

    it('begins a new chain when the answer to a commit is lost, and knows the events when they come again', async () => {
      const losing = createPostgresLedger({ pool: losingOneAnswer(database.pool, (text) => text === 'COMMIT'), clock, retentionDays: 400 });
      const events = [someEvent(), someEvent()];
      await expect(losing.append(events)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect((await losing.append([...events, someEvent()])).map(({ status }) => status)).toEqual(['duplicate', 'duplicate', 'accepted']);
      const kept = await ledger.eventsOfUser('ann', emptyCursor());
      expect(kept.map(({ seq }) => seq)).toEqual([1, 2, 1]);
      expect(kept[2].writer).toBeGreaterThan(kept[0].writer);
      expect(await ledger.verify()).toBeNull();
    });

    it('does not let one bad event spoil the commits of others', async () => {
      const bad = someEvent({ query: 'NUL \0 is the one character that PostgreSQL cannot keep' });
      const [good, refused, other] = await Promise.allSettled([
        ledger.append([someEvent()]),
        ledger.append([bad]),
        ledger.append([someEvent()]),
      ]);
      expect(good).toMatchObject({ status: 'fulfilled', value: [{ status: 'accepted' }] });
      expect(refused).toMatchObject({ status: 'rejected', reason: { code: '22021' } });
      expect(other).toMatchObject({ status: 'fulfilled', value: [{ status: 'accepted' }] });
      expect(acceptedOf(await ledger.append([someEvent()]))[0].seq).toBe(3);
      expect(await ledger.verify()).toBeNull();
    });

    it('begins a new chain where the database went back to an earlier state', async () => {
      const [first] = acceptedOf(await ledger.append([someEvent()]));
      await database.pool.query(`UPDATE writers SET last_seq = 0, last_hash = NULL; DELETE FROM events; DELETE FROM event_ids`);
      await expect(ledger.append([someEvent()])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const [next] = acceptedOf(await ledger.append([someEvent()]));
      expect(next.writer).not.toBe(first.writer);
      expect(await ledger.verify()).toBeNull();
    });

    it('refuses at once what would wait behind more than it can hold', async () => {
      const many = (count: number) => Array.from({ length: count }, () => someEvent());
      const first = ledger.append(many(50_000));
      await expect(ledger.append(many(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(await first).toHaveLength(50_000);
      expect(await ledger.append(many(1))).toHaveLength(1);
    });
  });

  describe('verified', () => {
    const rows = async (): Promise<{ writer: number }> => {
      const accepted = acceptedOf(await ledger.append([someEvent(), someEvent({ itemId: 'a' }), fullEvent(), someEvent(), someEvent()]));
      return accepted[0];
    };

    it('names the entry of which any field was changed', async () => {
      const { writer } = await rows();
      for (const seq of [2, 3])
        await withEachColumnChanged(database.pool, 'events', `seq = ${seq}`, async (column) => {
          const fault = await ledger.verify();
          expect({ column, fault }).toMatchObject({ column, fault: { seq } });
          if (!['writer', 'received_day'].includes(column)) expect(fault).toMatchObject({ day: '2026-11-22', writer });
        });
      expect(await ledger.verify()).toBeNull();
    });

    it.each([
      ['seq = 1', 1],
      ['seq = 3', 3],
      ['seq IN (3, 4)', 3],
      ['seq = 5', 5],
      ['true', 1],
    ])('names the first entry that is gone: %s', async (gone, seq) => {
      const { writer } = await rows();
      await tampered(database.pool, 'events', `DELETE FROM events WHERE ${gone}`, async () => {
        expect(await ledger.verify()).toMatchObject({
          day: '2026-11-22',
          writer,
          seq,
          reason: expect.stringContaining('missing') as string,
        });
      });
      expect(await ledger.verify()).toBeNull();
    });

    it('names an entry that was slipped in: at the end, under a number of its own, in the middle', async () => {
      const { pool } = database;
      const { writer } = await rows();
      const slip = (changed: object): string => insertCopy('events', 'seq = 2', changed);
      await tampered(pool, 'events', slip({ seq: 6 }), async () => expect(await ledger.verify()).toMatchObject({ writer, seq: 6 }));
      await tampered(pool, 'events', slip({ seq: 1, writer: 999 }), async () =>
        expect(await ledger.verify()).toMatchObject({ writer: 999, seq: 1 }),
      );
      const makeRoom = 'UPDATE events SET seq = seq + 1000 WHERE seq > 2; UPDATE events SET seq = seq - 999 WHERE seq > 2';
      await tampered(pool, 'events', `${makeRoom}; ${slip({ seq: 3 })}`, async () =>
        expect(await ledger.verify()).toMatchObject({ writer, seq: 3 }),
      );
    });

    it('names the first of two entries that changed places', async () => {
      const { writer } = await rows();
      await database.pool.query(
        'UPDATE events SET seq = seq + 1000 WHERE seq IN (2, 3); UPDATE events SET seq = 1005 - seq WHERE seq > 1000',
      );
      expect(await ledger.verify()).toEqual({ day: '2026-11-22', writer, seq: 2, reason: expect.stringContaining('hash') as string });
    });

    it('tells days apart', async () => {
      await ledger.append([someEvent({ receivedAt: NOW - 86_400_000 }), someEvent()]);
      await database.pool.query(`UPDATE events SET item_no = 1 WHERE received_day = '2026-11-21'`);
      expect(await ledger.verify(['2026-11-22'])).toBeNull();
      expect(await ledger.verify(['2026-11-22', '2026-11-21'])).toMatchObject({ day: '2026-11-21', seq: 1 });
    });

    it('stays sound when a user is erased with the salt, and not when only one of them goes', async () => {
      await ledger.append([fullEvent(), someEvent({ targetUserId: 'ann', userId: 'bob', type: 'FOLLOW' }), someEvent()]);
      const { pool } = database;
      await pool.query(`UPDATE events SET user_id = NULL WHERE user_id = 'ann' AND seq = 1`);
      expect(await ledger.verify()).toMatchObject({ seq: 1 });
      await pool.query(
        `UPDATE events SET id = NULL, session_id = NULL, order_id = NULL, query = NULL, share_id = NULL, device_hash = NULL, seal = substring(seal FROM 17)
          WHERE seq = 1`,
      );
      expect(await ledger.verify()).toBeNull();
      await pool.query(
        `UPDATE events SET target_user_id = NULL, target_seal = substring(target_seal FROM 17) WHERE target_user_id = 'ann'`,
      );
      expect(await ledger.verify()).toBeNull();
      expect((await collect(ledger.eventsSince(emptyCursor()))).map(({ seq, targetUserId }) => [seq, targetUserId])).toEqual([
        [2, undefined],
        [3, undefined],
      ]);
      await pool.query(`UPDATE events SET user_id = 'eve' WHERE seq = 1`);
      expect(await ledger.verify()).toMatchObject({ seq: 1, reason: expect.stringContaining('erased') as string });
    });

    it('is not disturbed by what is written meanwhile', async () => {
      await ledger.append(Array.from({ length: 3000 }, () => someEvent()));
      const verified = ledger.verify();
      const other = createPostgresLedger({ pool: database.pool, clock, retentionDays: 400 });
      await Promise.all([ledger, other].map((one) => one.append(Array.from({ length: 500 }, () => someEvent()))));
      expect(await verified).toBeNull();
    });
  });
});
