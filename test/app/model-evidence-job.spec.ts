import { createPostgresArtefactStore } from '../../src/adapters/postgres/artefact-store.js';
import { createPostgresCatalogueStore } from '../../src/adapters/postgres/catalogue-store.js';
import { createPostgresErasures } from '../../src/adapters/postgres/erasures.js';
import { createPostgresExposureExports } from '../../src/adapters/postgres/exposure-exports.js';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { createPostgresModelEvidenceStore } from '../../src/adapters/postgres/model-evidence-store.js';
import { createPostgresModelStore } from '../../src/adapters/postgres/model-store.js';
import { createPostgresPeopleStore } from '../../src/adapters/postgres/people-store.js';
import { createPostgresUserStore } from '../../src/adapters/postgres/user-store.js';
import { daysDue, runModelEvidence } from '../../src/app/evidence/model-evidence-job.js';
import { openPeople } from '../../src/app/people/people.js';
import { exposureId } from '../../src/core/exposures/exposure.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { DAY_MS, HOUR_MS } from '../../src/core/time.js';
import { openTestDatabase, type OpenTestDatabase } from '../adapters/postgres-logs.js';
import { NOW, someEvent } from '../contract/arbitrary-events.js';
import { feedIdAt, somePage, somePlaced } from '../contract/arbitrary-pages.js';
import { kept } from '../contract/exposure-log.contract.js';
import { keptLog } from '../support/kept-log.js';

const VERSION = '2026.11.21-1';
const MIDNIGHT = Math.floor(NOW / DAY_MS) * DAY_MS;
const ITEMS = 10;

describe('daily evidence on models', () => {
  const log = keptLog();
  let now = MIDNIGHT;
  let database: OpenTestDatabase;
  beforeEach(async () => {
    now = MIDNIGHT;
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  const open = async () => {
    const { pool } = database;
    const clock = (): number => now;
    const logs = { pool, clock, retentionDays: 400 };
    const purposes = new Set(PURPOSES);
    const userStore = createPostgresUserStore(pool);
    const stores = { peopleStore: createPostgresPeopleStore(pool), erasures: createPostgresErasures(pool), userStore };
    return {
      purposes,
      userStore,
      people: await openPeople(
        {
          ...stores,
          purposes,
          log: { info: () => undefined, warn: () => undefined, error: () => undefined },
          notices: { subscribe: () => undefined, publish: () => Promise.resolve() },
        },
        Buffer.from('secret'),
      ),
      exposureLog: createPostgresExposureLog(logs),
      ledger: createPostgresLedger(logs),
      exposureExports: createPostgresExposureExports(logs),
      catalogueStore: createPostgresCatalogueStore({ pool, clock }),
      modelStore: createPostgresModelStore({ pool, clock }),
      modelEvidence: createPostgresModelEvidenceStore(pool),
      artefacts: createPostgresArtefactStore(pool),
      clock,
      log,
    };
  };
  type Ports = Awaited<ReturnType<typeof open>>;

  /** A day on which users of two regions are shown a page each, and those of the north click four items of it, those of the south one. */
  const serveDay = async ({ exposureLog, ledger }: Ports, valueOf: (row: number) => number, users = 60): Promise<void> => {
    const noon = now + 12 * HOUR_MS;
    now = noon;
    for (let user = 0; user < users; user++) {
      const placed = Array.from({ length: ITEMS }, (_, i) => somePlaced(i + 1, { score: valueOf(user * ITEMS + i) }));
      const page = somePage({
        feedId: feedIdAt(noon), userId: `user-${user}`, servedAt: noon, modelVersion: VERSION, scorer: 'MODEL', placed,
        featureNames: ['cross.cf@1', 'user.tenure_log@1'],
        features: Float32Array.from(placed.flatMap(({ score }) => [score, Math.log1p(user < 30 ? 5 : 50)])),
      }); // prettier-ignore
      await kept(exposureLog, page);
      const clicks = placed.slice(0, user % 2 === 0 ? 4 : 1);
      await ledger.append(
        placed.map(({ position, itemId, itemNo }) =>
          someEvent({
            userId: `user-${user}`, itemId, itemNo, attribution: 'ATTRIBUTED', exposureId: exposureId(page.feedId, position), receivedAt: noon,
            occurredAt: noon + 1000, type: clicks.some((clicked) => clicked.position === position) ? 'CLICK' : 'IMPRESSION',
          }),
        ),
      ); // prettier-ignore
    }
  };
  const endDay = (): void => void (now = Math.floor(now / DAY_MS) * DAY_MS + DAY_MS + 3 * HOUR_MS);
  const regions = ({ people }: Ports): Promise<void> =>
    people.upsert(Array.from({ length: 60 }, (_, user) => ({ id: `user-${user}`, region: user % 2 === 0 ? 'north' : 'south' })));

  it('begins with the day after the first look, waits until a day is settled, and catches up', async () => {
    const ports = await open();
    expect(await daysDue(ports)).toEqual([]);
    now = MIDNIGHT + DAY_MS + HOUR_MS;
    expect(await daysDue(ports)).toEqual(['2026-11-21']);
    now += HOUR_MS;
    expect(await daysDue(ports)).toEqual(['2026-11-21', '2026-11-22']);
    await runModelEvidence(ports);
    expect(await daysDue(ports)).toEqual([]);
    now += 90 * DAY_MS;
    expect(await daysDue(ports)).toHaveLength(30);
  });

  it('finds the group that is served worse, keeps it with the version, and says so once', async () => {
    const ports = await open();
    await regions(ports);
    await daysDue(ports);
    await serveDay(ports, (row) => (row % 100) / 100);
    endDay();
    await runModelEvidence(ports);
    await runModelEvidence(await open());
    const [day] = await ports.modelEvidence.latest(VERSION, 5);
    expect(day).toMatchObject({ version: VERSION, day: '2026-11-22', rows: 600 });
    const rows = day.fairness.map(({ group, value, users, clickRate, ratio }) => [group, value, users, clickRate, ratio]);
    expect(rows).toEqual([
      ['region', 'north', 30, 0.4, 1],
      ['region', 'south', 30, 0.1, 0.25],
      ['tenure', 'established', 30, 0.25, 1],
      ['tenure', 'new', 30, 0.25, 1],
    ]);
    const alarm = 'region south is served 0.25 times as well as the best-served';
    expect(day.alarms).toEqual([alarm]);
    const { rows: audited } = await database.pool.query(`SELECT subject, after FROM audit WHERE action = 'modelAlarm'`);
    expect(audited).toEqual([{ subject: VERSION, after: { day: '2026-11-22', alarms: [alarm] } }]);
  });

  it('holds later days against the first one where the model brought no quantiles, and calls drifted what moved on two of them', async () => {
    const ports = await open();
    await daysDue(ports);
    const days: [string, (row: number) => number][] = [
      ['first', (row) => (row % 100) / 100],
      ['as before', (row) => (row % 100) / 100],
      ['moved', (row) => 0.5 + (row % 50) / 100],
      ['moved still', (row) => 0.5 + (row % 50) / 100],
    ];
    for (const [, valueOf] of days) {
      now = Math.floor(now / DAY_MS) * DAY_MS;
      await serveDay(ports, valueOf);
      endDay();
      await runModelEvidence(ports);
    }
    const [still, moved, before, first] = await ports.modelEvidence.latest(VERSION, 5);
    expect(first).toMatchObject({ drift: [], baseline: { score: expect.any(Array) as unknown } });
    expect(before.drift.every(({ psi }) => psi < 0.1)).toBe(true);
    expect(moved.drift.filter(({ psi }) => psi > 0.25).map(({ feature }) => feature)).toEqual(['score', 'cross.cf@1']);
    expect(moved.alarms).toEqual([]);
    expect(still.alarms).toEqual(['score', 'cross.cf@1'].map((feature) => expect.stringContaining(`${feature} has drifted`) as string));
  });

  it('counts nobody who does not want to be analysed, and no page that no model decided', async () => {
    const ports = await open();
    await regions(ports);
    await daysDue(ports);
    await serveDay(ports, (row) => (row % 100) / 100);
    for (let user = 0; user < 59; user++)
      await ports.people.changing([`user-${user}`], () =>
        database.pool
          .query(`INSERT INTO consents (user_id, at, purposes) VALUES ($1, $2, '{ESSENTIAL,PERSONALISATION}')`, [`user-${user}`, now])
          .then(() => undefined),
      );
    await kept(ports.exposureLog, somePage({ userId: 'user-59', servedAt: now, modelVersion: null, feedId: feedIdAt(now) }));
    endDay();
    await runModelEvidence(ports);
    expect(await ports.modelEvidence.latest(VERSION, 5)).toMatchObject([{ rows: 10, fairness: [] }]);
  });
});
