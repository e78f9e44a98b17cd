import fc from 'fast-check';
import { arrange } from '../../../src/core/diversification/arrangement.js';
import { Caps, type MixFloor, RELAXATION_ORDER, type SlateColumns, type SlateLimits } from '../../../src/core/diversification/caps.js';
import { MarginalRelevance } from '../../../src/core/diversification/mmr.js';
import { type SoftInput } from '../../../src/core/diversification/soft-diversity.js';
import { buildSlate, type Slate, type SlateInput } from '../../../src/core/diversification/slate.js';
import { type SlateRule } from '../../../src/core/outcome.js';

interface Thing {
  category?: number;
  brand?: number;
  creator?: number;
  commercial?: number;
  fatigued?: number;
  newItem?: number;
  smallCreator?: number;
  style?: number;
}

const columnsOf = (things: Thing[]): SlateColumns => ({
  category: Int32Array.from(things, ({ category = 0 }) => category),
  brand: Int32Array.from(things, ({ brand = 0 }) => brand),
  creator: Int32Array.from(things, ({ creator = 0 }) => creator),
  commercial: Uint8Array.from(things, ({ commercial = 0 }) => commercial),
  fatigued: Uint8Array.from(things, ({ fatigued = 0 }) => fatigued),
  newItem: Uint8Array.from(things, ({ newItem = 0 }) => newItem),
  smallCreator: Uint8Array.from(things, ({ smallCreator = 0 }) => smallCreator),
  style: Uint8Array.from(things, ({ style = 0 }) => style),
});
const OFF: SlateLimits = { window: 10, maxPerCategory: 10, maxPerBrand: 10, maxPerCreator: 10, commercialShareMax: 1 };

/** A slate of things in the order of their relevance, n the best. */
function slateOf(
  things: Thing[],
  fields: Partial<Omit<SlateInput, 'limits'>> &
    Partial<Pick<SoftInput, 'strength' | 'similarity'>> & { limits?: Partial<SlateLimits>; front?: Thing[] } = {},
): Slate {
  const { limits, front = [], strength = 0, similarity = () => 0, ...rest } = fields;
  return buildSlate({
    scores: Float64Array.from(things, (_, i) => things.length - i),
    columns: columnsOf(things),
    before: columnsOf(front),
    limits: { ...OFF, ...limits },
    first: things.length,
    soft: (relevance, before) => new MarginalRelevance(relevance, strength, similarity, before),
    isLate: () => false,
    ...rest,
  });
}
const categories = (...of: number[]): Thing[] => of.map((category) => ({ category }));
const placed = ({ order }: Slate): number[] => [...order];

describe('a slate', () => {
  it('is the order of relevance where nothing is asked', () => {
    expect(slateOf(categories(1, 1, 1))).toEqual({ order: Uint32Array.of(0, 1, 2), relaxed: [] });
  });

  it('keeps a cap in every run of positions', () => {
    // At most one of a category in any two: 1 1 2 2 1 becomes 1 2 1 2 1.
    expect(placed(slateOf(categories(1, 1, 2, 2, 1), { limits: { window: 2, maxPerCategory: 1 } }))).toEqual([0, 2, 1, 3, 4]);
  });

  it('keeps a cap over what stands in front, and forgets what is a window away', () => {
    const limits = { window: 3, maxPerCategory: 1 };
    expect(placed(slateOf(categories(1, 2, 3), { limits, front: categories(1, 9), first: 1 }))).toEqual([1]);
    expect(placed(slateOf(categories(1, 2, 3), { limits, front: categories(1, 8, 9), first: 1 }))).toEqual([0]);
  });

  it('does not count what has no brand or creator', () => {
    expect(slateOf([{}, {}, {}], { limits: { window: 3, maxPerBrand: 1, maxPerCreator: 1 } }).relaxed).toEqual([]);
  });

  it('takes a cap as large as the window as off', () => {
    expect(placed(slateOf(categories(1, 1, 2), { limits: { window: 2, maxPerCategory: 2 } }))).toEqual([0, 1, 2]);
  });

  it('goes back where relevance first would leave no way to keep a cap', () => {
    // 2 2 1 1 1 with one in any two: only 1 2 1 2 1 keeps it.
    const slate = slateOf(categories(2, 2, 1, 1, 1), { limits: { window: 2, maxPerCategory: 1 } });
    expect(slate).toEqual({ order: Uint32Array.of(2, 0, 3, 1, 4), relaxed: [] });
  });

  it('is never short: it gives up a cap that cannot be kept, and still keeps it where it can', () => {
    const slate = slateOf(categories(1, 1, 1, 2), { limits: { window: 2, maxPerCategory: 1 } });
    expect(slate.relaxed).toEqual(['CATEGORY_CAP']);
    expect(placed(slate)).toEqual([0, 3, 1, 2]);
  });

  it('gives up the lightest rules that make a full page', () => {
    const window = { window: 2, maxPerCategory: 1, maxPerBrand: 1, maxPerCreator: 1 };
    const twice = (thing: Thing): Thing[] => [thing, thing];
    const relaxedFor = (thing: Thing): SlateRule[] => slateOf(twice(thing), { limits: window }).relaxed;
    expect(relaxedFor({ creator: 1 })).toEqual(['CREATOR_CAP']);
    expect(relaxedFor({ brand: 1 })).toEqual(['BRAND_CAP']);
    expect(relaxedFor({ category: 1, brand: 1 })).toEqual(['BRAND_CAP', 'CATEGORY_CAP']);
    // Either the creator's cap or the category's has to go; the creator's is the lighter one.
    const either = slateOf(
      [
        { creator: 1, category: 1 },
        { creator: 1, category: 2 },
        { creator: 2, category: 1 },
      ],
      { limits: window, first: 2 },
    );
    expect([placed(either), either.relaxed]).toEqual([[1, 2], []]);
    const must = slateOf(
      [
        { creator: 1, category: 1 },
        { creator: 1, category: 2 },
        { creator: 1, category: 1 },
        { creator: 2, category: 2 },
      ],
      { limits: window },
    );
    expect(must.relaxed).toEqual(['CREATOR_CAP']);
  });

  it('gives up rules in a fixed order', () => {
    expect(RELAXATION_ORDER).toEqual([
      'STYLE_MIX', 'NEW_ITEM_SHARE', 'SMALL_CREATOR_SHARE', 'CREATOR_CAP', 'BRAND_CAP', 'CATEGORY_CAP', 'COMMERCIAL_SHARE', 'FATIGUE',
    ]); // prettier-ignore
  });

  it('keeps the share of what is paid for, in every window and on the page', () => {
    const things = Array.from({ length: 20 }, (_, i): Thing => ({ commercial: i < 10 ? 1 : 0 }));
    const slate = slateOf(things, { limits: { window: 5, commercialShareMax: 0.3 }, first: 10 });
    const paid = placed(slate).map((i) => things[i].commercial);
    expect(paid.reduce((sum, flag) => sum! + flag!, 0)).toBe(2);
    for (let start = 0; start + 5 <= 10; start++) expect(paid.slice(start, start + 5).filter(Boolean).length).toBeLessThanOrEqual(1);
    expect(slate.relaxed).toEqual([]);
    expect(slateOf(things.slice(0, 10), { limits: { window: 5, commercialShareMax: 0.3 } }).relaxed).toEqual(['COMMERCIAL_SHARE']);
    expect(slateOf(things, { limits: { window: 5, commercialShareMax: 0 }, first: 10 }).relaxed).toEqual([]);
  });

  it('gives a share its positions, the best that count for it, at the end of the window where they cost least', () => {
    const things = Array.from({ length: 20 }, (_, i): Thing => ({ newItem: i >= 15 ? 1 : 0 }));
    // One in five on the page and in every five: 15 and 16 are the best new ones.
    const slate = slateOf(things, { limits: { window: 5, newItems: { inWindow: 1, onPage: 2, within: 10 } }, first: 10 });
    expect([placed(slate), slate.relaxed]).toEqual([[0, 1, 2, 3, 15, 4, 5, 6, 7, 16], []]);
  });

  it('has what the page needs before the positions that chance may push off it', () => {
    const things = Array.from({ length: 20 }, (_, i): Thing => ({ smallCreator: i >= 18 ? 1 : 0 }));
    const slate = slateOf(things, { limits: { smallCreators: { inWindow: 0, onPage: 2, within: 8 } }, first: 10 });
    expect([placed(slate), slate.relaxed]).toEqual([[0, 1, 2, 3, 4, 5, 18, 19, 6, 7], []]);
  });

  it('gives up a share that there is too little for, and has as much of it as there is', () => {
    const things = Array.from({ length: 8 }, (_, i): Thing => ({ newItem: i === 7 ? 1 : 0 }));
    const slate = slateOf(things, { limits: { newItems: { inWindow: 0, onPage: 3, within: 4 } }, first: 4 });
    expect([placed(slate), slate.relaxed]).toEqual([[0, 7, 1, 2], ['NEW_ITEM_SHARE']]);
  });

  it('gives up a share before a cap', () => {
    const things: Thing[] = [{ category: 1 }, { category: 2 }, { category: 1, newItem: 1 }, { category: 1, newItem: 1 }];
    const limits = { window: 2, maxPerCategory: 1, newItems: { inWindow: 0, onPage: 2, within: 2 } };
    const slate = slateOf(things, { limits, first: 2 });
    // The two new ones are of one category, of which two in a row hold one.
    expect([placed(slate).length, slate.relaxed]).toEqual([2, ['NEW_ITEM_SHARE']]);
  });

  it('makes room for a share before others use up the caps, however large the choice', () => {
    const things = Array.from({ length: 300 }, (_, i): Thing => {
      if (i >= 290) return { category: 1, brand: 1, creator: 300 + i, newItem: 1 };
      return { category: (i % 5) + 1, brand: (i % 7) + 1, creator: i + 1 };
    });
    const limits = { window: 10, maxPerCategory: 3, maxPerBrand: 4, newItems: { inWindow: 3, onPage: 6, within: 20 } };
    expect(slateOf(things, { limits, first: 20 }).relaxed).toEqual([]);
  });

  it('keeps a style within its bounds', () => {
    const things = Array.from({ length: 12 }, (_, i): Thing => ({ style: i < 6 ? 1 : 2 }));
    const slate = slateOf(things, { limits: { window: 4, styles: [3, 4, 4] }, first: 8 });
    expect([placed(slate), slate.relaxed]).toEqual([[0, 1, 2, 6, 3, 4, 5, 7], []]);
  });

  it('shows what was shown too often only after everything else', () => {
    const slate = slateOf([{ fatigued: 1 }, {}, {}], { first: 2 });
    expect([placed(slate), slate.relaxed]).toEqual([[1, 2], []]);
    expect(slateOf([{ fatigued: 1 }, {}, {}]).relaxed).toEqual(['FATIGUE']);
  });

  it('puts something different before a near copy', () => {
    const similarity = (a: number, b: number): number => (a + b === 1 ? 1 : 0);
    // Relevance 1, 0.5, 0 by rank: at strength 0.5 the copy has 0.25 - 0.5, the other 0.
    expect(placed(slateOf([{}, {}, {}], { strength: 0.5, similarity }))).toEqual([0, 2, 1]);
    expect(placed(slateOf([{}, {}, {}], { strength: 0, similarity }))).toEqual([0, 1, 2]);
  });

  it('chooses for variety among the best two hundred', () => {
    const things = Array.from({ length: 220 }, () => ({}));
    const similarity = (a: number, b: number): number => (a < 210 && b < 210 ? 1 : 0);
    expect(placed(slateOf(things, { strength: 1, similarity, first: 3 }))).toEqual([0, 1, 2]);
  });

  it('looks beyond the best two hundred for what keeps a cap', () => {
    const things = categories(...Array.from({ length: 230 }, (_, i) => (i < 220 ? 1 : 2)));
    expect(placed(slateOf(things, { limits: { window: 2, maxPerCategory: 1 }, first: 4 }))).toEqual([0, 220, 1, 221]);
  });

  it('takes what there is when it is late, and keeps caps where it can', () => {
    const slate = slateOf(categories(1, 1, 1, 2), { limits: { window: 2, maxPerCategory: 1 }, isLate: () => true });
    expect([placed(slate), slate.relaxed]).toEqual([[0, 3, 1, 2], ['CATEGORY_CAP']]);
  });

  it('is empty without candidates', () => {
    expect(slateOf([])).toEqual({ order: new Uint32Array(0), relaxed: [] });
  });
});

describe('a slate of any candidates', () => {
  const thing = fc.record({
    category: fc.integer({ min: 1, max: 3 }),
    brand: fc.nat(2),
    creator: fc.nat(2),
    commercial: fc.nat(1),
    fatigued: fc.constant(0),
    newItem: fc.nat(1),
    smallCreator: fc.nat(1),
    style: fc.nat(2),
  });
  const floor = fc.option(fc.record({ inWindow: fc.constant(0), onPage: fc.nat(3), within: fc.integer({ min: 1, max: 6 }) }), {
    nil: undefined,
  });
  const limit = fc.record({
    newItems: floor,
    smallCreators: floor.map((some) => some && { ...some, inWindow: 1 }),
    styles: fc.option(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }), { nil: undefined }),
    window: fc.integer({ min: 1, max: 4 }),
    maxPerCategory: fc.integer({ min: 1, max: 3 }),
    maxPerBrand: fc.integer({ min: 1, max: 3 }),
    maxPerCreator: fc.integer({ min: 1, max: 3 }),
    commercialShareMax: fc.constantFrom(0, 0.3, 0.5, 1),
  });

  /** Rules that a sequence breaks, counted afresh. */
  function broken(things: Thing[], front: Thing[], limits: SlateLimits): Set<SlateRule> {
    const all = [...front, ...things];
    const rules = new Set<SlateRule>();
    for (let end = front.length + 1; end <= all.length; end++) {
      const run = all.slice(Math.max(0, end - limits.window), end);
      const count = (key: keyof Thing): number => run.filter((other) => other[key] === run[run.length - 1][key]).length;
      const last = run[run.length - 1];
      if (last.category && count('category') > limits.maxPerCategory) rules.add('CATEGORY_CAP');
      if (last.brand && count('brand') > limits.maxPerBrand) rules.add('BRAND_CAP');
      if (last.creator && count('creator') > limits.maxPerCreator) rules.add('CREATOR_CAP');
      if (last.commercial && count('commercial') > Math.floor(limits.commercialShareMax * limits.window + 1e-9))
        rules.add('COMMERCIAL_SHARE');
      if (last.style && count('style') > (limits.styles?.[last.style - 1] ?? Infinity)) rules.add('STYLE_MIX');
      const others = run.filter(({ smallCreator }) => !smallCreator).length;
      if (limits.smallCreators && !last.smallCreator && others > limits.window - limits.smallCreators.inWindow)
        rules.add('SMALL_CREATOR_SHARE');
    }
    const isShort = (key: 'newItem' | 'smallCreator', floor: MixFloor | undefined): boolean => {
      if (!floor) return false;
      const start = things.slice(0, floor.within);
      return start.filter((each) => each[key]).length < Math.min(floor.onPage, start.length);
    };
    if (isShort('newItem', limits.newItems)) rules.add('NEW_ITEM_SHARE');
    if (isShort('smallCreator', limits.smallCreators)) rules.add('SMALL_CREATOR_SHARE');
    const paid = things.filter(({ commercial }) => commercial).length;
    if (paid > Math.floor(limits.commercialShareMax * things.length + 1e-9)) rules.add('COMMERCIAL_SHARE');
    if (things.some(({ fatigued }) => fatigued)) rules.add('FATIGUE');
    return rules;
  }

  function* sequences(things: Thing[], length: number): Generator<Thing[]> {
    if (length === 0) yield [];
    if (length === 0) return;
    for (let i = 0; i < things.length; i++)
      for (const rest of sequences([...things.slice(0, i), ...things.slice(i + 1)], length - 1)) yield [things[i], ...rest];
  }

  const weight = (rules: Iterable<SlateRule>): number =>
    [...rules].reduce((sum, rule) => sum + 2 ** (RELAXATION_ORDER as readonly SlateRule[]).indexOf(rule), 0);

  it('breaks the lightest rules that any order of any of them breaks', () => {
    fc.assert(
      fc.property(
        fc.array(thing, { minLength: 1, maxLength: 5 }),
        fc.array(thing, { maxLength: 3 }),
        limit,
        fc.integer({ min: 1, max: 5 }),
        (things, front, limits, first) => {
          const slate = slateOf(things, { limits, front, first });
          const sequence = placed(slate).map((i) => things[i]);
          let best = Infinity;
          for (const other of sequences(things, Math.min(first, things.length)))
            best = Math.min(best, weight(broken(other, front, limits)));
          expect(new Set(slate.relaxed)).toEqual(broken(sequence, front, limits));
          expect(weight(slate.relaxed)).toBe(best);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('loses and doubles nothing, is as long as asked, and tells what it broke', () => {
    const many = fc.array(
      fc.record({
        category: fc.integer({ min: 1, max: 12 }),
        brand: fc.nat(9),
        creator: fc.nat(9),
        commercial: fc.nat(1),
        fatigued: fc.nat(1),
        newItem: fc.nat(1),
        smallCreator: fc.nat(1),
        style: fc.nat(3),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(
        many,
        fc.array(thing, { maxLength: 9 }),
        limit,
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (things, front, limits, first, strength) => {
          const similarity = (a: number, b: number): number =>
            things[a]?.category === (things[b] ?? front[b - things.length])?.category ? 1 : 0;
          const slate = slateOf(things, { limits: { ...limits, window: limits.window + 3 }, front, first, strength, similarity });
          expect(slate.order.length).toBe(Math.min(first, things.length));
          expect(new Set(slate.order).size).toBe(slate.order.length);
          expect(new Set(slate.relaxed)).toEqual(broken(placed(slate).map((i) => things[i]), front, { ...limits, window: limits.window + 3 })); // prettier-ignore
        },
      ),
    );
  });
});

describe('arrange', () => {
  it('finds what keeps the rules, the better candidates first, and leaves nothing placed', () => {
    const caps = new Caps(columnsOf(categories(2, 2, 1, 1, 1)), columnsOf([]), { ...OFF, window: 2, maxPerCategory: 1 }, 5);
    expect(arrange(caps, 5, 5, 0)).toEqual(Uint32Array.of(2, 0, 3, 1, 4));
    expect(arrange(caps, 5, 5, 0)).toEqual(Uint32Array.of(2, 0, 3, 1, 4));
  });

  it('says so when there is no order', () => {
    const caps = new Caps(columnsOf(categories(1, 1)), columnsOf([]), { ...OFF, window: 2, maxPerCategory: 1 }, 2);
    expect(arrange(caps, 2, 2, 0)).toBe(null);
  });

  it('ends when its budget does', () => {
    // Forty of a kind each and one position too many: every order of the rest would have to be tried.
    const things = Array.from({ length: 60 }, (_, i): Thing => ({ category: i < 30 ? i + 1 : 99, brand: i + 1, creator: (i % 7) + 1 }));
    const caps = new Caps(columnsOf(things), columnsOf([]), { ...OFF, window: 60, maxPerCategory: 1 }, 32);
    const started = performance.now();
    expect(arrange(caps, 60, 32, 0)).toBe(null);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
