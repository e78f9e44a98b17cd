import fc from 'fast-check';
import { FEATURE_NAMES } from '../../../src/core/features/catalogue.js';
import { BASELINE, BEHAVIOUR, explainedTerms, explainPrediction } from '../../../src/core/scoring/explain-model.js';
import { type IntentModel, type ModelInputs, type ModelManifest, type ModelTensor } from '../../../src/core/scoring/intent-model.js';
import { SCORE_GROUPS, scoreGroupOf } from '../../../src/core/scoring/score-groups.js';
import { shapley } from '../../../src/core/scoring/shapley.js';

function* orders(players: number[]): Generator<number[]> {
  if (players.length === 0) yield [];
  for (const first of players) for (const rest of orders(players.filter((other) => other !== first))) yield [first, ...rest];
}

describe('Shapley values', () => {
  it('share what players make together evenly', () => {
    // Alone 1 makes 10 and 2 makes 20, together 50: 1 adds 10 or 30, on average 20; 2 adds 20 or 40, on average 30.
    expect([...shapley([0, 10, 20, 50])]).toEqual([20, 30]);
    expect([...shapley([7])]).toEqual([]);
    expect(() => shapley([1, 2, 3])).toThrow('3 coalitions are those of no set of players');
  });

  it('are the mean of what each adds over all orders, and add up', () => {
    const games = fc.integer({ min: 1, max: 4 }).chain((n) => fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2 ** n, maxLength: 2 ** n })); // prettier-ignore
    fc.assert(
      fc.property(games, (worth) => {
        const n = Math.log2(worth.length);
        const mean = new Float64Array(n);
        const all = [...orders(Array.from({ length: n }, (_, i) => i))];
        for (const order of all) {
          let coalition = 0;
          for (const player of order) {
            mean[player] += (worth[coalition | (1 << player)] - worth[coalition]) / all.length;
            coalition |= 1 << player;
          }
        }
        const values = shapley(worth);
        values.forEach((value, i) => expect(value).toBeCloseTo(mean[i], 9));
        expect(values.reduce((sum, value) => sum + value, worth[0])).toBeCloseTo(worth[worth.length - 1], 9);
      }),
    );
  });
});

describe('groups of features', () => {
  it('have a place for every feature, and every group has features', () => {
    expect(new Set(FEATURE_NAMES.map(scoreGroupOf))).toEqual(new Set(SCORE_GROUPS));
  });

  it.each([
    ['user.category_affinity@1', 'taste'], ['cross.brand_recency@1', 'taste'], ['request.affinity_rank@1', 'taste'],
    ['cross.cf@1', 'similar'], ['context.current_alike@1', 'similar'], ['request.last_cf_rank@1', 'similar'], ['cross.embedding@3', 'similar'],
    ['item.popularity_log@1', 'trend'], ['item.brand_share@1', 'trend'], ['request.trend_rank@1', 'trend'],
    ['cross.creator_tie@1', 'friends'], ['social.best@1', 'friends'], ['social.not_there_yet@9', 'friends'],
    ['item.age_log@1', 'freshness'], ['request.freshness_rank@1', 'freshness'],
    ['item.price_log@1', 'quality'], ['cross.price_gap@1', 'quality'], ['item.purchase_rate@1', 'quality'],
    ['user.activity@1', 'history'], ['sequence.session_acts@1', 'history'], ['cross.item_acts@1', 'history'],
    ['context.hour_sin@1', 'context'], ['request.prior@1', 'context'], ['weather.rain@1', 'context'],
  ])('put %s under %s', (feature, group) => expect(scoreGroupOf(feature)).toBe(group)); // prettier-ignore
});

const NAMES = ['user.category_affinity@1', 'cross.cf@1', 'item.popularity_log@1', 'item.freshness@1', 'context.hour_sin@1'];
const manifest = {
  name: 'intent',
  version: '1',
  heads: ['click', 'purchase'],
  featureNames: NAMES,
  tagNames: [],
  quantiles: { 'item.popularity_log@1': [0, 0, 0, 0, 0, 2, 3, 4, 5, 6, 7] },
  missing: { 'cross.cf@1': 0.5 },
} as unknown as ModelManifest;

/** A model in code: features bend each other, and a second tensor lifts everything. */
function modelOf(reads: ModelTensor[] = ['dense']): IntentModel {
  const probability = ([taste, cf, popularity, freshness, hour]: Float32Array, lift: number): number =>
    1 / (1 + Math.exp(-(0.3 * taste + cf * popularity - 0.5 * freshness * freshness + 0.2 * hour * cf + lift)));
  return {
    manifest,
    reads: new Set(reads),
    sequenceLength: 0,
    predict: ({ rows, dense, userTags }: ModelInputs) => {
      const answer = new Float32Array(rows * 2);
      for (let row = 0; row < rows; row++) {
        const click = probability(dense.subarray(row * 5, row * 5 + 5), userTags?.[0] ?? 0);
        answer.set([click, click / 4], row * 2);
      }
      return answer;
    },
  };
}
const asked = {
  'user.category_affinity@1': 1,
  'cross.cf@1': 0.8,
  'item.popularity_log@1': 3,
  'item.freshness@1': 0.4,
  'context.hour_sin@1': 0,
};

describe('an explained prediction', () => {
  it('adds up to what the model says, over a baseline of what is usual', async () => {
    const [click, purchase] = await explainPrediction(modelOf(), asked, 100);
    // Usual: taste ln 0.05 by default, co-occurrence 0.5 where missing, popularity 2 by its median, freshness and hour 0.
    expect(click.baseline).toBeCloseTo(1 / (1 + Math.exp(-(0.3 * Math.log(0.05) + 1))), 6);
    expect(click.probability).toBeCloseTo(1 / (1 + Math.exp(-(0.3 + 2.4 - 0.08))), 6);
    for (const { parts, baseline, probability } of [click, purchase])
      expect([...parts.values()].reduce((sum, part) => sum + part, baseline)).toBeCloseTo(probability, 5);
    expect([...click.parts.keys()]).toEqual(['taste', 'similar', 'trend', 'freshness']);
    expect(click.parts.get('freshness')!).toBeLessThan(0);
    expect(click.parts.get('taste')!).toBeGreaterThan(0);
  });

  it('asks about no more rows than combinations, and none apart from the usual when all is', async () => {
    const rows: number[] = [];
    const model = modelOf();
    const counting: IntentModel = { ...model, predict: (inputs, timeoutMs) => (rows.push(inputs.rows), model.predict(inputs, timeoutMs)) };
    await explainPrediction(counting, asked, 100);
    const [{ parts }] = await explainPrediction(counting, {}, 100);
    expect([rows, parts.size]).toEqual([[16, 1], 0]);
  });

  const logged = [{ name: 'click', value: 0.92 }, { name: 'purchase', value: 2 }, { name: 'social', value: 0.3 }]; // prettier-ignore
  const total = (terms: { value: number }[]): number => terms.reduce((sum, { value }) => sum + value, 0);

  it('takes the terms of heads apart and leaves the others', async () => {
    const explained = await explainPrediction(modelOf(), asked, 100);
    const terms = explainedTerms(logged, explained, { readsMore: false, weightOf: () => undefined });
    expect(total(terms)).toBeCloseTo(total(logged), 5);
    expect(new Set(terms.map(({ name }) => name))).toEqual(new Set([BASELINE, 'taste', 'similar', 'trend', 'freshness', 'social']));
  });

  it('puts under behaviour what the model read beside the features', async () => {
    const explained = await explainPrediction(modelOf(['dense', 'user_tags']), asked, 100);
    const terms = explainedTerms(logged, explained, { readsMore: true, weightOf: (head) => ({ click: 1, purchase: 10 })[head] });
    expect(total(terms)).toBeCloseTo(total(logged), 5);
    const [click] = explained;
    expect(terms.find(({ name }) => name === BEHAVIOUR)!.value).toBeCloseTo(0.92 - click.probability + 2 - 10 * (click.probability / 4), 5);
    // Where the weights are not known, the terms stay as they are.
    expect(explainedTerms(logged, explained, { readsMore: true, weightOf: () => undefined })).toEqual(logged);
  });
});
