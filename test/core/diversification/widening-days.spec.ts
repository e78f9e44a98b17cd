import { type RankingConfigInput } from '../../../src/core/settings.js';
import { cocoonNow } from '../../../src/core/diversification/cocoon/cocoon-now.js';
import { SESSION_MS, STEP } from '../../../src/core/diversification/cocoon/controller.js';
import { buildPage } from '../../../src/core/feed.js';
import { type BuiltPage } from '../../../src/core/page.js';
import { foldPage } from '../../../src/core/tags/fold.js';
import { type UserState } from '../../../src/core/tags/state.js';
import { type PageWidening } from '../../../src/core/tags/cocoon/widening.js';
import { DAY, HOUR, inputsFor, NOW, TestShop } from '../shop-fixture.js';

const CATEGORIES = 15;
const MINUTE = 60_000;

/** Fifteen categories of thirty things each, the popular ones among the first; users like one category alone. */
function manyThings(): TestShop {
  const shop = new TestShop();
  for (let i = 0; i < 30 * CATEGORIES; i++) {
    shop.put({ categories: [`c${i % CATEGORIES}`], brand: `b${i % 40}`, creatorId: `m${i % 45}`, createdAt: NOW - 100 * DAY });
    if (i % 4 === 0) shop.click(i, 1 + (i % 7), NOW - 30 * DAY);
  }
  return shop;
}

const test = manyThings();
const shop = test.shop();
const categoryOf = (itemNo: number): number => shop.catalogue.leafCategory[itemNo];
const baseline = { categories: { generic: 1 / CATEGORIES, mean: 1 / CATEGORIES }, makers: { generic: 1 / 45, mean: 1 / 45 } };
const usual = { baseline, groupOf: (category: number): number => category };
const OPEN = { maxPerCategory: 100, maxPerBrand: 100, maxPerCreator: 100 };
let seq = 0;

/** Somebody who liked a dozen things of one category. */
const fond = (category: number): UserState =>
  test.stateAfter(...Array.from({ length: 12 }, (_, i) => test.event('u', 'LIKE', category + CATEGORIES * i, { occurredAt: NOW - HOUR })));

interface Who {
  isControlled?: boolean;
  breadth?: number;
}
const serve = (state: UserState, at: number, diversity: RankingConfigInput['diversity'], { isControlled = true, breadth = 0 }: Who = {}): Promise<BuiltPage> =>
  buildPage(
    inputsFor(shop, {
      state,
      now: at,
      request: { first: 12 },
      cocoon: cocoonNow(state.cocoon, usual, { isControlled, breadth }),
      settings: {
        diversity: { ...OPEN, strength: 0.1, targetCocoonIndex: 0.2, ...diversity },
        sources: [{ source: 'WIDENING', limit: 40 }],
        mix: { commercialShareMax: 1 },
        fatigue: { maxImpressionsPerDay: 10_000 },
        // Nothing but the loop is to change what is shown.
        rules: ['user.shown@1', 'user.touched@1'].map((name) => ({ name, value: 0 })),
      },
    }),
  ); // prettier-ignore

function remember(state: UserState, { placed, widening }: BuiltPage, servedAt: number): void {
  const place = { writer: 1, seq: ++seq, receivedAt: servedAt };
  const page = { ...place, feedId: String(seq), kind: 'feed', fixedByCaller: false, servedAt, placed, ...(widening && { widening }) };
  foldPage(state, page, { page, countsAt: 'SERVED', itemOf: (no) => shop.catalogue.row(no) });
}

interface Day {
  pages: { widening: PageWidening; at: number; explored: number }[];
}

/** Days of three pages each, a moment apart and then in the evening. */
async function live(state: UserState, days: number, diversity: RankingConfigInput['diversity'], who: Who = {}): Promise<Day[]> {
  const lived: Day[] = [];
  for (let day = 0; day < days; day++) {
    const pages: Day['pages'] = [];
    for (const at of [0, MINUTE, 6 * HOUR].map((ms) => NOW + day * DAY + ms)) {
      const built = await serve(state, at, diversity, who);
      remember(state, built, at);
      if (built.widening)
        pages.push({ widening: built.widening, at, explored: built.placed.filter(({ exploration }) => exploration).length });
    }
    lived.push({ pages });
  }
  return lived;
}

const narrowAfter = (state: UserState): number => cocoonNow(state.cocoon, usual, { isControlled: true, breadth: 0 }).measure.narrowCategory;
const entropyOf = ({ placed }: BuiltPage): number => {
  const counts = new Map<number, number>();
  for (const { itemNo } of placed) counts.set(categoryOf(itemNo), (counts.get(categoryOf(itemNo)) ?? 0) + 1);
  return -[...counts.values()].reduce((sum, n) => sum + (n / placed.length) * Math.log2(n / placed.length), 0);
};

describe('the loop over days', () => {
  it('leaves the feeds of who is controlled broader than those of who is not', async () => {
    const [steered, alone] = [fond(3), fond(3)];
    await live(steered, 14, { adaptive: true });
    const left = await live(alone, 14, { adaptive: true }, { isControlled: false });
    expect(narrowAfter(alone)).toBeGreaterThan(0.3);
    expect(narrowAfter(steered)).toBeLessThan(narrowAfter(alone) - 0.05);
    for (const { widening, explored } of left.flatMap(({ pages }) => pages))
      expect([widening.controlled, widening.boost, widening.strength, widening.spent, widening.cards, explored]).toEqual([
        false,
        0,
        0.1,
        0,
        [],
        0,
      ]);
  });

  it.each([0, 0.02, 0.1, 0.3])(
    'takes no more than a share of %d of the worth of a day, but for one card a session',
    async (relevanceBudget) => {
      for (const category of [0, 7]) {
        const state = fond(category);
        for (const { pages } of await live(state, 10, { adaptive: true, relevanceBudget })) {
          let [value, spent, given] = [0, 0, 0];
          for (const { widening } of pages) {
            value += widening.value;
            spent += widening.spent;
            if (widening.dosed) given += widening.spent;
            expect(spent).toBeLessThanOrEqual(relevanceBudget * value + given + 1e-9);
          }
          const { control } = state.cocoon;
          if (pages[0].at > NOW + 9 * DAY - HOUR)
            expect([control.value, control.spent]).toEqual([expect.closeTo(value, 9), expect.closeTo(spent, 9)]);
        }
      }
    },
  );

  it('gives one card a session above the target even when there is nothing to spend', async () => {
    const state = fond(5);
    let lastGivenAt = -Infinity;
    let given = 0;
    for (const { widening, at, explored } of (await live(state, 10, { adaptive: true, relevanceBudget: 0 })).flatMap(
      ({ pages }) => pages,
    )) {
      const isAbove = widening.boost > 0 && widening.narrow > widening.target;
      if (isAbove && at - lastGivenAt >= SESSION_MS) {
        expect(widening.cards.length).toBeGreaterThan(0);
        given++;
      }
      expect(explored).toBe(widening.cards.length);
      if (widening.cards.length > 0) lastGivenAt = at;
    }
    expect(given).toBeGreaterThan(10);
  });

  it('moves one step a day at most and does not swing', async () => {
    const state = fond(9);
    const boosts = (await live(state, 30, { adaptive: true })).map(({ pages }) => {
      expect(new Set(pages.map(({ widening }) => widening.boost)).size).toBeLessThanOrEqual(pages[0].widening.boost === 0 ? 2 : 1);
      return pages[pages.length - 1].widening.boost;
    });
    const moves = boosts.slice(1).map((boost, i) => boost - boosts[i]);
    for (const move of moves) expect(Math.abs(move)).toBeLessThanOrEqual(STEP + 1e-12);
    const turns = moves.filter((move) => move !== 0).filter((move, i, all) => i > 0 && Math.sign(move) !== Math.sign(all[i - 1]));
    expect(turns.length).toBeLessThanOrEqual(3);
  });

  it('says of every widening card that it is different, and knows no chance of it', async () => {
    const state = fond(2);
    await live(state, 2, { adaptive: false });
    const { placed, widening } = await serve(state, NOW + 3 * DAY, { adaptive: true, relevanceBudget: 0.3 });
    const explored = placed.filter(({ exploration }) => exploration);
    expect(explored.map(({ position }) => position)).toEqual(widening!.cards);
    expect(explored.length).toBeGreaterThan(0);
    for (const { reasons, propensity } of explored) expect([reasons[0].code, propensity]).toEqual(['SOMETHING_DIFFERENT', null]);
    expect(explored.some(({ sources }) => sources.includes('WIDENING'))).toBe(true);
  });

  it('gives the same page for the same inputs', async () => {
    const state = fond(2);
    await live(state, 2, { adaptive: false });
    const [one, other] = [await serve(state, NOW + 3 * DAY, { adaptive: true }), await serve(state, NOW + 3 * DAY, { adaptive: true })];
    expect(other.placed).toEqual(one.placed);
    expect(other.widening).toEqual(one.widening);
  });
});

describe('the dial', () => {
  it.each(['MMR', 'DPP', 'SSD', 'CALIBRATED'] as const)(
    'widens feeds step by step as it is turned, within the budget, with %s',
    async (algorithm) => {
      const dials = [-1, -0.5, 0, 0.5, 1];
      const means = await Promise.all(
        dials.map(async (breadth) => {
          let sum = 0;
          for (let category = 0; category < CATEGORIES; category++) {
            const page = await serve(
              fond(category),
              NOW,
              { algorithm, strength: 0.25, adaptive: false, relevanceBudget: 0.3 },
              { isControlled: false, breadth },
            );
            sum += entropyOf(page);
            if (page.widening) expect(page.widening.spent).toBeLessThanOrEqual(0.3 * page.widening.value + 1e-9);
          }
          return sum / CATEGORIES;
        }),
      );
      for (let i = 1; i < dials.length; i++) expect(means[i]).toBeGreaterThanOrEqual(means[i - 1] - 1e-9);
      expect(means[4]).toBeGreaterThan(means[0]);
    },
  );

  it('acts where the surface adapts and for who is left alone as well', async () => {
    for (const isControlled of [true, false]) {
      const state = fond(4);
      const [own, wide] = [await serve(state, NOW, { adaptive: true }, { isControlled, breadth: -1 }), await serve(state, NOW, { adaptive: true }, { isControlled, breadth: 1 })]; // prettier-ignore
      expect(entropyOf(wide)).toBeGreaterThan(entropyOf(own));
      expect([own.widening!.boost, own.widening!.strength]).toEqual([0, 0]);
    }
  });
});
