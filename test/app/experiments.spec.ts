import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWebhook } from '../../src/adapters/http/webhook.js';
import { type FeedAnswer } from '../../src/app/answers.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { startTellingRollbacks } from '../../src/app/experiments/tell-rollbacks.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { placeOf } from '../../src/core/requests/experiments/hash.js';
import { type Binding } from '../../src/ports/binding.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { priceModel } from '../support/models-app.js';
import { createTestDatabase } from '../support/postgres.js';
import { startReceiver } from '../support/receiver.js';

const HOUR = 3_600_000;
const halves = (change: object = {}) => [{ key: 'control', weight: 0.5 }, { key: 'treatment', weight: 0.5, ...change }]; // prettier-ignore

describe('experiments beside requests', () => {
  let running: RunningApp;
  let binding: Binding;
  let shift = 0;
  let stop: () => Promise<void>;
  const clock = (): number => Date.now() + shift;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-experiments-'));
    binding = await openEmbeddedBinding({
      databaseUrl: database.url,
      dataDir,
      retentionDays: 400,
      userStateMaxBytes: 1e8,
      clock,
      log: keptLog(),
    });
    const options = {
      purposes: new Set(PURPOSES),
      timeZone: 'UTC',
      currency: 'CNY',
      locales: ['en'],
      clock,
      stopwatch: () => performance.now(),
    };
    running = await createApp(binding, options);
    const item = (i: number) => ({
      id: `i${i}`,
      kind: 'PRODUCT',
      title: `Item ${i}`,
      categories: [`c${i % 5}`],
      price: 1 + i,
      currency: 'CNY',
    });
    await running.app.upsertItems(Array.from({ length: 40 }, (_, i) => item(i)));
    stop = async () => {
      await running.close();
      await binding.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    };
  }, 60_000);
  afterAll(() => stop());

  const feed = (input: object): Promise<FeedAnswer> => running.app.feed({ surface: 'home', first: 2, ...input });
  const armOf = ({ ranking }: FeedAnswer, key: string) => ranking.assignments.find(({ experiment }) => experiment === key)?.variant;
  const create = (input: { key: string } & Record<string, unknown>) =>
    running.app.createExperiment({ layer: input.key, hypothesis: 'it helps', variants: halves(), ...input }, 'ann');
  const start = async (input: { key: string } & Record<string, unknown>) => {
    await create(input);
    return running.app.startExperiment(input.key, 'ann');
  };
  const watch = (told: string[] = []) => running.watchExperiments((key) => Promise.resolve(void told.push(key)));
  const read = async (key: string) => (await running.app.experiment(key))!;
  const event = (userId: string, type: string, itemId: string) => ({
    id: randomUUID(),
    userId,
    type,
    itemId,
    occurredAt: new Date(clock()).toISOString(),
  });

  it('have a say in why an item is not on a page', async () => {
    const forcedUsers = [{ userId: 'forced', variant: 'treatment' }, { userId: 'usual', variant: 'control' }];
    const patch = { fatigue: { maxImpressionsPerDay: 1 } };
    await start({ key: 'patient', variants: halves({ patch }), forcedUsers });
    const why = async (userId: string) => {
      const { items } = await feed({ userId, first: 1 });
      const { stage, component } = await running.app.whyNot({ userId, itemId: items[0].item.id, surface: 'home' });
      return stage === 'FILTER' ? component : null;
    };
    expect([await why('forced'), await why('usual')]).toEqual(['fatigue', null]);
    await running.app.stopExperiment({ key: 'patient', reason: 'done' }, 'ann');
  }); // prettier-ignore

  it('roll back what does harm for certain, say which metric, and tell once', async () => {
    const guardrails = [{ metric: 'ADD_TO_CART_RATE', maxRelativeHarm: 0.1 }];
    await start({ key: 'harmful', guardrails });
    await start({ key: 'harmless', guardrails });
    // Of the control 8 of 10 put something in the cart, of the treatment 1 of 10.
    const sizes = { control: 0, treatment: 0 };
    const events: object[] = [];
    for (let i = 0; Math.min(sizes.control, sizes.treatment) < 130; i++) {
      const page = await feed({ userId: `u${i}` });
      const arm = armOf(page, 'harmful') as keyof typeof sizes;
      if (sizes[arm]++ % 10 < (arm === 'control' ? 8 : 1)) events.push(event(`u${i}`, 'ADD_TO_CART', page.items[0].item.id));
    }
    await running.app.recordEvents(events as Record<string, unknown>[]);
    const told: string[] = [];
    await watch(told);
    await watch(told);
    const { status, stopReason } = await read('harmful');
    expect([status, (await read('harmless')).status, told]).toEqual(['ROLLED_BACK', 'RUNNING', ['harmful']]);
    expect(stopReason).toMatch(/^treatment changes ADD_TO_CART_RATE by -\d+\.\d %, which is more harm than its guardrail allows$/);
    expect(armOf(await feed({ userId: 'u1' }), 'harmful')).toBeUndefined();
    const entries = (await running.app.auditLog(100, null)).entries.filter(
      ({ subject, action }) => subject === 'harmful' && action === 'stopExperiment',
    );
    expect(entries).toEqual([expect.objectContaining({ actor: 'imago' })]);
    await running.app.stopExperiment({ key: 'harmless', reason: 'done' }, 'ann');
  }, 60_000);

  it('tell the storefront of a rollback, and of what was announced and did not happen nothing', async () => {
    const receiver = await startReceiver();
    const jobs = await binding.openJobs();
    try {
      const webhook = createWebhook({ url: receiver.url, secret: 'secret' });
      const tell = await startTellingRollbacks(jobs, { experimentStore: binding.experimentStore, webhook, clock });
      await tell('harmless');
      await tell('harmful');
      await eventually(() => expect(receiver.calls).toHaveLength(1), 15_000);
      expect(receiver.calls[0].body).toMatchObject({ type: 'experiment.rolled-back', data: { key: 'harmful', surface: 'home' } });
    } finally {
      await jobs.close();
      await receiver.stop();
    }
  }, 30_000);

  it('grow a ramp by one step when it is due, however many look, and end it with its last', async () => {
    await start({ key: 'growing', ramp: { steps: [0.1, 0.5, 1], holdHours: 2 } });
    const coverage = async () => [(await read('growing')).coverage, (await read('growing')).ramp?.state];
    await watch();
    expect(await coverage()).toEqual([0.1, 'RUNNING']);
    shift += 2 * HOUR;
    await Promise.all([watch(), watch(), watch()]);
    expect(await coverage()).toEqual([0.5, 'RUNNING']);
    shift += 2 * HOUR;
    await watch();
    expect(await coverage()).toEqual([1, 'COMPLETED']);
    await running.app.stopExperiment({ key: 'growing', reason: 'done' }, 'ann');
  }, 30_000);

  it('hold a ramp while users do not arrive as the weights say', async () => {
    await start({ key: 'lopsided', ramp: { steps: [0.9, 1], holdHours: 1 } });
    const ids = Array.from({ length: 400 }, (_, i) => `l${i}`).filter((id) => placeOf('lopsided', id)! < 0.5);
    for (const userId of ids.slice(0, 60)) await feed({ userId });
    shift += HOUR;
    await watch();
    const { coverage, ramp, report } = await read('lopsided');
    expect([coverage, ramp]).toEqual([
      0.9,
      expect.objectContaining({ state: 'HELD', heldBecause: expect.stringContaining('do not arrive') as string }),
    ]);
    const shown = await report({});
    expect([shown.sampleRatioMismatch, shown.metrics({ force: false })]).toEqual([true, []]);
    expect(shown.metrics({ force: true })[0].metric).toBe('CONVERSION_RATE');
    await running.app.stopExperiment({ key: 'lopsided', reason: 'done' }, 'ann');
  }, 30_000);

  it('let a variant name a model, of which each page of its users is', async () => {
    const model = priceModel('tried', -1);
    await expect(create({ key: 'early', variants: halves({ modelVersion: 'tried' }) })).rejects.toThrow('there is none of this name');
    await binding.modelStore.create({
      name: 'intent',
      version: 'tried',
      sha256: 'x',
      uploadedBy: 'test',
      manifest: model.manifest,
      file: model.file,
    });
    await binding.modelStore.judge('intent', 'tried', [], 'READY');
    await start({ key: 'model', variants: halves({ modelVersion: 'tried' }) });
    await eventually(async () => {
      for (let i = 0; i < 12; i++) {
        const page = await feed({ userId: `m${i}` });
        // Without a champion the control is ranked by rules, which is said aloud; the treatment lacks nothing.
        const isTreated = armOf(page, 'model') === 'treatment';
        expect([page.ranking.modelVersion, page.ranking.degraded]).toEqual(isTreated ? ['tried', []] : [null, ['MODEL_MISSING']]);
      }
    });
    await running.app.stopExperiment({ key: 'model', reason: 'done' }, 'ann');
  }, 30_000);

  it('plan from how a metric was, and refuse where that is too little', async () => {
    const plan = await running.app.planExperiment({ metric: 'ADD_TO_CART_RATE', relativeLift: 0.1, alwaysValid: false, days: 1 });
    // A share p of users: the variance of one is p (1 - p), and 16 p (1 - p) / (0.1 p)² users an arm are the rule of thumb for 80 %.
    const { mean, usersPerArm } = plan;
    expect(usersPerArm / ((16 * mean * (1 - mean)) / (0.1 * mean) ** 2)).toBeCloseTo(1, 1);
    expect(plan.days).toBe(Math.ceil((usersPerArm * 2) / plan.usersPerDay));
    await expect(running.app.planExperiment({ metric: 'CONVERSION_RATE', relativeLift: 0.1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(running.app.planExperiment({ metric: 'NONE', relativeLift: 0 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
