import fc from 'fast-check';
import { candidatesFor, inputsFor, neighboursOf, NO_POLICY, serveTimes } from './shop-fixture.js';
import { generalShop, nos, page } from './general-shop.js';

describe('a ranking', () => {
  const shop = generalShop();
  const given = Array.from({ length: 50 }, (_, i) => (i * 13) % 120);
  const rank = (fields: Parameters<typeof candidatesFor>[1] = {}, inputs: Parameters<typeof inputsFor>[1] = {}) =>
    page(
      inputsFor(shop.shop(), {
        ...inputs,
        request: { kind: 'rank', first: 50, candidates: candidatesFor(given, fields), ...inputs.request },
      }),
    );

  it('places all candidates, whatever was bought, hidden or shown, by their score alone', async () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', given[3]), shop.event('u', 'HIDE', given[4]));
    serveTimes(state, given[5], 99);
    const built = await rank({}, { state });
    expect([...nos(built)].sort((a, b) => a - b)).toEqual([...given].sort((a, b) => a - b));
    expect(built.placed.map(({ rankBefore }) => rankBefore)).toEqual(given.map((_, i) => i + 1));
    expect([built.relaxed, built.removed, built.hasNextPage, built.placed[0].sources]).toEqual([[], [], false, ['CALLER']]);
  });

  it('reshapes on request', async () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', given[3]));
    serveTimes(state, given[5], 99);
    const built = await rank({ policy: { ...NO_POLICY, suppressBought: true, fatigue: true, caps: true, diversity: true } }, { state });
    expect(built.removed).toEqual([{ itemNo: given[3], component: 'already-bought' }, { itemNo: given[5], component: 'fatigue' }]); // prettier-ignore
    expect(built.placed).toHaveLength(48);
    expect(built.placed.map(({ rankBefore }) => rankBefore)).not.toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
  });

  it("is in the caller's order at weight 1, ties too", async () => {
    const built = await rank({ priorWeight: 1 });
    expect(nos(built)).toEqual(given);
    const level = await rank({ priorWeight: 1, prior: new Float32Array(50).fill(0.5) });
    expect(nos(level)).toEqual(given);
  });

  it('mixes relevance and prior', async () => {
    const [relevance, mixed] = [await rank(), await rank({ priorWeight: 0.4 })];
    const raw = new Map(relevance.placed.map(({ itemNo, score }) => [itemNo, score]));
    const [low, high] = [Math.min(...raw.values()), Math.max(...raw.values())];
    for (const { itemNo, score, contributions } of mixed.placed) {
      const prior = Math.fround(1 - given.indexOf(itemNo) / 50);
      expect(score).toBeCloseTo((0.6 * (raw.get(itemNo)! - low)) / (high - low) + 0.4 * prior, 9);
      expect(contributions.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(score, 9);
    }
  });

  it('does not depend on the order of the candidates, but where that is asked to count', async () => {
    const expected = await rank();
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(given, { minLength: 50 }), async (shuffled) => {
        const built = await page(inputsFor(shop.shop(), { request: { kind: 'rank', first: 50, candidates: candidatesFor(shuffled) } }));
        expect(nos(built)).toEqual(nos(expected));
      }),
      { numRuns: 20 },
    );
  });

  it('goes on over pages without repeating or removing', async () => {
    const first = await rank({}, { request: { first: 20 } });
    const second = await rank({}, { request: { first: 20, placedBefore: nos(first) } });
    const third = await rank({}, { request: { first: 20, placedBefore: [...nos(first), ...nos(second)] } });
    expect([first.hasNextPage, second.hasNextPage, third.hasNextPage, third.placed.length, third.removed]).toEqual([
      true,
      true,
      false,
      10,
      [],
    ]);
    expect([...nos(first), ...nos(second), ...nos(third)]).toEqual(nos(await rank()));
  });

  it('names what another block of the page shows', async () => {
    const built = await rank({}, { request: { shownOnPage: [given[0]] } });
    expect(built.removed).toEqual([{ itemNo: given[0], component: 'already-placed' }]);
  });
});

describe('related items', () => {
  const shop = generalShop();
  const related = (relation: 'SIMILAR' | 'BOUGHT_TOGETHER', tables = shop.shop()) =>
    page(inputsFor(tables, { request: { kind: 'related', first: 8, basket: { itemNos: [6], relation } } }));

  it('are alike without any behaviour to learn from', async () => {
    const built = await related('SIMILAR');
    expect(built.placed).toHaveLength(8);
    expect(nos(built).filter((no) => no % 6 === 0).length).toBeGreaterThanOrEqual(6);
    expect(nos(built)).not.toContain(6);
    expect(built.placed[0].reasons[0]).toMatchObject({ code: 'SIMILAR_TO', itemId: 'i6' });
  });

  it('begin with what others touched as well', async () => {
    const built = await related('SIMILAR', shop.shop({ similar: neighboursOf(120, { 6: [[77, 0.6]] }) }));
    expect(nos(built)[0]).toBe(77);
  });

  it('are what was bought together, then honestly what is alike', async () => {
    const built = await related('BOUGHT_TOGETHER', shop.shop({ boughtTogether: neighboursOf(120, { 6: [[50, 0.3], [51, 0.2]] }) })); // prettier-ignore
    expect(nos(built).slice(0, 2).sort()).toEqual([50, 51]);
    expect(built.placed[0].sources).toEqual(['BOUGHT_TOGETHER']);
    expect(built.placed.slice(2).every(({ sources }) => sources.includes('SIMILAR') && !sources.includes('BOUGHT_TOGETHER'))).toBe(true);
  });

  it('leave out the basket, and what the user bought', async () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 12));
    const built = await page(
      inputsFor(shop.shop(), { state, request: { kind: 'related', first: 30, basket: { itemNos: [6, 0], relation: 'SIMILAR' } } }),
    );
    for (const no of [0, 6, 12]) expect(nos(built)).not.toContain(no);
  });
});
