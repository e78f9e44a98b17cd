import fc from 'fast-check';
import { type MixFloor, RELAXATION_ORDER, type SlateLimits } from '../../../src/core/diversification/caps.js';
import { type SlateRule } from '../../../src/core/outcome.js';

import { placed, slateOf, type Thing } from './things.js';

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
