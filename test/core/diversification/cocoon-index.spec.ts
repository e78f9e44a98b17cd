import fc from 'fast-check';
import { categoryGroups, chooseLevel, effectiveNumber } from '../../../src/core/diversification/cocoon/category-groups.js';
import {
  amplificationOf,
  measureCocoon,
  narrowness,
  NO_COCOON,
  shrunkCollision,
} from '../../../src/core/diversification/cocoon/cocoon-index.js';
import { giniOf } from '../../../src/core/diversification/cocoon/concentration.js';
import { seededRandom } from '../../../src/core/random.js';
import { emptyCocoon } from '../../../src/core/tags/cocoon/cocoon-state.js';
import { foldCards, foldOwnTaste, foldReport } from '../../../src/core/tags/cocoon/fold-cards.js';
import { type EventType, type LedgerEvent } from '../../../src/core/events/event.js';
import { TestShop } from '../shop-fixture.js';
import { BASELINE, type Card, chanceOf, DAY, itself, NOW, shown, thing } from './cocoon-cards.js';

const card = (category: number, more: Partial<Card> = {}): Card => ({ at: NOW, category, maker: category, repeat: false, ...more });
const event = (type: EventType, more: Partial<LedgerEvent> = {}): LedgerEvent =>
  ({ type, occurredAt: NOW, attribution: 'UNATTRIBUTED', ...more }) as LedgerEvent;
const measure = (cards: readonly Card[]) => measureCocoon(shown(cards), BASELINE, itself);

describe('the parts of the cocoon index', () => {
  it('draw the chance that two cards share a category to the population, and not below the generic feed', () => {
    // (20 * 0.5 + 20 * 0.05) / 40 = 0.275; (20 * 0 + 20 * 0.05) / 40 = 0.025, below 1/30
    expect(shrunkCollision(20, 0.5, BASELINE.categories)).toBeCloseTo(0.275, 12);
    expect(shrunkCollision(20, 0, BASELINE.categories)).toBeCloseTo(1 / 30, 12);
  });

  it('tell by effective numbers how far a feed is from the generic one', () => {
    // 30 kinds to 1; sqrt(30) kinds are half way on the scale of logarithms
    expect(narrowness(1 / 30, BASELINE.categories)).toBeCloseTo(0, 12);
    expect(narrowness(1 / Math.sqrt(30), BASELINE.categories)).toBeCloseTo(0.5, 12);
    expect(narrowness(1, BASELINE.categories)).toBe(1);
    expect(narrowness(0.9, { generic: 0.6, mean: 0.6 })).toBeNull();
  });

  it('tell how much narrower a feed is than the person', () => {
    // (0.5 - 0.2) / (1 - 0.2) = 0.375
    expect(amplificationOf(0.5, 0.2)).toBeCloseTo(0.375, 12);
    expect([amplificationOf(0.2, 0.5), amplificationOf(1, 1)]).toEqual([0, 0]);
  });

  it('add up to the index by their weights', () => {
    // Four cards of one category and maker, one of them a repeat, all of now: n = 4, chance 1.
    const found = measure([card(1), card(1), card(1), card(1, { repeat: true })]);
    const l = (4 * 1 + 20 / 20) / 24; // 0.20833
    const lMaker = (4 * 1 + 20 / 40) / 24; // 0.1875
    expect(found.narrowCategory).toBeCloseTo(1 - Math.log(l) / Math.log(1 / 30), 12);
    expect(found.narrowCreator).toBeCloseTo(1 - Math.log(lMaker) / Math.log(1 / 50), 12);
    expect(found.repetition).toBeCloseTo(0.25, 12);
    expect(found.amplification).toBe(0);
    expect(found.confidence).toBeCloseTo(4 / 24, 12);
    expect(found.index).toBeCloseTo(0.4 * found.narrowCategory + 0.2 * found.narrowCreator + 0.2 * 0.25, 12);
  });

  it('give the weight of what cannot be told to the others', () => {
    const found = measureCocoon(shown([card(1, { maker: 0 }), card(1, { maker: 0 })]), BASELINE, itself);
    expect(found.narrowCreator).toBe(0);
    expect(found.index).toBeCloseTo((0.4 * found.narrowCategory) / 0.8, 12);
  });

  it('are all 0 for somebody who was shown nothing', () => {
    expect(measureCocoon(emptyCocoon(), BASELINE, itself)).toEqual(NO_COCOON);
  });

  it('count a click the less, the more of its category is shown', () => {
    const cocoon = shown([card(1), card(1), card(1), card(2)]);
    foldOwnTaste(cocoon, event('CLICK', { attribution: 'ATTRIBUTED' }), thing(1));
    foldOwnTaste(cocoon, event('CLICK', { attribution: 'ATTRIBUTED' }), thing(3));
    foldOwnTaste(cocoon, event('VIEW', { attribution: 'ATTRIBUTED' }), thing(2));
    foldOwnTaste(cocoon, event('PURCHASE', { attribution: 'ATTRIBUTED' }), thing(2));
    // 1/30 of what a category with a share of 3/4 gives; one never shown gives 1, as a purchase does; a view that a page led to gives nothing
    expect([...cocoon.own.names]).toEqual([[1, 1 / 30 / 0.75], [3, 1], [2, 1]]); // prettier-ignore
    expect(measureCocoon(cocoon, BASELINE, itself).tasteCoverage).toBeCloseTo(1 / 30 / 0.75 / (2 + 1 / 30 / 0.75) + 0.25, 12);
  });
});

describe('what counts as shown', () => {
  const page = { feedId: 'feed', kind: 'feed', fixedByCaller: false, servedAt: NOW, placed: [1, 2].map((position) => ({ itemNo: 0, position, repeat: position === 2 })) }; // prettier-ignore

  it('is what was seen where the surface counts impressions, and each card once', () => {
    const cocoon = emptyCocoon();
    foldCards(cocoon, page, { countsAt: 'IMPRESSION', itemOf: () => thing(1) });
    expect(cocoon.categories.weight).toBe(0);
    foldReport(cocoon, event('RENDERED', { exposureId: 'feed.2' }), thing(1));
    expect(cocoon.categories.weight).toBe(0);
    for (let i = 0; i < 2; i++) foldReport(cocoon, event('IMPRESSION', { exposureId: 'feed.2' }), thing(1));
    expect([cocoon.categories.weight, cocoon.repeats.names.get(1)]).toEqual([1, 1]);
  });

  it('is nothing of pages whose categories the caller fixed, nor of ranked and related ones', () => {
    const cocoon = emptyCocoon();
    for (const wrong of [
      { ...page, fixedByCaller: true },
      { ...page, kind: 'rank' },
    ])
      foldCards(cocoon, wrong, { countsAt: 'SERVED', itemOf: () => thing(1) });
    expect(cocoon).toEqual(emptyCocoon());
  });
});

describe('the cocoon index', () => {
  const cards = fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 60 * 24 }), category: fc.integer({ min: 1, max: 12 }), maker: fc.integer({ min: 0, max: 5 }), repeat: fc.boolean() }),
    { minLength: 1, maxLength: 60 },
  ); // prettier-ignore
  const timed = cards.map((list) => list.map((one) => ({ ...one, at: NOW - one.at * 3_600_000 })));

  it('comes out of the sums as out of the list of cards, in whatever order they came', () => {
    fc.assert(
      fc.property(timed, (list) => {
        const found = measure(list);
        const { n, chance } = chanceOf(list.map(({ at, category }) => ({ at, name: category })), NOW); // prettier-ignore
        expect(found.confidence).toBeCloseTo(n / (n + 20), 9);
        expect(found.narrowCategory).toBeCloseTo(narrowness(shrunkCollision(n, chance, BASELINE.categories), BASELINE.categories)!, 8);
        const turned = measure([...list].reverse());
        for (const part of ['index', 'narrowCreator', 'repetition'] as const) expect(turned[part]).toBeCloseTo(found[part], 9);
        for (const value of Object.values(found)) expect(value >= 0 && value <= 1).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  const random = seededRandom(3);
  const draw = (shares: readonly number[]): number => {
    let left = random() * shares.reduce((sum, share) => sum + share, 0);
    return shares.findIndex((share) => (left -= share) < 0) + 1;
  };
  const feedOf = (shares: readonly number[], count: number, category = draw): Card[] =>
    Array.from({ length: count }, (_, i) =>
      card(category(shares), { at: NOW - (i / count) * 5 * DAY, maker: 1 + Math.floor(random() * 50) }),
    );
  const mean = (times: number, one: () => number): number =>
    Array.from({ length: times }, one).reduce((sum, value) => sum + value, 0) / times;
  const even = new Array<number>(30).fill(1);
  const narrow = [20, ...new Array<number>(29).fill(1)];

  it('does not grow with activity alone', () => {
    const at = [40, 160, 640].map((count) => mean(30, () => measure(feedOf(even, count)).index));
    expect(at[2]).toBeLessThanOrEqual(at[0] + 0.01);
    expect(at[2]).toBeLessThan(0.05);
  });

  it('says of a narrow feed that it is narrow, the surer the more was shown', () => {
    const [few, many] = [20, 200].map((count) => measure(feedOf(narrow, count)));
    expect(many.narrowCategory).toBeGreaterThan(0.3);
    expect(many.confidence).toBeGreaterThan(few.confidence);
  });

  it('stays calm for small samples', () => {
    for (let i = 0; i < 50; i++) expect(measure(feedOf(even, 3)).index).toBeLessThan(0.25);
  });

  it('stays as it is while the user is away', () => {
    const list = feedOf(narrow, 50);
    const [then, later] = [0, 90 * DAY].map((age) => measure(list.map((one) => ({ ...one, at: one.at - age }))).index);
    expect(later).toBeCloseTo(then, 12);
  });

  it('does not take a feed that is as narrow as the person for one that narrows him', () => {
    const calibrated = shown(feedOf(narrow, 200));
    const imposed = shown(feedOf(narrow, 200));
    for (let i = 0; i < 200; i++) {
      foldOwnTaste(calibrated, event('PURCHASE'), thing(draw(narrow)));
      foldOwnTaste(imposed, event('PURCHASE'), thing(draw(even)));
    }
    const [own, foreign] = [calibrated, imposed].map((cocoon) => measureCocoon(cocoon, BASELINE, itself));
    expect(own.amplification).toBeLessThan(0.06);
    expect(foreign.amplification).toBeGreaterThan(own.amplification + 0.1);
    expect(own.index).toBeLessThan(foreign.index);
    expect(own.tasteCoverage).toBeGreaterThan(foreign.tasteCoverage);
  });

  it('hardly moves when categories below its level are split', () => {
    const list = feedOf(narrow, 200);
    const groupOf = (category: number): number => Math.floor(category / 100);
    const whole = measureCocoon(shown(list.map((one) => ({ ...one, category: one.category * 100 }))), BASELINE, groupOf);
    const split = measureCocoon(shown(list.map((one, i) => ({ ...one, category: one.category * 100 + (i % 5) }))), BASELINE, groupOf);
    expect(split.index).toBeCloseTo(whole.index, 9);
  });

  it('keeps its sums within their bounds for more names than that, and stays close', () => {
    const many = Array.from({ length: 2_000 }, (_, i) =>
      card(1 + (i % 400), { maker: 1 + ((i * 7) % 900), at: NOW - (2_000 - i) * 60_000 }),
    );
    const cocoon = shown(many);
    expect([cocoon.categories.names.size <= 192, cocoon.makers.names.size <= 192]).toEqual([true, true]);
    expect(measureCocoon(cocoon, BASELINE, itself).index).toBeLessThan(0.02);
  });
});

describe('the level of categories', () => {
  it('is the one with about thirty effective categories, and a name is gathered into it', () => {
    const shop = new TestShop();
    const paths: string[][] = [];
    for (let i = 0; i < 120; i++) paths.push([`a${i % 4}`, `b${i % 28}`, `c${i}`]);
    const numbers = paths.map((categories) => shop.catalogue.categoriesOf(shop.put({ categories })));
    expect(effectiveNumber([1, 1, 2, 2])).toBe(2);
    expect(chooseLevel(numbers)).toBe(1);
    const groupOf = categoryGroups(shop.catalogue, 1);
    expect([groupOf(numbers[3][2]), groupOf(numbers[3][0]), groupOf(99_999)]).toEqual([numbers[3][1], numbers[3][0], 99_999]);
  });
});

describe('the Gini coefficient of exposure', () => {
  it('is 0 for equal shares and counts what was never shown', () => {
    expect(giniOf([5, 5, 5, 5], 4)).toBeCloseTo(0, 12);
    // one of four has all: 2 * 4 * 8 / (4 * 8) - 5 / 4 = 0.75
    expect(giniOf([8], 4)).toBeCloseTo(0.75, 12);
    expect(giniOf([], 9)).toBe(0);
  });
});
