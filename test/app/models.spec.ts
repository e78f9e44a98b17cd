import { type FeedAnswer } from '../../src/app/answers.js';
import { FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { eventually } from '../support/eventually.js';
import { clickOf, type ModelsApp, openModelsApp, priceModel, priceOf, troubledModel } from '../support/models-app.js';
import { linearScores } from '../support/onnx-files.js';
import { testModel } from '../support/test-model.js';

const idsOf = ({ items }: FeedAnswer): string[] => items.map(({ item }) => item.id);
const scoredBy = ({ ranking }: FeedAnswer) => [ranking.scorer, ranking.modelVersion, ranking.degraded];
const RULES = (why: string) => ['RULES', null, [why]];

describe('models in force', () => {
  let shop: ModelsApp;
  const biasOf: Record<string, number> = { a: -1, b: -2, c: -3 };
  const feed = (fields: object = {}): Promise<FeedAnswer> => shop.app.feed({ userId: 'u1', first: 20, ...fields });

  beforeAll(async () => {
    shop = await openModelsApp();
    for (const [version, bias] of Object.entries(biasOf)) await shop.put(priceModel(version, bias));
  }, 60_000);
  afterAll(() => shop.stop());
  afterEach(() => shop.champion(null));

  it('leave the page to rules where there is no champion, and say so', async () => {
    const page = await feed();
    expect(scoredBy(page)).toEqual(RULES('MODEL_MISSING'));
    expect(page.items.every(({ intent }) => intent === null)).toBe(true);
  });

  it('decide a page, and what they foresee can be recomputed from the features that are logged', async () => {
    const model = testModel({ version: 'all' });
    await shop.put(model);
    await shop.champion('all');
    const page = await feed();
    expect(scoredBy(page)).toEqual(['MODEL', 'all', []]);
    for (const { exposureId, intent, score } of page.items) {
      const exposure = (await shop.app.exposure(exposureId))!;
      const row = FEATURE_NAMES.map((name) => exposure.features[name]);
      const [[click, addToCart, purchase]] = linearScores([row], model.weights, model.bias);
      expect(Math.abs(intent!.click - click)).toBeLessThan(1e-5);
      expect(Math.abs(intent!.addToCart! - addToCart)).toBeLessThan(1e-5);
      expect(Math.abs(intent!.purchase! - purchase)).toBeLessThan(1e-5);
      // The default objectives: click 1, addToCart 3, purchase 10; the model does not foresee hiding.
      expect(score).toBeCloseTo(intent!.click + 3 * intent!.addToCart! + 10 * intent!.purchase!, 6);
      expect(exposure.contributions.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(score, 5);
      expect(exposure.contributions.map(({ name }) => name)).toContain('baseline');
      expect([exposure.scorer, exposure.modelVersion]).toEqual(['MODEL', 'all']);
    }
  });

  it('rest where another process found them absurd', async () => {
    await shop.put(priceModel('odd', -1));
    await shop.champion('odd');
    expect(scoredBy(await feed())).toEqual(['MODEL', 'odd', []]);
    await shop.binding.notices.publish('models', 'rests odd');
    await eventually(async () => expect(scoredBy(await feed())).toEqual(RULES('MODEL_ABSURD')));
  });

  it('change a hundred times under load, and no page fails or is of two versions', async () => {
    await shop.champion('a');
    let isOver = false;
    const seen = new Map<string, number>();
    const ask = async (user: string): Promise<void> => {
      while (!isOver) {
        const page = await shop.app.feed({ userId: user, first: 20 });
        expect([page.ranking.scorer, page.ranking.degraded]).toEqual(['MODEL', []]);
        const version = page.ranking.modelVersion!;
        seen.set(version, (seen.get(version) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        for (const { item, intent } of page.items) expect(intent!.click).toBeCloseTo(clickOf(item.price!, biasOf[version]), 5);
      }
    };
    const asking = Promise.all(['u1', 'u2'].map(ask));
    for (let i = 0; i < 100; i++) await shop.champion(['b', 'c', 'a'][i % 3]);
    isOver = true;
    await asking;
    expect([...seen.keys()].sort()).toEqual(['a', 'b', 'c']);
  }, 60_000);

  it('pass a surface to its own champion, and back when it has none any more', async () => {
    await shop.champion('a');
    await shop.champion('b', 'cart');
    expect([(await feed()).ranking.modelVersion, (await feed({ surface: 'cart' })).ranking.modelVersion]).toEqual(['a', 'b']);
    await shop.champion(null, 'cart');
    expect((await feed({ surface: 'cart' })).ranking.modelVersion).toBe('a');
  });

  it('go back as often as there was a champion before, past the quarantined', async () => {
    const back = async () => (await shop.app.rollbackModel({ name: 'intent', reason: 'worse' }, 'test')).champion?.version ?? null;
    await shop.put(priceModel('bad', -1));
    for (const version of ['a', 'bad', 'c']) await shop.champion(version);
    await shop.binding.modelStore.quarantine('intent', 'bad', 'it misbehaved');
    expect([await back(), await back()]).toEqual(['a', null]);
    await expect(back()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await feed()).ranking.scorer).toBe('RULES');
    await expect(shop.champion('bad')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(shop.champion('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const silent = { name: 'intent', role: 'CHAMPION' as const, version: 'a', reason: ' ' };
    await expect(shop.app.assignModelRole(silent, 'test')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('keep the pages of a feed with the version that it began with', async () => {
    await shop.champion('a');
    const first = await feed({ userId: 'reader' });
    await shop.champion('b');
    const second = await feed({ userId: 'reader', after: first.pageInfo.endCursor });
    expect(scoredBy(second)).toEqual(['MODEL', 'a', []]);
    expect(new Set([...idsOf(first), ...idsOf(second)]).size).toBe(40);
    await shop.put(priceModel('gone', -1));
    await shop.champion('gone');
    const third = await feed({ userId: 'other' });
    await shop.champion('b');
    await shop.binding.modelStore.quarantine('intent', 'gone', 'it misbehaved');
    await eventually(async () => {
      expect(scoredBy(await feed({ userId: 'other', after: third.pageInfo.endCursor }))).toEqual(['MODEL', 'b', ['MODEL_MISSING']]);
    });
  });

  it('show in a preview what a version without a role would do, and keep nothing of it', async () => {
    const preview = await feed({ preview: { modelVersion: 'c', seed: 1 } });
    expect(scoredBy(preview)).toEqual(['MODEL', 'c', []]);
    expect(preview.items[0].exposureId).toMatch(/^preview-/);
    await expect(feed({ preview: { modelVersion: 'nobody' } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(scoredBy(await feed())).toEqual(RULES('MODEL_MISSING'));
  });

  it('let a shadow score beside them, which changes no page and is compared', async () => {
    await shop.champion('a');
    await shop.put(testModel({ version: 'upside-down', featureNames: ['item.price_log@1'], weightOf: () => -0.1 }));
    const page = async () => idsOf(await feed({ preview: { seed: 3, at: '2026-01-01T00:00:00Z' } }));
    const before = await page();
    const shadow = (version: string | null) =>
      shop.app.assignModelRole({ name: 'intent', role: 'SHADOW', version, reason: 'to compare' }, 'test');
    expect((await shadow('upside-down')).shadow?.roles).toEqual(['SHADOW']);
    expect(await page()).toEqual(before);
    for (let i = 0; i < 5; i++) await feed({ userId: `s${i}` });
    await eventually(async () => {
      const report = (await (await shop.app.modelVersion('intent', 'upside-down'))!.shadowReport())!;
      expect(report).toMatchObject({ requests: 5, failures: 0, scorePsi: 0 });
      expect(report.rankCorrelation).toBeLessThan(-0.9);
      // Of 60 candidates the dearest 20 are first for the one, and the cheapest for the other.
      expect([report.topKOverlap, report.p99Ms > 0]).toEqual([0, true]);
    });
    await shadow(null);
  });

  it('go without a champion that cannot be loaded, with the one before it or with rules', async () => {
    const { manifest } = priceModel('broken', -1);
    await shop.put({ manifest, file: Buffer.from('this is no model') });
    await shop.champion('broken');
    expect(scoredBy(await feed())).toEqual(RULES('MODEL_MISSING'));
    await shop.champion('a');
    await shop.champion('b');
    await shop.put({ manifest: priceModel('torn', -1).manifest, file: priceModel('torn', -1).file.subarray(0, 100) });
    await shop.champion('torn');
    expect(scoredBy(await feed())).toEqual(['MODEL', 'b', ['MODEL_MISSING']]);
  });
});

describe('a model that goes wrong while it serves', () => {
  let shop: ModelsApp;
  const DEAREST = 5;
  // Nobody's feed, so that nothing stays away because it was shown too often.
  const feed = (): Promise<FeedAnswer> => shop.app.feed({ first: 20 });

  beforeAll(async () => {
    shop = await openModelsApp({ inlineBelowMs: 0 });
  }, 60_000);
  afterAll(() => shop.stop());

  it.each([
    ['absurd', 'MODEL_ABSURD'],
    ['hanging', 'MODEL_SLOW'],
  ] as const)(
    'by %s answers is followed by rules, and serves again when it is well',
    async (trouble, degradation) => {
      await shop.put(troubledModel(trouble, trouble));
      await shop.champion(trouble);
      await eventually(async () => expect(scoredBy(await feed())).toEqual(['MODEL', trouble, []]), 20_000);
      await shop.setPrice(DEAREST, 1e7); // ln of it is 16
      for (let i = 0; i < 10; i++) {
        const started = performance.now();
        const page = await feed();
        expect([page.items.length, page.ranking.scorer]).toEqual([20, 'RULES']);
        // While the process of a model that hung is started again, it fails.
        expect([[degradation], ['MODEL_FAILED'], ['MODEL_SLOW']]).toContainEqual(page.ranking.degraded);
        if (i === 0) expect(page.ranking.degraded).toEqual([degradation]);
        expect(performance.now() - started).toBeLessThan(1_000);
      }
      await shop.setPrice(DEAREST, priceOf(DEAREST));
      await eventually(async () => expect(scoredBy(await feed())).toEqual(['MODEL', trouble, []]), 20_000);
      await shop.champion(null);
    },
    60_000,
  );

  it('gives way to the champion before it', async () => {
    for (const model of [priceModel('sound', -1), troubledModel('odd', 'absurd')]) await shop.put(model);
    for (const version of ['sound', 'odd']) await shop.champion(version);
    await shop.setPrice(DEAREST, 1e7);
    for (let i = 0; i < 10; i++) expect(scoredBy(await feed())).toEqual(['MODEL', 'sound', ['MODEL_ABSURD']]);
  });
});
