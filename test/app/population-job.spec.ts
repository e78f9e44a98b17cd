import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { runHeavyJobs } from '../../src/app/heavy-jobs.js';
import { POPULATION_ARTEFACT, unpackLearned } from '../../src/app/population.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Binding } from '../../src/ports/binding.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 5, 15, 12);
const DAY = 86_400_000;
const USERS = 240;

describe('the learning of groups and of who is about to leave', () => {
  const log = keptLog();
  const closers: (() => Promise<unknown>)[] = [];
  let now = NOW;
  let binding: Binding;
  let running: RunningApp;

  const common = { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', clock: () => now };
  const start = (): Promise<RunningApp> => createApp(binding, { ...common, locales: ['en'], stopwatch: () => 0 });
  const learn = (): Promise<void> => runHeavyJobs(['population'], binding, common);
  let acts = 0;
  const act = (userId: string, type: string, daysAgo: number, fields: RawInput = {}): RawInput => ({
    id: `act-${++acts}`,
    type,
    userId,
    occurredAt: new Date(now - daysAgo * DAY).toISOString(),
    ...fields,
  });

  /** Two in three come every week and buy; the others came every week until some time ago. */
  const lifeOf = (user: number): RawInput[] => {
    const [id, leftDaysAgo] = [`u${user}`, user % 3 === 0 ? 35 + (user % 29) : 0];
    return Array.from({ length: 16 }, (_, week) => leftDaysAgo + 7 * week + (user % 5)).flatMap((days) => [
      act(id, 'CLICK', days, { itemId: `i${user % 4}` }),
      ...(user % 3 === 1 ? [act(id, 'PURCHASE', days, { itemId: `i${days % 4}`, orderId: `o${acts}`, amount: 20, currency: 'CNY' })] : []),
    ]);
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-population-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    binding = await openEmbeddedBinding({
      databaseUrl: database.url,
      dataDir,
      retentionDays: 400,
      userStateMaxBytes: 1e8,
      clock: () => now,
      log,
    });
    closers.push(() => binding.close());
    running = await start();
    closers.push(() => running.close());
    await running.app.upsertItems(
      [0, 1, 2, 3].map((no) => ({ id: `i${no}`, title: `Item ${no}`, categories: [`c${no}`], price: 20, creatorId: 'maker' })),
    );
    const events = Array.from({ length: USERS }, (_, user) => lifeOf(user)).flat();
    events.push(
      act('u1', 'FOLLOW', 1, { targetUserId: 'maker' }),
      act('u2', 'LIKE', 1, { itemId: 'i0' }),
      act('maker', 'FOLLOW', 1, { targetUserId: 'u1' }),
    );
    for (let from = 0; from < events.length; from += 1000)
      expect((await running.app.recordEvents(events.slice(from, from + 1000))).rejected).toEqual([]);
  }, 120_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const profile = async (app: RunningApp, userId: string) => {
    const { tags, segments } = await app.app.userProfile(userId);
    return { segments, values: new Map(tags({}).map(({ key, value }) => [key, value])) };
  };

  it('tells nothing of it before', async () => {
    const { segments, values } = await profile(running, 'u1');
    expect([segments, values.has('churn-risk'), values.has('rfm-frequency'), values.has('followers')]).toEqual([[], false, false, false]);
  });

  it('reaches this process and those that start later, with groups, fifths, risks and what was received', async () => {
    await learn();
    await eventually(async () => expect((await profile(running, 'u1')).segments.length).toBeGreaterThan(0));
    const later = await start();
    closers.push(() => later.close());
    for (const app of [running, later]) {
      const [buyer, maker] = [await profile(app, 'u1'), await profile(app, 'maker')];
      expect(buyer.values.get('rfm-recency')).toBeGreaterThanOrEqual(1);
      expect([maker.values.get('followers'), maker.values.get('reciprocity'), maker.values.get('likes-received')]).toEqual([1, 1, 1]);
      expect(buyer.segments[0]).toEqual(expect.stringMatching(/^[a-z]/));
    }
    const { population } = unpackLearned((await binding.artefacts.get(POPULATION_ARTEFACT))!);
    expect(population.segmentation!.segments.length).toBeGreaterThanOrEqual(4);
    expect(population.users).toBe(USERS + 1);
  });

  it('keeps the ids of groups when it learns again', async () => {
    const ids = async () =>
      unpackLearned((await binding.artefacts.get(POPULATION_ARTEFACT))!).population.segmentation!.segments.map(({ id }) => id);
    const before = await ids();
    now = NOW + DAY;
    await running.app.recordEvents([act('u5', 'CLICK', 0, { itemId: 'i1' })]);
    await learn();
    expect(unpackLearned((await binding.artefacts.get(POPULATION_ARTEFACT))!).population.learnedAt).toBe(NOW + DAY);
    expect((await ids()).filter((id) => before.includes(id)).length).toBeGreaterThan(before.length / 2);
    now = NOW;
  });

  it('shows no groups to who did not agree to analysis', async () => {
    await running.app.setConsent({ userId: 'u1', purposes: ['ESSENTIAL', 'PERSONALISATION'] }, 'test');
    const { segments, values } = await profile(running, 'u1');
    expect([segments, values.has('rfm-frequency'), values.has('clicks'), values.has('following')]).toEqual([[], false, true, false]);
  });

  it('keeps what it knows when what was kept cannot be read', async () => {
    await binding.artefacts.put(POPULATION_ARTEFACT, Uint8Array.of(9, 9, 9));
    await binding.notices.publish('population');
    await eventually(() => expect(log.lines.filter((line) => line.includes('population cannot be read'))).not.toEqual([]));
    expect((await profile(running, 'u2')).segments.length).toBeGreaterThan(0);
  });
});
