import { column } from '../../../src/core/features/catalogue.js';
import { FeatureMatrix } from '../../../src/core/features/matrix.js';
import { buildPage } from '../../../src/core/feed.js';
import { type IntentModel, ModelFault, type ModelInputs } from '../../../src/core/scoring/intent-model.js';
import { judgeAnswer } from '../../../src/core/scoring/model-answer.js';
import { objectiveContributions, objectiveTerms, scoreByObjectives } from '../../../src/core/scoring/objectives.js';
import { UNMIXED } from '../../../src/core/scoring/prior.js';
import { testModel } from '../../support/test-model.js';
import { DAY, HOUR, inputsFor, NOW, PLAIN, TestShop } from '../shop-fixture.js';

const faultOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ModelFault) return error.degradation;
    throw error;
  }
  return 'none';
};

describe('the judgement of an answer', () => {
  const differing = Float32Array.from({ length: 40 }, (_, i) => i);
  const judged = (answer: number[], dense = differing, rows = answer.length, heads = 1): string =>
    faultOf(() => judgeAnswer(Float32Array.from(answer), dense, rows, heads));

  it('takes probabilities, and draws back what rounding carried out', () => {
    const answer = Float32Array.of(-0.00005, 0.5, 1.00005);
    judgeAnswer(answer, differing.subarray(0, 3), 3, 1);
    expect([...answer]).toEqual([0, 0.5, 1]);
  });

  it.each([
    ['another length', [0.5, 0.5], 3],
    ['what is not a number', [0.5, NaN], 2],
    ['infinity', [Infinity, 0.5], 2],
    ['what is no probability', [0.5, 1.1], 2],
    ['what is below 0', [-0.1, 0.5], 2],
  ])('calls %s absurd', (_name, answer, rows) => expect(judged(answer, differing, rows)).toBe('MODEL_ABSURD'));

  it('calls one answer for all absurd, unless they are alike or few', () => {
    const same = Array.from({ length: 40 }, () => 0.25);
    expect(judged(same)).toBe('MODEL_ABSURD');
    expect(judged(same, new Float32Array(40))).toBe('none');
    expect(judged(same.slice(0, 19), differing.subarray(0, 19))).toBe('none');
  });
});

describe('objectives', () => {
  const matrix = new FeatureMatrix(2);
  matrix.set(0, column('item.price_log@1'), 5);
  matrix.set(1, column('item.price_log@1'), 20);
  matrix.set(0, column('cross.friends@1'), Math.log(4)); // a weight of 3
  matrix.set(1, column('cross.creator_tie@1'), 0.5);
  matrix.set(0, column('item.freshness@1'), 0.25);
  matrix.set(0, column('item.trust@1'), 0.75);
  matrix.set(1, column('item.quality@1'), 0.25);
  const said = { heads: ['click', 'purchase'] as const, probabilities: Float32Array.of(0.5, 0.25, 0.75, 0.125) };
  const scoreOf = (name: string, mayEarn = true): number[] => [
    ...scoreByObjectives(objectiveTerms([{ name, value: 2 }], said, matrix, mayEarn), 2),
  ];

  it('are the heads of the model and what the shop itself knows', () => {
    expect(scoreOf('click')).toEqual([1, 1.5]);
    // 2 * 0.25 * 5 / 10, and 2 * 0.125 * 1, since ln(1 + price) counts up to 10.
    expect(scoreOf('revenue')).toEqual([0.25, 0.25]);
    // 3 / (1 + 3), and the tie to the creator.
    expect(scoreOf('social')).toEqual([expect.closeTo(1.5, 6), 1]);
    expect(scoreOf('freshness')).toEqual([0.5, 0]);
    expect([scoreOf('trust'), scoreOf('quality')]).toEqual([[1.5, 1], [1, 0.5]]); // prettier-ignore
    expect([scoreOf('hide'), scoreOf('revenue', false)]).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  });

  it('explain themselves exactly', () => {
    const terms = objectiveTerms([{ name: 'click', value: 1 }, { name: 'purchase', value: 10 }, { name: 'hide', value: -5 }], said, matrix, true); // prettier-ignore
    const scores = scoreByObjectives(terms, 2);
    expect(objectiveContributions(terms, UNMIXED, matrix, 1)).toEqual([{ name: 'click', value: 0.75 }, { name: 'purchase', value: 1.25 }]); // prettier-ignore
    const mixture = { scale: 0.5, offset: 0.125, priorWeight: 0 };
    const sum = objectiveContributions(terms, mixture, matrix, 0).reduce((total, { value }) => total + value, 0);
    expect(sum).toBeCloseTo(scores[0] * 0.5 + 0.125, 9);
  });
});

describe('a page that a model decides', () => {
  const shop = new TestShop();
  for (let i = 0; i < 30; i++) shop.put({ categories: ['all', `c${i % 3}`], brand: `b${i % 5}`, price: 1 + i, createdAt: NOW - i * DAY });
  const FEATURES = ['item.price_log@1', 'item.freshness@1'];

  /** A model that answers what a function says of each row. */
  const modelOf = (click: (inputs: ModelInputs, row: number) => number, fields: Partial<IntentModel> = {}): IntentModel => ({
    manifest: testModel({ featureNames: FEATURES, fields: { heads: ['click'] } }).manifest,
    reads: new Set(['dense']),
    sequenceLength: 0,
    predict: (inputs) => Float32Array.from({ length: inputs.rows }, (_, row) => click(inputs, row)),
    ...fields,
  });
  const byPrice = modelOf(({ dense }, row) => dense[row * 2] / 10);
  const failing = (degradation: ConstructorParameters<typeof ModelFault>[0], version = 'v1'): IntentModel => ({
    ...byPrice,
    manifest: { ...byPrice.manifest, version },
    predict: () => Promise.reject(new ModelFault(degradation, 'no answer')),
  });
  const page = (...inUse: IntentModel[]) => buildPage(inputsFor(shop.shop(), { settings: PLAIN, models: { inUse, givenUp: [] } }));

  it('is in the order of its scores, and tells what the model foresees', async () => {
    const built = await page(byPrice);
    expect(built.placed.map(({ itemNo }) => itemNo)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
    expect([built.scorer, built.modelVersion, built.degraded]).toEqual(['MODEL', 'v1', []]);
    expect(built.intents!.map(({ click }) => click)).toEqual(built.placed.map(({ score }) => expect.closeTo(score, 6) as number));
  });

  it('is left to the next model, then to rules, and every step is named', async () => {
    const second = { ...byPrice, manifest: { ...byPrice.manifest, version: 'v0' } };
    const deputy = await page(failing('MODEL_SLOW'), second);
    expect([deputy.scorer, deputy.modelVersion, deputy.degraded]).toEqual(['MODEL', 'v0', ['MODEL_SLOW']]);
    const rules = await page(failing('MODEL_FAILED'), modelOf(() => NaN)); // prettier-ignore
    expect([rules.scorer, rules.modelVersion, rules.intents, rules.degraded]).toEqual([
      'RULES',
      null,
      null,
      ['MODEL_FAILED', 'MODEL_ABSURD'],
    ]);
    expect(rules.modelFaults.map(({ fault }) => fault.degradation)).toEqual(['MODEL_FAILED', 'MODEL_ABSURD']);
    const broken = await page({ ...byPrice, predict: () => { throw new TypeError('a bug'); } }); // prettier-ignore
    expect([broken.scorer, broken.degraded]).toEqual(['RULES', ['MODEL_FAILED']]);
  });

  it('gives a model what is left of the time, 50 ms at most, and nothing once it is over', async () => {
    const given: number[] = [];
    const timed = {
      ...byPrice,
      predict: (inputs: ModelInputs, timeoutMs: number) => (given.push(timeoutMs), byPrice.predict(inputs, timeoutMs)),
    };
    const until = (deadline: number) =>
      buildPage(inputsFor(shop.shop(), { models: { inUse: [timed], givenUp: [] }, deadline, clock: () => 100 }));
    const [, , late] = [await until(10_000), await until(130), await until(100)];
    expect(given).toEqual([50, 30]);
    expect([late.scorer, late.degraded.includes('DEADLINE')]).toEqual(['RULES', true]);
  });

  it('tells a sequence model what the user did, newest first, and nothing that it cannot know', async () => {
    const told: ModelInputs[] = [];
    const model = modelOf((_inputs, row) => row / 100, {
      reads: new Set([
        'dense',
        'seq_category',
        'seq_brand',
        'seq_creator',
        'seq_type',
        'seq_gap',
        'cand_category',
        'cand_brand',
        'cand_creator',
        'user_tags',
      ]),
      sequenceLength: 3,
    });
    const sees = {
      ...model,
      manifest: { ...model.manifest, tagNames: ['no-such-tag'], vocabularies: { category: 3, brand: 2, type: 99 } },
      predict: (inputs: ModelInputs) => (told.push(structuredClone(inputs)), model.predict(inputs, 1)),
    };
    const state = shop.stateAfter(
      shop.event('u', 'CLICK', 0, { occurredAt: NOW - 3 * HOUR }),
      shop.event('u', 'LIKE', 4, { occurredAt: NOW - HOUR }),
    );
    await buildPage(inputsFor(shop.shop(), { state, models: { inUse: [sees], givenUp: [] } }));
    const [{ rows, sequence, candidates, userTags }] = told;
    // Categories are numbered all 1, c0 2, c1 3, c2 4; brands b0 1 to b4 5. Item 4 is of c1 and b4, item 0 of c0 and b0; brands beyond 2 are unknown.
    expect([...sequence!.category]).toEqual([3n, 2n, 0n]);
    expect([...sequence!.brand]).toEqual([0n, 1n, 0n]);
    expect([...sequence!.creator]).toEqual([0n, 0n, 0n]);
    expect([...sequence!.gap]).toEqual([expect.closeTo(Math.log(2), 6), expect.closeTo(Math.log(4), 6), 0]);
    expect(sequence!.type.filter((type) => type > 0n)).toHaveLength(2);
    expect([candidates!.category.length, Math.max(...Array.from(candidates!.brand, Number)), [...userTags!]]).toEqual([rows, 2, [0]]);
  });

  it('says what another model would score, in the order of what was ranked', async () => {
    const built = await page(byPrice);
    const scores = await built.scoresBy(modelOf(({ dense }, row) => 1 - dense[row * 2] / 10), 50); // prettier-ignore
    expect([...scores]).toEqual([...scores].sort((a, b) => a - b));
    await expect(built.scoresBy(failing('MODEL_SLOW'), 50)).rejects.toMatchObject({ degradation: 'MODEL_SLOW' });
  });
});
