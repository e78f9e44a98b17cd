import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { createPostgresModelEvidenceStore } from '../../src/adapters/postgres/model-evidence-store.js';
import { createPostgresChainHeads } from '../../src/adapters/postgres/chain-heads.js';
import { seededRandom } from '../../src/core/random.js';
import { imago } from '../cli/folders.js';
import { goodFile, manifestOf } from '../support/model-files.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, type FeedAnswer, openSmallShop, recordEvents } from '../support/small-shop.js';

const HOUR = 3_600_000;
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('evidence, through the public API', () => {
  let service: TestService;
  let pool: Pool;
  let folder: string;
  beforeAll(async () => {
    service = await startTestService();
    pool = new Pool({ connectionString: service.databaseUrl, max: 2 });
    folder = await mkdtemp(join(tmpdir(), 'imago-evidence-'));
    await openSmallShop(service);
  }, 60_000);
  afterAll(async () => {
    await pool.end();
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const publish = (hoursAhead: number) =>
    createPostgresChainHeads(pool).publish((Math.floor(Date.now() / HOUR) + hoursAhead) * HOUR, Date.now());
  const verify = (...args: string[]) => imago(['log', 'verify', '--url', service.url, ...args]);

  it('lets an outsider keep the ends of the logs, and tells him of a tail that was cut off since', async () => {
    await feed(service, { userId: 'user-1', first: 5 });
    await publish(-1);
    const answer = await service.http('/evidence/heads');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const kept = join(folder, 'heads.ndjson');
    await writeFile(kept, await answer.text());
    expect(await verify('--heads', kept)).toMatchObject({ code: 0, out: expect.stringContaining('all is as it was written') as string });

    const { rows } = await pool.query<{ id: number; seq: number }>(
      `UPDATE writers w SET last_seq = last_seq - 1, last_hash = (SELECT hash FROM events e WHERE e.writer = w.id AND e.seq = w.last_seq - 1)
        WHERE kind = 'events' RETURNING id, last_seq::int AS seq`,
    );
    const [{ id, seq }] = rows;
    await pool.query(`CREATE TABLE cut AS SELECT * FROM events WHERE writer = ${id} AND seq > ${seq}`);
    await pool.query('DELETE FROM events WHERE writer = $1 AND seq > $2', [id, seq]);
    const found = await verify('--heads', kept);
    expect(found.code).toBe(1);
    expect(found.out).toContain(`writer ${id}, entry ${seq + 1}: the entry is missing; ${seq + 1} entries were published`);
    await pool.query('INSERT INTO events SELECT * FROM cut');
    await pool.query('UPDATE writers SET last_seq = $2, last_hash = (SELECT hash FROM cut WHERE seq = $2) WHERE id = $1', [id, seq + 1]);
    expect((await verify()).code).toBe(0);
  });

  it('refuses heads that are none and times that are none', async () => {
    const post = (body: string, type = 'application/x-ndjson') =>
      service.http('/evidence/verify', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('nonsense')).status).toBe(400);
    expect((await post('{}', 'application/json')).status).toBe(415);
    expect((await service.http('/evidence/heads?from=yesterday')).status).toBe(400);
    expect((await verify('--heads', join(folder, 'none'))).code).toBe(1);
  });

  it('stays sound when a user is erased', async () => {
    await publish(0);
    await service.ask('mutation { eraseUser(userId: "user-1") { __typename } }');
    await publish(1);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('tells served, rendered and seen apart, and what of it was lost', async () => {
    const ids = ({ items }: FeedAnswer) => items.map(({ exposureId, item }) => ({ exposureId, itemId: item.id }));
    const page = ids(await feed(service, { userId: 'user-2', first: 10, surface: 'loss' }));
    await feed(service, { userId: 'user-3', first: 10, surface: 'loss' });
    await recordEvents(service, [
      ...page.slice(0, 6).map((one) => event('user-2', 'RENDERED', one)),
      ...page.slice(0, 4).map((one) => event('user-2', 'IMPRESSION', one)),
      ...[page[0], page[1], page[5]].map((one) => event('user-2', 'CLICK', one)),
      event('user-2', 'CLICK', page[0]),
    ]);
    const input = { from: new Date(Date.now() - HOUR).toISOString(), to: new Date(Date.now() + HOUR).toISOString(), surface: 'loss' };
    const { exposureLoss } = await service.ask<{ exposureLoss: object[] }>(
      `query($input: ReportInput!) { exposureLoss(input: $input) { surface pages silentPages served rendered seen clicked renderLoss impressionLoss seenEstimate } }`,
      { input },
    );
    // Two of three clicked items were reported as seen; (4 + 1) * (3 + 1) / (2 + 1) - 1.
    expect(exposureLoss).toEqual([
      { surface: 'loss', pages: 2, silentPages: 1, served: 20, rendered: 6, seen: 4, clicked: 3, renderLoss: expect.closeTo(0.4, 9) as number, impressionLoss: expect.closeTo(1 / 3, 9) as number, seenEstimate: expect.closeTo(17 / 3, 9) as number },
    ]); // prettier-ignore
    const refused = await service.send('query($input: ReportInput!) { exposureLoss(input: $input) { day } }', {
      input: { ...input, segment: 's' },
    });
    expect(refused.errors?.[0].extensions?.faults?.map(({ path }) => path)).toEqual(['segment']);
  });

  it('exports the same labels and outcomes in whatever order and however late reports arrive', async () => {
    const exported = async (order: (events: object[]) => object[], userId: string): Promise<unknown[]> => {
      const { items, id } = await feed(service, { userId, first: 5, surface: 'late' });
      const at = (ms: number) => ({ occurredAt: new Date(Date.now() - 1_000 + ms).toISOString() });
      const of = (i: number) => ({ exposureId: items[i].exposureId, itemId: items[i].item.id });
      const events = [
        event(userId, 'IMPRESSION', { ...of(0), ...at(1) }),
        event(userId, 'CLICK', { ...of(0), ...at(2) }),
        event(userId, 'ADD_TO_CART', { ...of(0), ...at(3) }),
        event(userId, 'CLICK', { ...of(2), ...at(4) }),
        event(userId, 'SAVE', { ...of(3), ...at(5) }),
      ];
      for (const one of order(events)) await recordEvents(service, [one]);
      await tick();
      const asOf = new Date().toISOString();
      const text = (): Promise<string> => service.http(`/exports/exposures?asOf=${asOf}&surface=late`).then((answer) => answer.text());
      const before = await text();
      await recordEvents(service, [event(userId, 'CLICK', { ...of(4), ...at(6) })]); // late: after asOf
      expect(await text()).toBe(before);
      const lines = before.trimEnd().split('\n').map((line) => JSON.parse(line) as { feedId: string; position: number; outcomes: { type: string }[]; labels: Record<string, { label: number }>; rendered: boolean; seen: boolean }); // prettier-ignore
      return lines
        .filter(({ feedId }) => feedId === id)
        .map(({ position, outcomes, labels, rendered, seen }) => [
          position,
          outcomes.map(({ type }) => type),
          labels.click.label,
          rendered,
          seen,
        ]);
    };
    const random = seededRandom(4);
    const inOrder = await exported((events) => events, 'user-4');
    const backwards = await exported((events) => [...events].reverse(), 'user-5');
    const shuffled = await exported((events) => events.map((one) => ({ one, key: random() })).sort((a, b) => a.key - b.key).map(({ one }) => one), 'user-6'); // prettier-ignore
    expect(inOrder[0]).toEqual([1, ['IMPRESSION', 'CLICK', 'ADD_TO_CART'], 1, true, true]);
    expect(backwards).toEqual(inOrder);
    expect(shuffled).toEqual(inOrder);
  });

  it('answers privately, against a budget', async () => {
    const users = Array.from({ length: 60 }, (_, i) => `many-${i}`);
    for (const userId of users) await feed(service, { userId, first: 5, surface: 'private' });
    const input = { recipient: 'lab', epsilon: 3, fact: 'served', bound: 10, surface: 'private', from: new Date(Date.now() - HOUR).toISOString(), to: new Date(Date.now() + HOUR).toISOString() }; // prettier-ignore
    const question =
      'query($input: PrivateReportInput!) { privateReport(input: $input) { cells { group users sum mean } threshold usersDeviation sumDeviation budget { spentEpsilon epsilon } } }';
    const { privateReport } = await service.ask<{ privateReport: { cells: { users: number; mean: number }[]; budget: object } }>(question, {
      input,
    });
    // Noise on users has a deviation of 0.88, on the sum of 8.2 around 300.
    expect(privateReport.cells).toHaveLength(1);
    expect(Math.abs(privateReport.cells[0].users - 60)).toBeLessThan(15);
    expect(Math.abs(privateReport.cells[0].mean - 5)).toBeLessThan(2.5);
    expect(privateReport.budget).toEqual({ spentEpsilon: 3, epsilon: 4 });
    expect((await service.send(question, { input })).errors?.[0].extensions?.code).toBe('CONFLICT');
    await service.ask('mutation { setPrivacyBudget(recipient: "lab", epsilon: 7, delta: 0.00001, reason: "a study") { epsilon } }');
    await service.ask(question, { input });
    const { auditLog } = await service.ask<{ auditLog: { entries: { action: string; subject: string }[] } }>('query { auditLog(first: 10) { entries { action subject } } }'); // prettier-ignore
    expect(auditLog.entries.filter(({ subject }) => subject === 'lab').map(({ action }) => action)).toEqual(['privateReport', 'setPrivacyBudget', 'privateReportRefused', 'privateReport']); // prettier-ignore
  });

  it('keeps fairness and drift with the version of a model, however often it is asked', async () => {
    const form = new FormData();
    form.append('manifest', new Blob([JSON.stringify(manifestOf('fair'))]), 'manifest.json');
    form.append('model', new Blob([new Uint8Array(goodFile())]), 'model.onnx');
    expect((await service.http('/models/intent/versions', { method: 'POST', body: form })).status).toBe(201);
    const row = { group: 'region', value: 'south', users: 30, clickRate: 0.1, exposureShare: 0.5, calibration: 0.9, ratio: 0.5 };
    const store = createPostgresModelEvidenceStore(pool);
    for (const [day, psi] of [['2026-11-20', 0.3], ['2026-11-21', 0.4]] as const) // prettier-ignore
      await store.put({ version: 'fair', day, rows: 600, fairness: [{ ...row, isBeyondChance: true }], drift: [{ feature: 'score', psi }], baseline: null, alarms: [] }); // prettier-ignore
    const query = `{ modelVersion(version: "fair") { shadowReport { requests } drift { feature psi drifted }
      fairness { group value users clickRate exposureShare calibration ratio } } }`;
    for (let i = 0; i < 3; i++)
      expect((await service.ask<{ modelVersion: object }>(query)).modelVersion).toEqual({
        shadowReport: null,
        drift: [{ feature: 'score', psi: 0.4, drifted: true }],
        fairness: [row],
      });
  });
});
