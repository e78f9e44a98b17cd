import { recentSeeds } from '../../../src/core/candidates/seeds.js';
import { GATHERERS, gatherSignals, type Signals } from '../../../src/core/candidates/signals.js';
import { PipelineRun } from '../../../src/core/pipeline.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { DAY, inputsFor, neighboursOf, NOW, TestShop } from '../shop-fixture.js';

const gather = (inputs: ReturnType<typeof inputsFor>): Signals => gatherSignals(inputs, new PipelineRun(inputs));

describe('recentSeeds', () => {
  const recent = (...acts: [number, Parameters<TestShop['event']>[1]][]) => ({
    ...emptyState(),
    recent: acts.map(([itemNo, type], i) => ({ itemNo, type, occurredAt: NOW - i })),
  });

  it('fade from act to act, each item once with the strongest of its acts', () => {
    // A click, then a purchase of another, then a like of the first: 0.4, 1 * 0.9, and 0.7 * 0.81 for the like, which is more than the click.
    const seeds = recentSeeds(recent([1, 'CLICK'], [2, 'PURCHASE'], [1, 'LIKE'], [3, 'VIEW']), []);
    expect(seeds.map(({ itemNo, weight, isBought }) => [itemNo, Number(weight.toFixed(6)), isBought])).toEqual([
      [1, 0.567, false],
      [2, 0.9, true],
      [3, 0.324, false],
    ]);
  });

  it('begin with what is looked at now', () => {
    const seeds = recentSeeds(recent([1, 'CLICK'], [7, 'PURCHASE']), [7]);
    expect(seeds.map(({ itemNo, weight }) => [itemNo, weight])).toEqual([[7, 1], [1, 0.4]]); // prettier-ignore
  });

  it('leave out what was taken back, hidden, or says nothing', () => {
    const state = recent(
      [1, 'UNLIKE'],
      [2, 'REFUND'],
      [3, 'HIDE'],
      [1, 'LIKE'],
      [2, 'PURCHASE'],
      [3, 'CLICK'],
      [4, 'RENDERED'],
      [5, 'CLICK'],
      [-1, 'SEARCH'],
    );
    state.hiddenItems.add(6);
    state.recent.push({ itemNo: 6, type: 'LIKE', occurredAt: NOW });
    expect(recentSeeds(state, []).map(({ itemNo }) => itemNo)).toEqual([5]);
  });

  it('are twenty at most', () => {
    expect(recentSeeds(recent(...Array.from({ length: 30 }, (_, i): [number, 'CLICK'] => [i, 'CLICK'])), [])).toHaveLength(20);
  });
});

describe('signals', () => {
  const shop = new TestShop();
  for (let i = 0; i < 6; i++) shop.put({ creatorId: i === 5 ? 'maker' : null });
  const similar = neighboursOf(6, { 0: [[1, 0.5], [2, 0.25]], 3: [[1, 0.5]] }); // prettier-ignore
  const together = neighboursOf(6, { 3: [[4, 0.8]] });

  it('gather neighbours of recent acts, with the item that spoke strongest', () => {
    const state = shop.stateAfter(
      shop.event('u', 'CLICK', 0, { occurredAt: NOW - 2 }),
      shop.event('u', 'PURCHASE', 3, { occurredAt: NOW - 1 }),
    );
    const { evidence } = gather(inputsFor(shop.shop({ similar, boughtTogether: together }), { state }));
    // Purchase first: 1 * 0.5 for item 1; the click fades to 0.36: 0.36 * 0.5 for item 1, 0.36 * 0.25 for item 2.
    expect(evidence.similar.sumOf(1)).toBeCloseTo(0.68, 6);
    expect(evidence.similar.sumOf(2)).toBeCloseTo(0.09, 6);
    expect([...evidence.similar.evidenceOf(Uint32Array.of(1, 2))]).toEqual([3, 0]);
    // The last three count half of the one after each: 0.5 + 0.5 / 2.
    expect(evidence.lastSimilar.sumOf(1)).toBeCloseTo(0.75, 6);
    expect(evidence.together.sumOf(4)).toBeCloseTo(0.8, 6);
  });

  it('gather what followed people did, by tie and age', () => {
    shop.observe(
      shop.event('friend', 'PURCHASE', 1, { occurredAt: NOW - 30 * DAY }),
      shop.event('friend', 'LIKE', 2),
      shop.event('stranger', 'LIKE', 3),
    );
    const follow = (userId: string) => shop.event('u', 'FOLLOW', -1, { targetUserId: userId });
    const state = shop.stateAfter(follow('friend'), follow('maker'));
    const { evidence, friends, creators } = gather(inputsFor(shop.shop(), { state }));
    // A new tie counts 0.5: 0.5 * 1 / 2 for a purchase a half-life ago, 0.5 * 0.5 for a like.
    expect(friends).toEqual([{ userId: 'friend', strength: 0.5 }, { userId: 'maker', strength: 0.5 }]); // prettier-ignore
    expect([evidence.friendsBought.sumOf(1), evidence.friendsLiked.sumOf(2), evidence.friendsLiked.sumOf(3)]).toEqual([0.25, 0.25, 0]);
    expect(creators).toEqual([{ creatorNo: shop.catalogue.creator[5], strength: 0.5 }]);
  });

  it('take the hundred strongest ties', () => {
    const ties = Array.from({ length: 130 }, (_, i) =>
      shop.event('u', 'FOLLOW', -1, { targetUserId: `f${1000 + i}`, occurredAt: NOW - i * DAY }),
    );
    const { friends } = gather(inputsFor(shop.shop(), { state: shop.stateAfter(...ties) }));
    expect([friends.length, friends[0].userId, friends[99].userId]).toEqual([100, 'f1000', 'f1099']);
  });

  it('read nothing of the user without his consent, and no ties without consent to those', () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 3), shop.event('u', 'FOLLOW', -1, { targetUserId: 'friend' }));
    const without = gather(
      inputsFor(shop.shop({ similar }), { state, purposes: new Set(['ESSENTIAL', 'SOCIAL_GRAPH']), request: { contextItems: [0] } }),
    );
    expect([without.taste, without.seeds, without.friends, without.evidence.similar.size, without.acts.purchases.size]).toEqual([
      null,
      [],
      [],
      0,
      1,
    ]);
    const alone = gather(inputsFor(shop.shop({ similar }), { state, purposes: new Set(['PERSONALISATION']) }));
    expect([alone.seeds.length, alone.friends, alone.evidence.friendsBought.size]).toEqual([1, [], 0]);
  });

  it('relate a basket by the table asked for', () => {
    const basket = (relation: 'SIMILAR' | 'BOUGHT_TOGETHER') => ({
      request: { kind: 'related' as const, basket: { itemNos: [3], relation } },
    });
    const tables = shop.shop({ similar, boughtTogether: together });
    expect([...gather(inputsFor(tables, basket('SIMILAR'))).evidence.basket.top(9)]).toEqual([1]);
    expect([...gather(inputsFor(tables, basket('BOUGHT_TOGETHER'))).evidence.basket.top(9)]).toEqual([4]);
  });

  it('are as if nothing had been gathered once forgotten', () => {
    const state = shop.stateAfter(shop.event('u', 'PURCHASE', 3), shop.event('u', 'FOLLOW', -1, { targetUserId: 'friend' }));
    const signals = gather(inputsFor(shop.shop({ similar }), { state, request: { basket: { itemNos: [3], relation: 'SIMILAR' } } }));
    for (const gatherer of GATHERERS) gatherer.forget(signals);
    expect([signals.seeds, signals.friends, signals.creators]).toEqual([[], [], []]);
    for (const sums of Object.values(signals.evidence) as { size: number }[]) expect(sums.size).toBe(0);
  });

  it('go on without a part that fails, and name it', () => {
    const inputs = inputsFor(shop.shop(), { state: shop.stateAfter(shop.event('u', 'FOLLOW', -1, { targetUserId: 'friend' })) });
    const broken = { ...inputs, shop: { ...inputs.shop, acts: { of: () => { throw new Error('no acts'); }, isShared: () => true } } }; // prettier-ignore
    const run = new PipelineRun(broken);
    expect(gatherSignals(broken, run).friends).toEqual([]);
    expect([run.degraded, run.trace.find(({ name }) => name === 'followed')?.failed]).toEqual([['SOURCE_TIMEOUT'], 'no acts']);
  });
});
