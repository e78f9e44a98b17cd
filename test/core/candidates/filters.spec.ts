import fc from 'fast-check';
import { FILTERS } from '../../../src/core/candidates/filters.js';
import { type RepurchaseCycles } from '../../../src/core/candidates/repurchase.js';
import { signalsOf } from '../../../src/core/candidates/signals.js';
import { type PageInputs } from '../../../src/core/page.js';
import { PipelineRun, removedBy } from '../../../src/core/pipeline.js';
import { type UserAttributes } from '../../../src/core/user.js';
import { candidatesFor, DAY, HOUR, inputsFor, NO_FILTER, NO_POLICY, NOW, serveTimes, TestShop } from '../shop-fixture.js';

const shop = new TestShop();
const item = {
  fine: shop.put(),
  removed: shop.put({ removed: true }),
  soldOut: shop.put({ stock: 0 }),
  expired: shop.put({ availableUntil: NOW - 1 }),
  elsewhere: shop.put({ regions: ['FR'] }),
  grownUp: shop.put({ minAge: 18 }),
  hidden: shop.put(),
  bought: shop.put(),
  dear: shop.put({ price: 900 }),
  placed: shop.put(),
  inCart: shop.put(),
  tiring: shop.put(),
};
const user: UserAttributes = { id: 'u', birthYear: 2010, gender: null, region: 'CN', joinedAt: null, attributes: {} };

function knowingUser() {
  const state = shop.stateAfter(shop.event('u', 'HIDE', item.hidden), shop.event('u', 'PURCHASE', item.bought));
  serveTimes(state, item.tiring, 20);
  return state;
}

const everything = (): PageInputs =>
  inputsFor(shop.shop(), {
    state: knowingUser(),
    user,
    request: { filter: { ...NO_FILTER, excludeItemIds: [`i${item.dear}`] }, placedBefore: [item.placed], contextItems: [item.inCart] },
  });
const removing = (inputs: PageInputs, itemNo: number): string | null => removedBy(FILTERS, signalsOf(inputs), itemNo)?.name ?? null;

describe('the filters', () => {
  it.each<[string | null, number]>([
    [null, item.fine],
    ['removed', item.removed],
    ['sold-out', item.soldOut],
    ['expired', item.expired],
    ['region', item.elsewhere],
    ['age', item.grownUp],
    ['hidden', item.hidden],
    ['already-bought', item.bought],
    ['caller-filter', item.dear],
    ['already-placed', item.placed],
    ['context-items', item.inCart],
    ['fatigue', item.tiring],
  ])('remove by %s, and by that alone, item %i', (name, itemNo) => {
    const signals = signalsOf(everything());
    const all = FILTERS.filter((filter) => filter.applies(signals) && !filter.keep(signals, itemNo));
    expect(all.map((filter) => filter.name)).toEqual(name === null ? [] : [name]);
    expect(removing(everything(), itemNo)).toBe(name);
  });

  it('are each named once, say why, and fail closed but for fatigue', () => {
    expect(new Set(FILTERS.map(({ name }) => name)).size).toBe(FILTERS.length);
    expect(FILTERS.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(FILTERS.filter(({ failsOpen }) => failsOpen).map(({ name }) => name)).toEqual(['fatigue']);
  });

  it('keep and remove, between them, what came in, in its order', () => {
    const nos = fc.uniqueArray(fc.nat(shop.catalogue.size + 2));
    fc.assert(
      fc.property(nos, (itemNos) => {
        const inputs = everything();
        const run = new PipelineRun(inputs);
        const kept = [...run.filter(FILTERS, signalsOf(inputs), Uint32Array.from(itemNos))];
        const removed = run.removed.map(({ itemNo }) => itemNo);
        expect(kept).toEqual(itemNos.filter((no) => !removed.includes(no)));
        expect([...kept, ...removed].sort((a, b) => a - b)).toEqual([...itemNos].sort((a, b) => a - b));
      }),
    );
  });
});

describe('region', () => {
  it('goes by the request before the user, and holds back where neither is known', () => {
    const inputs = (region: string | null, of: UserAttributes | null) => inputsFor(shop.shop(), { user: of, request: { region } });
    expect(removing(inputs('FR', user), item.elsewhere)).toBe(null);
    expect(removing(inputs(null, { ...user, region: 'FR' }), item.elsewhere)).toBe(null);
    expect(removing(inputs(null, null), item.elsewhere)).toBe('region');
  });
});

describe('age', () => {
  it('lets through who is certainly old enough, and nobody of whom it is not known', () => {
    // On 21 November 2026 somebody born in 2008 may be 17 still.
    const born = (birthYear: number | null) => removing(inputsFor(shop.shop(), { user: { ...user, birthYear } }), item.grownUp);
    expect([born(2007), born(2008), born(null)]).toEqual([null, 'age', 'age']);
    expect(removing(inputsFor(shop.shop()), item.grownUp)).toBe('age');
  });
});

describe('hidden', () => {
  const apple = shop.put({ categories: ['food', 'fruit'], brand: 'b', creatorId: 'c' });
  const hide = (hideScope: 'CATEGORY' | 'BRAND' | 'CREATOR', now = NOW) =>
    removing(inputsFor(shop.shop(), { now, state: shop.stateAfter(shop.event('u', 'HIDE', apple, { hideScope })) }), apple);

  it('reaches a category, brand or creator, until its time is over', () => {
    expect([hide('CATEGORY'), hide('BRAND'), hide('CREATOR')]).toEqual(['hidden', 'hidden', 'hidden']);
    expect([hide('CATEGORY', NOW + 91 * DAY), hide('BRAND', NOW + 91 * DAY)]).toEqual([null, null]);
  });

  it('binds without consent to anything', () => {
    const inputs = { ...everything(), purposes: new Set([]) };
    expect([removing(inputs, item.hidden), removing(inputs, item.bought), removing(inputs, item.tiring)]).toEqual([
      'hidden',
      'already-bought',
      null,
    ]);
  });
});

describe('already-bought', () => {
  const often = shop.put({ repurchaseDays: 30 });
  const always = shop.put({ repurchaseDays: 0 });
  const cyclesOf = (days: number): RepurchaseCycles => ({
    builtAt: NOW,
    byCategory: new Map([[shop.name('category', 'all'), { spells: 1000, gaps: 500, share: 0.5, days }]]),
  });
  const bought = (itemNo: number, days: number, learned?: number) =>
    removing(
      inputsFor(shop.shop(learned === undefined ? {} : { cycles: cyclesOf(learned) }), {
        state: shop.stateAfter(shop.event('u', 'PURCHASE', itemNo, { occurredAt: NOW - days * DAY })),
      }),
      itemNo,
    );

  it('holds back for the cycle of the item, of its category, or for good', () => {
    expect([bought(often, 29), bought(often, 30), bought(always, 0)]).toEqual(['already-bought', null, null]);
    expect([bought(item.fine, 9, 10), bought(item.fine, 10, 10), bought(item.fine, 9_999)]).toEqual([
      'already-bought',
      null,
      'already-bought',
    ]);
  });

  it('ends earlier for somebody who buys it more often, or at all where others do not, unless he gave it back', () => {
    const on = (no: number, ...daysAgo: number[]) =>
      daysAgo.map((days) => shop.event('u', 'PURCHASE', no, { occurredAt: NOW - days * DAY }));
    const after = (...events: ReturnType<typeof on>) => (learned?: number) =>
      removing(inputsFor(shop.shop(learned === undefined ? {} : { cycles: cyclesOf(learned) }), { state: shop.stateAfter(...events) }), item.fine); // prettier-ignore
    // Two gaps of 20 days: a quarter of such gaps is over after 20 · ln(4/3) = 5.75 days; with the category's 23 that makes 11.5.
    const held = after(...on(item.fine, 51, 31, 11));
    const free = after(...on(item.fine, 52, 32, 12));
    expect([held(23), free(23), held(), after(...on(item.fine, 45, 25, 5))()]).toEqual(['already-bought', null, null, 'already-bought']);
    const returned = after(...on(item.fine, 52, 32, 12), shop.event('u', 'REFUND', item.fine, { occurredAt: NOW - 40 * DAY }));
    expect(returned(23)).toBe('already-bought');
    const stated = shop.stateAfter(...on(often, 60, 40, 20));
    expect(removing(inputsFor(shop.shop({ cycles: cyclesOf(5) }), { state: stated }), often)).toBe('already-bought');
  });

  it('is lifted by a refund', () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', item.fine, { occurredAt: NOW - 2 }), shop.event('u', 'REFUND', item.fine));
    expect(removing(inputsFor(shop.shop(), { state }), item.fine)).toBe(null);
  });
});

describe('fatigue', () => {
  const shownTimes = (value: number, at: number, fatigue: Parameters<typeof inputsFor>[1] = {}) => {
    const state = shop.stateAfter();
    serveTimes(state, item.fine, value, at);
    return removing(inputsFor(shop.shop(), { state, ...fatigue }), item.fine);
  };

  it('holds back what was shown as often as allowed today, and lets go the next day', () => {
    const three = { settings: { fatigue: { maxImpressionsPerDay: 3 } } };
    expect([shownTimes(3, NOW - 60_000, three), shownTimes(2, NOW, three), shownTimes(50, NOW - 13 * HOUR, three)]).toEqual([
      'fatigue',
      null,
      null,
    ]);
  });

  it('counts five servings as one showing where showings are reported', () => {
    const one = { settings: { fatigue: { maxImpressionsPerDay: 1, countsAt: 'IMPRESSION' as const } } };
    expect([shownTimes(5, NOW, one), shownTimes(4, NOW, one)]).toEqual(['fatigue', null]);
  });
});

describe('a request to rank', () => {
  const ranked = (policy: Partial<typeof NO_POLICY>) =>
    Object.values(item).filter((no) =>
      removing(
        {
          ...everything(),
          request: {
            ...everything().request,
            kind: 'rank',
            filter: null,
            placedBefore: [],
            candidates: candidatesFor([], { policy: { ...NO_POLICY, ...policy } }),
          },
        },
        no,
      ),
    );

  it('removes only what may not be shown at all', () => {
    expect(ranked({})).toEqual([item.removed, item.soldOut, item.expired, item.elsewhere, item.grownUp]);
  });

  it('removes more on request', () => {
    expect(ranked({ suppressBought: true, fatigue: true })).toEqual([
      item.removed,
      item.soldOut,
      item.expired,
      item.elsewhere,
      item.grownUp,
      item.bought,
      item.tiring,
    ]);
  });
});
