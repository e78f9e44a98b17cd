import { RELAXATION_ORDER } from '../../../src/core/diversification/caps.js';
import { type SlateRule } from '../../../src/core/outcome.js';
import { categories, placed, slateOf, type Thing } from './things.js';

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
