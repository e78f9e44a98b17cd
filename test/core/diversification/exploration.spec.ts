import fc from 'fast-check';
import { type SlateColumns, type SlateLimits } from '../../../src/core/diversification/caps.js';
import { posterior, RATES, winChances } from '../../../src/core/diversification/click-rates.js';
import { drawSlate, type ExplorationInput, exploreSlate, planExploration } from '../../../src/core/diversification/exploration.js';
import { buildPage } from '../../../src/core/feed.js';
import { type PlacedItem } from '../../../src/core/exposures/exposure.js';
import { type PageInputs } from '../../../src/core/page.js';
import { seededRandom } from '../../../src/core/random.js';
import { candidatesFor, DAY, inputsFor, NO_POLICY, NOW, PLAIN, TestShop } from '../shop-fixture.js';
import { chiSquareP } from './chi-square.js';

const OFF: SlateLimits = { window: 10, maxPerCategory: 10, maxPerBrand: 10, maxPerCreator: 10, commercialShareMax: 1 };
const EVEN: ExplorationInput['chances'] = ({ length }) => new Float64Array(length).fill(1 / length);

/** Candidates 0 to n - 1 of these categories: the first `positions` stand on the page, the rest may be explored. */
function inputOf(
  categories: readonly number[],
  positions: number,
  fields: Partial<Omit<ExplorationInput, 'limits'>> & { limits?: Partial<SlateLimits>; paid?: readonly number[] } = {},
): ExplorationInput {
  const { limits, paid = [], ...rest } = fields;
  const none = new Int32Array(categories.length);
  const columns: SlateColumns = {
    category: Int32Array.from(categories),
    brand: none,
    creator: none,
    commercial: Uint8Array.from(categories, (_, i) => Number(paid.includes(i))),
    fatigued: new Uint8Array(categories.length),
  };
  const nothing = { category: new Int32Array(0), brand: new Int32Array(0), creator: new Int32Array(0), commercial: new Uint8Array(0), fatigued: new Uint8Array(0) }; // prettier-ignore
  return {
    base: Uint32Array.from({ length: positions }, (_, i) => i),
    columns,
    before: nothing,
    limits: { ...OFF, ...limits },
    explorers: Uint32Array.from({ length: categories.length - positions }, (_, i) => positions + i),
    share: 0.25,
    chances: EVEN,
    ...rest,
  };
}

/** Draw pages, and hold how often each candidate stood at each position against the probability told of it, which has to be the same every time. */
function frequencies(draws: number, page: (seed: number) => { order: ArrayLike<number>; propensities: ArrayLike<number> }) {
  const cells: Map<number, { told: number; seen: number }>[] = [];
  for (let seed = 0; seed < draws; seed++) {
    const { order, propensities } = page(seed);
    for (let position = 0; position < order.length; position++) {
      const here = (cells[position] ??= new Map());
      const cell = here.get(order[position]) ?? { told: propensities[position], seen: 0 };
      if (Math.abs(cell.told - propensities[position]) > 1e-12) throw new Error(`two probabilities of ${order[position]} at ${position}`);
      cell.seen++;
      here.set(order[position], cell);
    }
  }
  return cells.map((here) => {
    const all = [...here.values()];
    return { told: all.reduce((sum, { told }) => sum + told, 0), p: chiSquareP(all, draws) };
  });
}

function expectHonest(positions: ReturnType<typeof frequencies>): void {
  for (const { told, p } of positions) {
    // What has so small a probability that it never came up is missing in the sum.
    expect(told).toBeLessThan(1 + 1e-9);
    expect(told).toBeGreaterThan(1 - 1e-3);
    expect(p).toBeGreaterThan(0.001);
  }
}

describe('a page that is explored', () => {
  it('has one of the pages that its plan knows, whose probabilities add up to 1', () => {
    const { patterns } = planExploration(inputOf(Array.from({ length: 30 }, (_, i) => i), 20, { share: 0.13 })); // prettier-ignore
    expect(patterns.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    expect(patterns.length).toBeLessThanOrEqual(40);
    for (const { slots } of patterns) for (const { chances } of slots) expect(chances.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  it('tells of every item how likely it stood where it does', () => {
    // One slot of four positions, each with 1/4; two explorers share it. Candidate 0 stays first unless the slot is there: 3/4; it comes second
    // only when it is: 1/4; candidate 1 is second when the slot comes after it: 2/4. Candidate 3 always moves off the page.
    const told = new Map<string, number>();
    for (let seed = 0; seed < 200; seed++) {
      const { order, propensities } = exploreSlate(inputOf([1, 2, 3, 4, 5, 6], 4), seededRandom(seed));
      order.forEach((candidate, position) => told.set(`${candidate}@${position}`, propensities[position]));
    }
    expect(Object.fromEntries(told)).toEqual({
      '0@0': 0.75, '0@1': 0.25, '1@1': 0.5, '1@2': 0.5, '2@2': 0.25, '2@3': 0.75,
      '4@0': 0.125, '4@1': 0.125, '4@2': 0.125, '4@3': 0.125, '5@0': 0.125, '5@1': 0.125, '5@2': 0.125, '5@3': 0.125,
    }); // prettier-ignore
  });

  it('has its share of slots, in the mean of pages where that is no whole number', () => {
    const slots = (share: number, seed: number): number =>
      exploreSlate(inputOf(Array.from({ length: 40 }, (_, i) => i), 20, { share }), seededRandom(seed)).explored.reduce((sum, one) => sum + one, 0); // prettier-ignore
    for (let seed = 0; seed < 20; seed++) expect([slots(0.05, seed), slots(0.5, seed), slots(1, seed)]).toEqual([1, 10, 20]);
    const mean = Array.from({ length: 4_000 }, (_, seed) => slots(0.03, seed)).reduce((sum, n) => sum + n, 0) / 4_000;
    // 0.03 · 20 = 0.6, with a standard error of sqrt(0.6 · 0.4 / 4000) = 0.008.
    expect(Math.abs(mean - 0.6)).toBeLessThan(0.03);
  });

  it('keeps what it moves in order, and lets the last go', () => {
    const { order, explored } = exploreSlate(inputOf([1, 2, 3, 4, 5, 6], 4), seededRandom(1));
    expect([...order].filter((_, i) => !explored[i])).toEqual([0, 1, 2]);
  });

  it('gives a slot to nobody who would break a cap there, and says when slots are missing', () => {
    // One of a category in any two: of 1 2 1 2 with one put in, an explorer of category 1 fits nowhere, since every place has a 1 beside it,
    // but for the end of 1 2 1 .. where 2 has moved off: 1 2 1 _ has a 1 beside it too; the first place stands before a 1.
    const limits = { window: 2, maxPerCategory: 1 };
    const kept = exploreSlate(inputOf([1, 2, 1, 2, 1], 4, { limits }), seededRandom(1));
    expect([...kept.order, kept.isShort]).toEqual([0, 1, 2, 3, true]);
    expect([...kept.propensities]).toEqual([1, 1, 1, 1]);
    const other = exploreSlate(inputOf([1, 2, 1, 2, 3], 4, { limits }), seededRandom(1));
    expect([other.explored.includes(1), other.isShort]).toEqual([true, false]);
  });

  it('keeps every cap whatever chance does', () => {
    const scene = fc.record({
      page: fc.integer({ min: 1, max: 12 }),
      categories: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 30 }),
      paid: fc.uniqueArray(fc.nat(29)),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      window: fc.integer({ min: 2, max: 6 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(scene, ({ page, categories, paid, share, window, seed }) => {
        const limits = { window, maxPerCategory: 2, commercialShareMax: 0.3 };
        // What stands on the page is of categories of its own, so that the page keeps its caps to begin with.
        const of = categories.map((category, i) => (i < page ? 100 + i : category));
        const input = inputOf(of, page, { limits, paid: paid.filter((i) => i >= page), share });
        const { order, propensities, explored } = exploreSlate(input, seededRandom(seed));
        expect(new Set(order).size).toBe(page);
        for (const propensity of propensities) expect(propensity > 0 && propensity <= 1).toBe(true);
        expect(explored.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(Math.ceil(share * page));
        const paidOf = (run: Uint32Array): number => run.reduce((sum, i) => sum + input.columns.commercial[i], 0);
        expect(paidOf(order)).toBeLessThanOrEqual(Math.floor(0.3 * page + 1e-9));
        for (let end = 1; end <= page; end++) {
          const run = order.slice(Math.max(0, end - window), end);
          for (const category of [1, 2, 3, 4]) expect(run.filter((i) => of[i] === category).length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

describe('propensities', () => {
  const categories = [1, 2, 3, 1, 2, 3, 1, 2, 4, 1, 1, 2, 3, 5];
  const posteriors = [0, 3, 1, 9, 0, 2].map((clicks, i) => posterior({ shown: 5 * i + 10, clicks }, 0.05));
  const tried: ExplorationInput['chances'] = (eligible) => winChances(eligible.map((place) => posteriors[place]));

  it.each<[string, number, Partial<ExplorationInput>]>([
    ['one slot, all alike', 100_000, { share: 1 / 8 }],
    ['one slot, by their trials', 100_000, { share: 1 / 8, chances: tried }],
    ['one slot or two, all alike', 100_000, { share: 0.2 }],
    ['two slots, by their trials', 100_000, { share: 0.25, chances: tried }],
    ['five slots, all alike', 100_000, { share: 0.6 }],
  ])('are how often pages show it: %s, %d of them', (_, pages, fields) => {
    const limits = { window: 4, maxPerCategory: 2 };
    const plan = planExploration(inputOf(categories, 8, { limits, ...fields }));
    expectHonest(frequencies(pages, (seed) => drawSlate(plan, seededRandom(seed))));
  });
});

describe('the posterior of a click rate', () => {
  const meanOf = (cumulative: Float64Array): number => cumulative.reduce((sum, upTo, t) => sum + RATES[t] * (upTo - (t === 0 ? 0 : cumulative[t - 1])), 0); // prettier-ignore

  it.each([
    // Mean of Beta(1 + clicks, 19 + misses): (1 + clicks) / (20 + shown).
    [{ shown: 0, clicks: 0 }, 1 / 20],
    [{ shown: 80, clicks: 9 }, 10 / 100],
    [{ shown: 180, clicks: 0 }, 1 / 200],
    [{ shown: 1_980, clicks: 999 }, 1_000 / 2_000],
  ])('has the mean of the Beta distribution: %j', (trial, mean) => {
    expect(meanOf(posterior(trial, 0.05))).toBeCloseTo(mean, 3);
  });

  it('ends at 1, and stands more clicks than showings', () => {
    expect(posterior({ shown: 3, clicks: 40 }, 0.05).at(-1)).toBe(1);
    expect(posterior({ shown: 1e7, clicks: 0 }, 0.001).every((sum) => sum >= 0 && sum <= 1)).toBe(true);
  });

  it('makes an arm win as often as its draw is the highest, the earlier of equals', () => {
    // Two arms alike: the first wins where it draws no less. P(equal) = sum of squares; the rest is shared.
    const alike = posterior({ shown: 20, clicks: 1 }, 0.05);
    const equal = alike.reduce((sum, upTo, t) => sum + (upTo - (t === 0 ? 0 : alike[t - 1])) ** 2, 0);
    const chances = winChances([alike, alike]);
    expect(chances[0]).toBeCloseTo((1 + equal) / 2, 12);
    expect(chances[0] + chances[1]).toBeCloseTo(1, 12);
    const [known, good, poor] = winChances([{ shown: 400, clicks: 20 }, { shown: 400, clicks: 60 }, { shown: 400, clicks: 2 }].map((trial) => posterior(trial, 0.05))); // prettier-ignore
    expect(good).toBeGreaterThan(0.95);
    expect(poor).toBeLessThan(known);
  });
});

describe('newcomers in a feed', () => {
  /** Twelve things of long ago, the better the lower, and three new ones; the last is old but of a brand that is new. */
  function smallShop(): TestShop {
    const shop = new TestShop();
    for (let i = 0; i < 16; i++)
      shop.put({
        categories: [`c${i}`],
        createdAt: NOW - (i < 12 ? 300 : i < 15 ? 3 : 20) * DAY,
        brand: i === 15 ? 'young' : i < 12 ? 'old' : null,
      });
    for (let i = 0; i < 12; i++) shop.click(i, 40 - 2 * i);
    return shop;
  }
  const shop = smallShop();
  const asking = (method: 'EPSILON' | 'THOMPSON', fields: Parameters<typeof inputsFor>[1] = {}, share = 0.2): PageInputs =>
    inputsFor(shop.shop(), { ...fields, settings: { ...PLAIN, exploration: { method, share } }, request: { first: 6, ...fields.request } });
  const explored = async (inputs: PageInputs): Promise<PlacedItem[]> => (await buildPage(inputs)).placed.filter(({ exploration }) => exploration); // prettier-ignore

  it.each(['EPSILON', 'THOMPSON'] as const)('are seen as often as the pages say, by %s', async (method) => {
    const pages: PlacedItem[][] = [];
    for (let seed = 0; seed < 3_000; seed++) pages.push((await buildPage(asking(method, { random: seededRandom(seed) }))).placed);
    expectHonest(
      frequencies(pages.length, (seed) => ({
        order: pages[seed].map(({ itemNo }) => itemNo),
        propensities: pages[seed].map(({ propensity }) => propensity!),
      })),
    );
  });

  it('say that they are new, or something different', async () => {
    const reasons = new Map<number, string[]>();
    for (let seed = 0; seed < 60; seed++)
      for (const { itemNo, reasons: told } of await explored(asking('EPSILON', { random: seededRandom(seed) })))
        reasons.set(itemNo, told.map(({ code }) => code)); // prettier-ignore
    expect([...reasons].sort(([a], [b]) => a - b)).toEqual([[12, ['NEW']], [13, ['NEW']], [14, ['NEW']], [15, ['SOMETHING_DIFFERENT']]]); // prettier-ignore
  });

  it('are the same for the same seed, on every page of a feed by other chance', async () => {
    const at = async (seed: number, placedBefore: number[]): Promise<number[]> =>
      (await buildPage(asking('EPSILON', { random: seededRandom(seed), request: { placedBefore } }, 0.5))).placed.map(
        ({ itemNo }) => itemNo,
      );
    expect(await at(5, [])).toEqual(await at(5, []));
    const places = (nos: number[]): string => nos.map((no) => Number(no >= 12)).join('');
    const pairs = await Promise.all(Array.from({ length: 30 }, async (_, seed) => [await at(seed, []), await at(seed, [0, 1])]));
    expect(pairs.some(([first, second]) => places(first) !== places(second))).toBe(true);
  });

  it('get nothing without consent, beside related items, in a ranking that did not ask, or when nothing is new', async () => {
    const all = Array.from({ length: 16 }, (_, no) => no);
    const ranked = (exploration: boolean) => ({
      request: { kind: 'rank' as const, first: 6, candidates: candidatesFor(all, { policy: { ...NO_POLICY, exploration } }) },
    });
    const asked = [
      asking('EPSILON', { purposes: new Set() }),
      asking('EPSILON', { state: null }),
      asking('EPSILON', { request: { kind: 'related', basket: { itemNos: [0], relation: 'SIMILAR' } } }),
      asking('EPSILON', ranked(false)),
      asking('EPSILON', { now: NOW + 400 * DAY }),
      inputsFor(shop.shop(), { settings: { ...PLAIN, exploration: { method: 'NONE', share: 1 } } }),
    ];
    for (const inputs of asked) {
      const { placed } = await buildPage(inputs);
      expect(placed.every(({ exploration, propensity }) => !exploration && propensity === null)).toBe(true);
    }
    expect(await explored(asking('EPSILON', ranked(true), 0.5))).toHaveLength(3);
  });

  it('win the more, the more they were clicked', async () => {
    const busy = smallShop();
    for (let i = 0; i < 200; i++) {
      busy.trials.serve(12);
      busy.trials.serve(13);
      if (i % 4 === 0) busy.trials.observe(busy.event(`u${i}`, 'CLICK', 13, { attribution: 'ATTRIBUTED' }));
    }
    const wins = new Map<number, number>();
    for (let seed = 0; seed < 300; seed++) {
      const settings = { ...PLAIN, exploration: { method: 'THOMPSON' as const, share: 1 / 6 } };
      const page = await buildPage(inputsFor(busy.shop(), { settings, request: { first: 6 }, random: seededRandom(seed) }));
      for (const { itemNo, exploration } of page.placed) if (exploration) wins.set(itemNo, (wins.get(itemNo) ?? 0) + 1);
    }
    expect(wins.get(13)!).toBeGreaterThan(200);
    expect(wins.get(12) ?? 0).toBeLessThan(10);
  });
});
