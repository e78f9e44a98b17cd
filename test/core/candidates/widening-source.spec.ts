import { gatherSignals } from '../../../src/core/candidates/signals.js';
import { type WideningPlan } from '../../../src/core/candidates/widening-plan.js';
import { wideningSource } from '../../../src/core/candidates/widening-source.js';
import { PipelineRun } from '../../../src/core/pipeline.js';
import { addToSpread } from '../../../src/core/tags/cocoon/spread.js';
import { type UserState } from '../../../src/core/tags/state.js';
import { DAY, inputsFor, neighboursOf, NOW, TestShop } from '../shop-fixture.js';

const TASTE = { halfLifeMs: 30 * DAY, most: 96 };

/** Six categories of five things each, c0 to c5: thing i is of category i % 6. The user looks for c0 himself. */
const test = new TestShop();
for (let i = 0; i < 30; i++) test.put({ categories: [`c${i % 6}`] });
const nameOf = (itemNo: number): string => test.catalogue.item(itemNo).categories[0];
const lookingForC0 = (...events: Parameters<TestShop['stateAfter']>): UserState => {
  const state = test.stateAfter(...events);
  for (let i = 0; i < 20; i++) addToSpread(state.cocoon.own, test.catalogue.leafCategory[0], 1, NOW, TASTE);
  return state;
};

function proposed(state: UserState, { limit = 8, shop = test.shop(), plan = { quota: 1 } as WideningPlan | null } = {}): number[] {
  const inputs = inputsFor(shop, { state });
  const signals = gatherSignals(inputs, new PipelineRun(inputs), plan && { plan, groupOf: (category) => category });
  const taken: number[] = [];
  const offer = (itemNo: number): 'TAKEN' | 'SKIPPED' => (taken.includes(itemNo) ? 'SKIPPED' : (taken.push(itemNo), 'TAKEN'));
  wideningSource.propose(signals, offer, limit);
  return taken;
}

describe('things from next door', () => {
  it('are what those whom he follows bought, of categories that he does not know', () => {
    test.acts.observe(test.event('friend', 'PURCHASE', 6)); // c0, which he knows
    test.acts.observe(test.event('friend', 'PURCHASE', 7)); // c1
    const state = lookingForC0(test.event('u', 'FOLLOW', -1, { targetUserId: 'friend' }));
    const found = proposed(state);
    expect(found[0]).toBe(7);
    expect(new Set(found.map(nameOf))).toEqual(new Set(['c1']));
  });

  it('are one step further than what is alike to his own things', () => {
    // He likes thing 0; thing 6 is alike to it, and thing 8, of c2, is bought with what is alike.
    const similar = neighboursOf(30, { 0: [[6, 1]], 6: [[8, 0.5]] });
    const found = proposed(lookingForC0(test.event('u', 'LIKE', 0)), { shop: test.shop({ similar }) });
    expect(found[0]).toBe(8);
  });

  it('come first from where he took something, and last from what he lets pass', () => {
    const similar = neighboursOf(30, { 0: [[6, 1]], 6: [[8, 0.5], [9, 0.5], [10, 0.5]] }); // prettier-ignore
    const state = lookingForC0(test.event('u', 'LIKE', 0));
    addToSpread(state.cocoon.offered, test.catalogue.leafCategory[8], 40, NOW, TASTE);
    addToSpread(state.cocoon.accepted, test.catalogue.leafCategory[10], 2, NOW, TASTE);
    // c4: 0.5 * (2 + 1) / 20 * 20 = 1.5; c3: 0.5; c2: 0.5 * 1 / 60 * 20 = 0.17.
    const found = proposed(state, { limit: 6, shop: test.shop({ similar }) }).map(nameOf);
    expect([...new Set(found)]).toEqual(['c4', 'c3', 'c2']);
  });

  it('are what is popular elsewhere where nothing leads anywhere, and nothing where nothing is to be widened', () => {
    test.click(11, 5);
    test.click(12, 9);
    const found = proposed(lookingForC0());
    expect(found[0]).toBe(11);
    expect(found.map(nameOf)).not.toContain('c0');
    expect(proposed(lookingForC0(), { plan: null })).toEqual([]);
  });
});
