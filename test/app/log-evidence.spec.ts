import { createPostgresChainHeads } from '../../src/adapters/postgres/chain-heads.js';
import { createPostgresErasures } from '../../src/adapters/postgres/erasures.js';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { dropOldPartitions } from '../../src/adapters/postgres/partitions.js';
import { createLogEvidence } from '../../src/app/evidence/log-evidence.js';
import { DAY_MS, HOUR_MS } from '../../src/core/time.js';
import { openTestDatabase, type OpenTestDatabase } from '../adapters/postgres-logs.js';
import { NOW, someEvent } from '../contract/arbitrary-events.js';
import { feedIdAt, fullPage } from '../contract/arbitrary-pages.js';
import { kept } from '../contract/exposure-log.contract.js';

interface Verdict {
  log?: string;
  day?: string;
  fault?: { writer: number; seq: number; reason: string } | null;
  faults?: number;
}
const DAY = '2026-11-22';

describe('the evidence of the logs', () => {
  let now: number;
  let database: OpenTestDatabase;
  beforeEach(async () => {
    now = NOW;
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  const open = ({ pool }: OpenTestDatabase = database) => {
    const logs = { pool, clock: () => now, retentionDays: 30 };
    const stores = { ledger: createPostgresLedger(logs), exposureLog: createPostgresExposureLog(logs) };
    const evidence = createLogEvidence({ ...stores, chainHeads: createPostgresChainHeads(pool), retentionDays: 30, clock: () => now });
    return { ...stores, evidence };
  };
  type Opened = ReturnType<typeof open>;

  const fill = async ({ ledger, exposureLog }: Opened, entries = 5): Promise<void> => {
    for (let i = 0; i < entries; i++) {
      await ledger.append([someEvent({ receivedAt: now, occurredAt: now })]);
      await kept(exposureLog, fullPage({ feedId: feedIdAt(now), servedAt: now }));
    }
  };
  const text = async (pieces: AsyncIterable<string>): Promise<string> => {
    let all = '';
    for await (const piece of pieces) all += piece;
    return all;
  };
  async function* linesOf(ndjson: string): AsyncGenerator<string> {
    for (const line of ndjson.trimEnd().split('\n')) yield await Promise.resolve(line);
  }
  const verdicts = async ({ evidence }: Opened, parameters = {}, keptHeads?: string): Promise<Verdict[]> => {
    const answer = await evidence.verifyLogs(parameters, keptHeads === undefined ? null : linesOf(keptHeads));
    return (await text(answer)).trimEnd().split('\n').map((line) => JSON.parse(line) as Verdict); // prettier-ignore
  };
  const faults = async (opened: Opened, keptHeads?: string): Promise<Verdict[]> =>
    (await verdicts(opened, {}, keptHeads)).filter(({ fault }) => fault);
  const headsOf = ({ evidence }: Opened): Promise<string> => text(evidence.evidenceHeads({}));

  /** Entries after the second go, and the writers say that there never were any. */
  const cutTails = async (): Promise<void> => {
    for (const [table, kind] of [
      ['events', 'events'],
      ['exposure_pages', 'exposures'],
    ])
      // prettier-ignore
      await database.pool.query(`
        DELETE FROM ${table} WHERE seq > 2;
        UPDATE writers w SET last_seq = 2, last_hash = (SELECT hash FROM ${table} t WHERE t.writer = w.id AND seq = 2) WHERE kind = '${kind}'`);
    await database.pool.query('DELETE FROM exposure_items WHERE seq > 2');
  };

  it('publishes an hour once, whoever asks, and each follows the one before', async () => {
    const opened = open();
    await fill(opened);
    now += HOUR_MS;
    await Promise.all([opened, open(), open()].map(({ evidence }) => evidence.publishHeads()));
    const first = await headsOf(opened);
    expect(JSON.parse(first)).toMatchObject({
      hour: new Date(NOW).toISOString(),
      heads: [{ kind: 'events', day: DAY, seq: 5 }, { kind: 'exposures', day: DAY, seq: 5 }], // prettier-ignore
    });
    await fill(opened, 1);
    await opened.evidence.publishHeads();
    expect(await headsOf(opened)).toBe(first);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    const [one, two] = (await headsOf(opened)).trimEnd().split('\n').map((line) => JSON.parse(line) as { digest: string; previous: string }); // prettier-ignore
    expect(two.previous).toBe(one.digest);
    expect((await verdicts(opened)).at(-1)).toEqual({ done: true, days: 2, hours: 2, faults: 0 });
  });

  it('finds a tail that was cut off with the end of its chain, which the chain alone does not', async () => {
    const opened = open();
    await fill(opened);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    await cutTails();
    expect(await opened.ledger.verify()).toBeNull();
    expect(await opened.exposureLog.verify()).toBeNull();
    const missing = { seq: 3, reason: 'the entry is missing; 5 entries were published' };
    expect(await faults(opened)).toMatchObject([
      { log: 'exposures', day: DAY, fault: missing },
      { log: 'events', day: DAY, fault: missing },
    ]);
  });

  it('finds a chain that was taken away whole', async () => {
    const opened = open();
    await fill(opened);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    await database.pool.query('DELETE FROM events; DELETE FROM exposure_pages; DELETE FROM exposure_items; DELETE FROM writers');
    const gone = { seq: 1, reason: 'the chain is gone; 5 of its entries were published' };
    expect(await faults(opened)).toMatchObject([{ log: 'exposures', fault: gone }, { log: 'events', fault: gone }]); // prettier-ignore
  });

  it('finds a history that was written anew without a flaw, and says up to where it is as it was', async () => {
    const opened = open();
    await fill(opened, 2);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    const forged = await openTestDatabase();
    try {
      await fill(open(forged), 4);
      for (const table of ['events', 'writers']) {
        const { rows } = await forged.pool.query<{ rows: unknown }>(
          `SELECT json_agg(t) AS rows FROM ${table} t WHERE $1::text IS NOT NULL`,
          [table],
        );
        await database.pool.query(`DELETE FROM ${table}`);
        await database.pool.query(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT (json_populate_recordset(NULL::${table}, $1)).*`, [
          JSON.stringify(rows[0].rows),
        ]);
      }
    } finally {
      await forged.close();
    }
    expect(await opened.ledger.verify()).toBeNull();
    const found = await faults(opened);
    expect(found.find(({ log }) => log === 'events')).toMatchObject({
      fault: { seq: 2, reason: 'the entry does not have the hash that was published; up to entry 0 all is as it was' },
    });
  });

  it('finds with the heads that somebody kept that the published ones were changed along with the log', async () => {
    const opened = open();
    await fill(opened);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    const keptHeads = await headsOf(opened);
    expect(await faults(opened, keptHeads)).toEqual([]);
    await cutTails();
    await database.pool.query('DELETE FROM chain_heads; DELETE FROM chain_head_hours');
    now += 60_000;
    await opened.evidence.publishHeads();
    expect(await faults(opened)).toEqual([]);
    expect(await faults(opened, keptHeads)).toMatchObject([
      { log: 'heads', fault: { reason: 'another digest was published of the hour' } },
      { log: 'exposures', fault: { seq: 3 } },
      { log: 'events', fault: { seq: 3 } },
    ]);
    await database.pool.query('DELETE FROM chain_heads; DELETE FROM chain_head_hours');
    expect((await faults(opened, keptHeads))[0]).toMatchObject({ fault: { reason: 'the hour is not published any more' } });
  });

  it('finds published heads that were changed by themselves', async () => {
    const opened = open();
    await fill(opened);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    await database.pool.query(`UPDATE chain_heads SET seq = 4 WHERE kind = 'events'`);
    expect((await faults(opened))[0]).toMatchObject({ log: 'heads', fault: { reason: 'the digest is not that of the heads' } });
  });

  it('holds before and after a user is erased, with heads from before', async () => {
    const opened = open();
    await fill(opened);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    const keptHeads = await headsOf(opened);
    await createPostgresErasures(database.pool).wipe(['ann', 'bob', 'cleo']);
    expect((await database.pool.query('SELECT FROM events WHERE user_id IS NOT NULL')).rowCount).toBe(0);
    await fill(opened, 1);
    now += HOUR_MS;
    await opened.evidence.publishHeads();
    expect(await faults(opened, keptHeads)).toEqual([]);
    expect(await headsOf(opened)).toContain(keptHeads.trimEnd());
  });

  it('holds for what is left when days past retention are gone, but not when others are', async () => {
    const opened = open();
    for (let day = 0; day < 3; day++) {
      await fill(opened, 2);
      now += HOUR_MS;
      await opened.evidence.publishHeads();
      now += DAY_MS - HOUR_MS;
    }
    const keptHeads = await headsOf(opened);
    now = NOW + 31.5 * DAY_MS;
    await dropOldPartitions(database.pool, now, 30);
    expect((await verdicts(opened, {}, keptHeads)).filter(({ log }) => log === 'events').map(({ day }) => day)).toEqual(['2026-11-23', '2026-11-24']); // prettier-ignore
    expect(await faults(opened, keptHeads)).toEqual([]);
    await dropOldPartitions(database.pool, now, 29);
    expect(await faults(opened, keptHeads)).toMatchObject([
      { log: 'exposures', day: '2026-11-23', fault: { seq: 1 } },
      { log: 'events', day: '2026-11-23', fault: { seq: 1 } },
    ]);
    expect((await verdicts(opened, { from: '2026-11-24T00:00:00Z' })).at(-1)).toMatchObject({ faults: 0 });
  });

  it('looks at one thing at a time, and names lines that are no heads', async () => {
    const busy = open();
    await fill(busy, 1);
    const going = (await busy.evidence.verifyLogs({}, null))[Symbol.asyncIterator]();
    await going.next();
    await expect(verdicts(busy)).rejects.toMatchObject({ code: 'CONFLICT' });
    await going.return?.();
    expect((await verdicts(busy)).at(-1)).toMatchObject({ faults: 0 });
    await expect(verdicts(busy, {}, '{}\nnonsense')).rejects.toMatchObject({ faults: [{ path: 'line 1' }, { path: 'line 2' }] });
    await expect(verdicts(busy, { from: 'yesterday', day: 1 })).rejects.toMatchObject({ faults: [{ path: '"day"' }, { path: 'from' }] });
  });
});
