import { deserialize, serialize } from 'node:v8';
import { type Shop } from '../../../src/core/candidates/shop.js';
import { differenceOf, isWhole, ownScorer, remakePage, type WholePool } from '../../../src/core/exposures/remake-page.js';
import { columnOf } from '../../../src/core/features/catalogue.js';
import { buildPage } from '../../../src/core/feed.js';
import { type BuiltPage, type PageInputs } from '../../../src/core/page.js';
import { type Random, seededRandom } from '../../../src/core/random.js';
import { askAgain } from '../../../src/core/scoring/ask-again.js';
import { type IntentModel } from '../../../src/core/scoring/intent-model.js';
import { type ScoredBy } from '../../../src/core/scoring/score-again.js';
import { DIVERSITY_ALGORITHMS, type RankingConfigInput } from '../../../src/core/settings.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { candidatesFor, DAY, inputsFor, NOW, TestShop } from '../shop-fixture.js';

const ITEMS = 160;
const MODEL_FEATURES = ['item.popularity_log@1', 'item.price_log@1', 'user.category_affinity@1'];

/** A model that adds features up in single precision. */
const sumModel = (version: string, slope: number): IntentModel => ({
  manifest: {
    name: 'intent', version, kind: 'dense', heads: ['click', 'purchase'], featureNames: MODEL_FEATURES, tagNames: [], vocabularies: {}, calibration: 'none',
    training: {}, metrics: {}, quantiles: {}, missing: {}, monotone: {}, golden: { scores: [] },
  },
  reads: new Set(['dense'] as const),
  sequenceLength: 0,
  predict: ({ rows, dense }) =>
    Float32Array.from({ length: rows * 2 }, (_, i) => {
      const row = (i - (i % 2)) / 2;
      const sum = MODEL_FEATURES.reduce((all, _name, f) => Math.fround(all + slope * dense[row * MODEL_FEATURES.length + f]), 0);
      return 1 / (1 + Math.exp(-sum)) / (1 + (i % 2));
    }),
}); // prettier-ignore
const MODELS = [sumModel('a', 0.3), sumModel('b', -0.7)];

function someShop(): { shop: Shop; state: PageInputs['state'] } {
  const shop = new TestShop();
  for (let i = 0; i < ITEMS; i++)
    shop.put({
      categories: [`c${i % 7}`, `c${i % 7}-${i % 3}`],
      brand: i % 4 === 0 ? null : `b${i % 9}`,
      creatorId: `m${i % 12}`,
      price: 1 + ((i * 17) % 90),
      createdAt: NOW - (i < 120 ? 60 + i : i - 118) * DAY,
    });
  for (let i = 0; i < 120; i++) shop.click(i, (i * 7) % 11);
  const state = shop.stateAfter(...[3, 10, 17, 25, 40].map((no) => shop.event('anna', 'LIKE', no)));
  return { shop: shop.shop(), state };
}

const oneOf = <T>(values: readonly T[], random: Random): T => values[Math.floor(random() * values.length)];

function someSettings(random: Random): RankingConfigInput {
  return {
    diversity: {
      algorithm: oneOf(DIVERSITY_ALGORITHMS, random),
      strength: oneOf([0, 0.2, 0.6], random),
      window: oneOf([5, 10, 30], random),
      maxPerCategory: oneOf([1, 3], random),
      maxPerBrand: oneOf([2, 10], random),
    },
    exploration: { method: oneOf(['NONE', 'EPSILON', 'THOMPSON'] as const, random), share: oneOf([0.05, 0.2], random) },
    objectives: [
      { name: 'click', value: 1 },
      { name: 'freshness', value: oneOf([0, 0.3], random) },
    ],
  };
}

function someRequest(random: Random): Partial<PageInputs['request']> {
  const first = oneOf([4, 10, 20], random);
  const placedBefore = random() < 0.4 ? Array.from({ length: oneOf([3, 40, 120], random) }, (_, i) => i) : [];
  if (random() > 0.15) return { first, placedBefore };
  const itemNos = Array.from({ length: 30 }, (_, i) => (i * 5) % ITEMS);
  const policy = { suppressBought: false, fatigue: false, caps: true, diversity: true, exploration: random() < 0.5 };
  return { kind: 'rank', first, candidates: candidatesFor(itemNos, { policy, priorWeight: oneOf([0, 0.4], random) }) };
}

/** What the log keeps of a pool, as it comes back from it. */
const kept = (page: BuiltPage): WholePool => {
  const pool = deserialize(serialize(page.pool())) as ReturnType<BuiltPage['pool']>;
  if (!isWhole(pool)) throw new Error('the pool is not whole');
  return pool;
};

async function scorerOf(page: BuiltPage, pool: WholePool): Promise<ScoredBy | null> {
  const { settings, score } = pool.inputs;
  const model = MODELS.find(({ manifest }) => manifest.version === page.modelVersion);
  if (!model) return ownScorer(page.scorer, settings);
  const heads = await askAgain(model, score, { ...pool, featureNames: page.featureNames }, 1_000);
  return { scorer: 'MODEL', heads, objectives: settings.objectives };
}

describe('a page made again from its pool', () => {
  const { shop, state } = someShop();
  const served = async (seed: number): Promise<BuiltPage> => {
    const random = seededRandom(seed);
    const inUse = random() < 0.4 ? [oneOf(MODELS, random)] : [];
    return buildPage(
      inputsFor(shop, {
        request: someRequest(random),
        settings: someSettings(random),
        state: random() < 0.8 ? state : emptyState(),
        models: { inUse, givenUp: inUse.length === 0 ? ['MODEL_MISSING'] : [] },
        random: seededRandom(seed * 7),
        keepsPool: true,
        muted: random() < 0.2 ? [{ kind: 'tag', name: 'category-affinity:c3', until: null }] : [],
      }),
    );
  };

  it('is the same to the last bit, whatever settings, model, chance and page before it had: 200 pages', async () => {
    const seen = { explored: 0, model: 0, later: 0 };
    for (let seed = 1; seed <= 200; seed++) {
      const page = await served(seed);
      const pool = kept(page);
      const remade = remakePage(pool, page.featureNames, pool.inputs.settings, await scorerOf(page, pool));
      expect([seed, differenceOf(page, pool, remade)]).toEqual([seed, null]);
      seen.explored += Number(page.placed.some(({ exploration }) => exploration));
      seen.model += Number(page.scorer === 'MODEL');
      seen.later += Number(pool.inputs.slate.placedBefore > 0);
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(25);
  });

  it('tells the first difference where the log or the settings say something else', async () => {
    const page = await served(3);
    const pool = kept(page);
    const remade = remakePage(pool, page.featureNames, pool.inputs.settings, await scorerOf(page, pool));
    const [first, ...others] = page.placed;
    const forged = { ...page, placed: [{ ...first, score: first.score + 1e-12 * Math.abs(first.score) }, ...others] };
    expect(differenceOf(forged, pool, remade)).toMatch(/^score of the item at position \d+ is .*; the log has /);
    const other = { ...pool, scores: pool.scores.map((score) => score + 1) };
    expect(differenceOf(page, other, remade)).toMatch(/^candidate 1 scores .*; the log has /);
  });

  it('is another one by other rules, of the same candidates in their order', async () => {
    const page = await served(1);
    const pool = kept(page);
    const by: ScoredBy = { scorer: 'RULES', rules: [{ name: 'item.price_log@1', value: 1 }] };
    const { itemNos, scores, places, slate } = remakePage(pool, page.featureNames, pool.inputs.settings, by);
    expect([...itemNos].sort()).toEqual([...pool.itemNos].sort());
    expect([...scores]).toEqual([...scores].sort((a, b) => b - a));
    expect(Array.from(places, (place) => pool.itemNos[place])).toEqual([...itemNos]);
    const price = columnOf('item.price_log@1')!;
    const dearest = Math.max(...Array.from(pool.itemNos, (_, row) => pool.features[row * page.featureNames.length + price]));
    expect(scores[0]).toBe(dearest);
    expect(new Set(slate.order).size).toBe(page.placed.length);
  });
});
