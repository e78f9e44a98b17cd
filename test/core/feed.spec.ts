import fc from 'fast-check';
import { PageCancelled } from '../../src/core/pipeline.js';
import { FEATURE_COUNT, FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { type PageInputs } from '../../src/core/page.js';
import { pipelineStages } from '../../src/core/pipeline-stages.js';
import { DAY, inputsFor, neighboursOf, NO_FILTER, NOW, PLAIN, serveTimes, TestShop } from './shop-fixture.js';
import { generalShop, nos, page } from './general-shop.js';

describe('a feed', () => {
  const shop = generalShop();

  it('gives distinct items in positions, each with score, sources, contributions and reasons', async () => {
    const built = await page(inputsFor(shop.shop(), { request: { first: 30 } }));
    expect(nos(built)).toHaveLength(30);
    expect(new Set(nos(built)).size).toBe(30);
    built.placed.forEach((item, i) => {
      expect(item).toMatchObject({
        position: i + 1,
        itemId: `i${item.itemNo}`,
        exploration: false,
        promoted: false,
        repeat: false,
        propensity: null,
      });
      expect(item.sources.length).toBeGreaterThan(0);
      expect(item.reasons.length).toBeGreaterThan(0);
      expect(item.contributions.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(item.score, 9);
      expect([built.ranked.itemNos[item.rankBefore - 1], built.ranked.scores[item.rankBefore - 1]]).toEqual([item.itemNo, item.score]);
    });
    expect([built.scorer, built.degraded, built.hasNextPage, built.poolSize]).toEqual(['RULES', ['MODEL_MISSING'], true, 120]);
    expect([built.featureNames, built.features.length]).toEqual([FEATURE_NAMES, 30 * FEATURE_COUNT]);
  });

  it('is the same for the same inputs, byte for byte', async () => {
    const state = shop.stateAfter(
      shop.event('u', 'LIKE', 4),
      shop.event('u', 'PURCHASE', 9),
      shop.event('u', 'FOLLOW', -1, { targetUserId: 'f' }),
    );
    const once = await page(inputsFor(shop.shop(), { state, request: { first: 20 } }));
    await page(inputsFor(shop.shop(), { request: { first: 50 } }));
    const again = await page(inputsFor(shop.shop(), { state, request: { first: 20 } }));
    expect(JSON.stringify(again)).toBe(JSON.stringify(once));
  });

  it('does not mix up two requests that wait at the same time', async () => {
    const states = [4, 9, 23].map((no) => shop.stateAfter(shop.event('u', 'LIKE', no)));
    const alone = [];
    for (const state of states) alone.push(nos(await page(inputsFor(shop.shop(), { state }))));
    const together = await Promise.all(states.map((state) => page(inputsFor(shop.shop(), { state }))));
    expect(together.map(nos)).toEqual(alone);
  });

  it('goes on over pages until every item was shown once, with caps over their edges', async () => {
    const before: number[] = [];
    let hasNext = true;
    for (let pages = 0; hasNext; pages++) {
      expect(pages).toBeLessThan(20);
      const built = await page(inputsFor(shop.shop(), { request: { first: 12, placedBefore: [...before] } }));
      expect(built.placed.map(({ position }) => position)).toEqual(built.placed.map((_, i) => before.length + i + 1));
      before.push(...nos(built));
      hasNext = built.hasNextPage;
      if (built.relaxed.length > 0) continue;
      const leaf = before.map((no) => shop.catalogue.leafCategory[no]);
      for (let start = Math.max(0, leaf.length - 22); start + 10 <= leaf.length; start++) {
        const run = leaf.slice(start, start + 10);
        for (const name of run) expect(run.filter((other) => other === name).length).toBeLessThanOrEqual(3);
      }
    }
    expect([before.length, new Set(before).size]).toEqual([120, 120]);
  });

  it('is never short while candidates exist, and says when it is', async () => {
    const state = shop.stateAfter(...Array.from({ length: 30 }, (_, i) => shop.event('u', 'PURCHASE', i * 2)));
    const hidden = { ...state, hiddenItems: new Set(Array.from({ length: 20 }, (_, i) => i * 2 + 1)) };
    const built = await page(inputsFor(shop.shop(), { state: hidden, request: { first: 60 } }));
    expect([built.placed.length, built.degraded]).toEqual([60, ['MODEL_MISSING']]);
    const all = await page(inputsFor(shop.shop(), { state: hidden, request: { first: 100 } }));
    expect([all.placed.length, all.hasNextPage, all.degraded]).toEqual([70, false, ['MODEL_MISSING', 'TOO_FEW_CANDIDATES']]);
    const none = await page(inputsFor(shop.shop(), { request: { filter: { ...NO_FILTER, categories: ['ghost'] } } }));
    expect([none.placed, none.degraded]).toEqual([[], ['MODEL_MISSING', 'TOO_FEW_CANDIDATES']]);
    const last = await page(inputsFor(shop.shop(), { request: { placedBefore: Array.from({ length: 118 }, (_, i) => i) } }));
    expect([last.placed.length, last.degraded]).toEqual([2, ['MODEL_MISSING']]);
  });

  it('follows fresh interest', async () => {
    const liked = [4, 10, 16, 22];
    const state = shop.stateAfter(...liked.flatMap((no) => [shop.event('u', 'CLICK', no), shop.event('u', 'LIKE', no)]));
    const share = async (inputs: PageInputs) => nos(await page(inputs)).filter((no) => no % 6 === 4).length;
    const settings = { settings: PLAIN, request: { first: 20 } };
    expect(await share(inputsFor(shop.shop(), { ...settings, state }))).toBeGreaterThan(
      (await share(inputsFor(shop.shop(), settings))) + 3,
    );
  });

  it('diversifies more with more strength', async () => {
    const kinds = async (strength: number) => {
      const diversity = { ...PLAIN.diversity, algorithm: 'MMR' as const, strength };
      const built = await page(inputsFor(shop.shop(), { settings: { ...PLAIN, diversity }, request: { first: 20 } }));
      return new Set(nos(built).map((no) => shop.catalogue.leafCategory[no])).size;
    };
    expect(await kinds(0.9)).toBeGreaterThan(await kinds(0));
  });

  it('is in the order of the score where nothing else orders it', async () => {
    const built = await page(inputsFor(shop.shop(), { settings: PLAIN, request: { first: 40 } }));
    expect(built.placed.map(({ rankBefore }) => rankBefore)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const scores = built.placed.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  it('keeps what is paid for under its share', async () => {
    const paid = new TestShop();
    for (let i = 0; i < 100; i++) {
      paid.put({ commercial: i < 60, categories: [`c${i}`] });
      paid.click(i, i < 60 ? 9 : 0);
    }
    const built = await page(inputsFor(paid.shop(), { request: { first: 20 } }));
    expect([nos(built).filter((no) => no < 60).length, built.relaxed]).toEqual([6, []]);
  });

  it('marks what was shown in the last thirty days', async () => {
    const state = shop.stateAfter();
    state.shown.set(1, { value: 1, at: NOW - 29 * DAY });
    state.shown.set(2, { value: 1, at: NOW - 31 * DAY });
    const built = await page(inputsFor(shop.shop(), { state, request: { first: 100 } }));
    expect(built.placed.filter(({ repeat }) => repeat).map(({ itemNo }) => itemNo)).toEqual([1]);
  });

  it('counts what went in and came out of every component, by the names that the pipeline has', async () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 3));
    const built = await page(inputsFor(shop.shop(), { state, request: { first: 30 } }));
    const named = pipelineStages(inputsFor(shop.shop()).config.settings).flatMap(({ stage, components }) =>
      components.map(({ name }) => `${stage} ${name}`),
    );
    for (const { stage, name } of built.trace) expect(named).toContain(`${stage} ${name}`);
    const entry = (wanted: string) => built.trace.find(({ name }) => name === wanted)!;
    expect(entry('already-bought').in - entry('already-bought').out).toBe(1);
    expect(built.removed).toEqual([{ itemNo: 3, component: 'already-bought' }]);
    expect([entry('rules').in, entry('caps-and-variety').out, entry('reasons').out]).toEqual([119, 30, 30]);
  });
});

describe('consent', () => {
  it('leaves one order for all without personalisation, but for what was bought or hidden', async () => {
    const shop = generalShop();
    const similar = neighboursOf(120, { 5: [[6, 1]], 8: [[9, 1]] }); // prettier-ignore
    const states = [
      shop.stateAfter(),
      shop.stateAfter(shop.event('u', 'LIKE', 5), shop.event('u', 'FOLLOW', -1, { targetUserId: 'creator-3' })),
      shop.stateAfter(shop.event('u', 'CLICK', 8), shop.event('u', 'PURCHASE', 30), shop.event('u', 'HIDE', 31)),
    ];
    serveTimes(states[1], 7, 99);
    const orders = await Promise.all(
      states.map(async (state, i) => nos(await page(inputsFor(shop.shop({ similar }), { state, purposes: new Set(['ESSENTIAL', 'SOCIAL_GRAPH']), settings: PLAIN, request: { first: 100, contextItems: i === 1 ? [119] : [] } })))),
    ); // prettier-ignore
    const common = orders[0].filter((no) => ![30, 31, 119].includes(no));
    for (const order of orders) expect(order.filter((no) => ![30, 31, 119].includes(no)).slice(0, 90)).toEqual(common.slice(0, 90));
    expect([orders[1].includes(119), orders[2].includes(30), orders[2].includes(31)]).toEqual([false, false, false]);
  });
});

describe('a page in trouble', () => {
  const shop = generalShop();

  it('is made without the user when his state cannot be had', async () => {
    const built = await page(inputsFor(shop.shop(), { state: null }));
    expect([built.placed.length, built.degraded]).toEqual([10, ['USER_STATE_UNAVAILABLE', 'MODEL_MISSING']]);
  });

  it('is made by what is essential once the deadline has passed', async () => {
    const built = await page(inputsFor(shop.shop(), { clock: () => 5, deadline: 5 }));
    expect([built.placed.length, built.degraded]).toEqual([10, ['DEADLINE', 'MODEL_MISSING']]);
    expect(built.trace.filter(({ stage }) => stage === 'candidates').map(({ name }) => name)).toEqual([
      'named-by-caller',
      'popularity',
      'everything',
    ]);
  });

  it('goes on without a source that fails', async () => {
    const broken = { ...shop.shop(), catalogue: Object.create(shop.catalogue, { newest: { value: () => { throw new Error('no list'); } } }) as typeof shop.catalogue }; // prettier-ignore
    const built = await page(inputsFor(broken));
    expect([built.placed.length, built.degraded]).toEqual([10, ['SOURCE_TIMEOUT', 'MODEL_MISSING']]);
    expect(built.trace.find(({ name }) => name === 'fresh')?.failed).toBe('no list');
  });

  it('looks through no more of a large shop than there is time for', async () => {
    const large = new TestShop();
    for (let i = 0; i < 5_000; i++) large.put({ price: i === 2_500 ? 1 : 9 });
    let looks = 0;
    const clock = () => (looks++ > 40 ? 10 : 0);
    const built = await page(inputsFor(large.shop(), { clock, deadline: 10, request: { filter: { ...NO_FILTER, priceMax: 5 } } }));
    expect([built.placed.length, built.degraded.includes('DEADLINE')]).toEqual([0, true]);
  });

  it('is not made when the caller went away', async () => {
    await expect(page(inputsFor(shop.shop(), { cancelled: () => true }))).rejects.toBeInstanceOf(PageCancelled);
  });
});

describe('any feed', () => {
  it('places eligible items once each, as many as there are or are asked for', async () => {
    const item = fc.record({
      root: fc.nat(2),
      leaf: fc.nat(3),
      brand: fc.nat(2),
      creator: fc.nat(3),
      stock: fc.constantFrom(null, 0, 4),
      removed: fc.boolean(),
      clicks: fc.nat(4),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { maxLength: 40 }),
        fc.array(fc.nat(39), { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        async (items, bought, first) => {
          const shop = new TestShop();
          for (const { root, leaf, brand, creator, stock, removed, clicks } of items) {
            const no = shop.put({
              categories: [`r${root}`, `r${root}-${leaf}`],
              brand: brand ? `b${brand}` : null,
              creatorId: creator ? `c${creator}` : null,
              stock,
              removed,
            });
            shop.click(no, clicks);
          }
          const owned = bought.filter((no) => no < items.length);
          const state = shop.stateAfter(...owned.map((no) => shop.event('u', 'PURCHASE', no)));
          const eligible = items.flatMap(({ stock, removed }, no) => (stock === 0 || removed || owned.includes(no) ? [] : [no]));
          const built = await page(inputsFor(shop.shop(), { state, request: { first } }));
          expect(built.placed).toHaveLength(Math.min(first, eligible.length));
          expect(new Set(nos(built)).size).toBe(built.placed.length);
          for (const no of nos(built)) expect(eligible).toContain(no);
          expect(built.hasNextPage).toBe(eligible.length > first);
          expect([...built.ranked.itemNos].sort((a, b) => a - b)).toEqual(eligible);
        },
      ),
      { numRuns: 150 },
    );
  });
});
