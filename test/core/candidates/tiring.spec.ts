import { showingsBy, worthForTired } from '../../../src/core/candidates/tiring.js';
import { signalsOf } from '../../../src/core/candidates/signals.js';
import { buildPage } from '../../../src/core/feed.js';
import { type BuiltPage } from '../../../src/core/page.js';
import { type RankingConfigInput } from '../../../src/core/settings.js';
import { packState, unpackState } from '../../../src/core/tags/codec.js';
import { foldEvent, foldPage } from '../../../src/core/tags/fold.js';
import { emptyState, type UserState } from '../../../src/core/tags/state.js';
import { DAY, HOUR, inputsFor, NOW, PLAIN, TestShop } from '../shop-fixture.js';

const nos = ({ placed }: BuiltPage): number[] => placed.map(({ itemNo }) => itemNo);

function shopOf(): TestShop {
  const shop = new TestShop();
  for (let i = 0; i < 150; i++) {
    shop.put({ creatorId: `creator-${i % 10}`, commercial: i % 10 === 1 });
    shop.click(i, 5 + (i % 3));
  }
  return shop;
}
const test = shopOf();

let seq = 0;
/** Let a page of some items have been served. */
function serve(state: UserState, itemNos: number[], at = NOW - HOUR, timeZone = 'UTC'): void {
  const placed = itemNos.map((itemNo, i) => ({ itemNo, position: i + 1, repeat: false }));
  const page = { feedId: `f${++seq}`, pageNo: 0, kind: 'feed', fixedByCaller: false, servedAt: at, placed, writer: 2, seq, receivedAt: at };
  const itemOf = (no: number): ReturnType<typeof test.catalogue.row> => test.catalogue.row(no);
  foldPage(state, page, { page, countsAt: 'SERVED', itemOf, timeZone });
}
function act(state: UserState, type: 'IMPRESSION' | 'RENDERED' | 'CLICK', itemNo: number, at = NOW - HOUR, timeZone = 'UTC'): void {
  foldEvent(state, test.event('u', type, itemNo, { occurredAt: at, receivedAt: at }), test.catalogue.row(itemNo), { timeZone });
}
/** Without the rules that make room for what was not shown yet. */
const UNTURNED = ['user.shown@1', 'user.touched@1'].map((name) => ({ name, value: 0 }));
const pageFor = (state: UserState, fatigue: RankingConfigInput['fatigue'], request: object = {}, now = NOW): Promise<BuiltPage> =>
  buildPage(inputsFor(test.shop(), { state, now, settings: { ...PLAIN, rules: UNTURNED, fatigue }, request: { first: 20, ...request } }));

describe('showings', () => {
  it('are what was served, or what was reported with a fifth of what was not', () => {
    const showings = { served: 5, rendered: 3, seen: 1 };
    // Five; 3 and a fifth of two; 1 and a fifth of four.
    expect((['SERVED', 'RENDERED', 'IMPRESSION'] as const).map((level) => showingsBy(level, showings))).toEqual([5, 3.4, 1.8]);
  });
});

describe('what was shown as often as allowed', () => {
  it('stays away until the next day, counting exactly', async () => {
    const state = emptyState();
    serve(state, [2, 5]);
    serve(state, [2], NOW - 11 * HOUR);
    expect(nos(await pageFor(state, { maxImpressionsPerDay: 2 }))).not.toContain(2);
    expect(nos(await pageFor(state, { maxImpressionsPerDay: 3 }, { first: 100 }))).toContain(2);
    expect(nos(await pageFor(state, { maxImpressionsPerDay: 2 }, { first: 100 }, NOW + 13 * HOUR))).toContain(2);
  });

  it('counts what was seen where the surface does, and one thing reported three times as often as that', async () => {
    const state = emptyState();
    serve(state, [2, 5]);
    for (let i = 0; i < 3; i++) act(state, 'IMPRESSION', 2);
    const shown = nos(await pageFor(state, { maxImpressionsPerDay: 1, countsAt: 'IMPRESSION' }, { first: 100 }));
    expect([shown.includes(2), shown.includes(5)]).toEqual([false, true]);
  });

  it('is of the day that the shop’s clocks show', async () => {
    // 20:00 and 23:00 UTC are on one day there, 04:00 and 07:00 on the next in Shanghai.
    const state = emptyState();
    const evening = Date.UTC(2026, 10, 20, 15);
    serve(state, [2], evening, 'Asia/Shanghai');
    const day = Math.floor(Date.UTC(2026, 10, 20) / DAY);
    const fatigue = { maxImpressionsPerDay: 1 };
    expect(nos(await pageFor(state, fatigue, { first: 100, day }, evening + 30 * 60_000))).not.toContain(2);
    expect(nos(await pageFor(state, fatigue, { first: 100, day: day + 1 }, evening + 2 * HOUR))).toContain(2);
  });
});

describe('what a user is tired of', () => {
  const tired = (): UserState => {
    const state = emptyState();
    // 25 showings of one creator: 20 more than tire nobody, which halves the worth.
    for (let i = 0; i < 5; i++) serve(state, [0, 10, 20, 30, 40], NOW);
    return state;
  };
  const worthOf = (state: UserState, fatigue: RankingConfigInput['fatigue'] = {}, now = NOW): ((no: number) => number) | null =>
    worthForTired(signalsOf(inputsFor(test.shop(), { state, now, settings: { fatigue } })));

  it('is a creator of whom much was shown and nothing came', () => {
    const worth = worthOf(tired())!;
    expect([worth(50), worth(2)]).toEqual([0.5, 1]);
    expect(worthOf(emptyState())).toBeNull();
  });

  it('is less so with time, by the half-life of the settings, and where something came of it', () => {
    // After two half-lives 6.25 of 25 are left, 1.25 more than tire nobody: 1 / (1 + 1.25 / 20).
    expect(worthOf(tired(), { halfLifeHours: 6 }, NOW + 12 * HOUR)!(50)).toBeCloseTo(1 / 1.0625, 6);
    const state = tired();
    act(state, 'CLICK', 10, NOW);
    act(state, 'CLICK', 20, NOW);
    // Two answers make up for ten: 15 showings, ten more than tire nobody.
    expect(worthOf(state)!(50)).toBeCloseTo(1 / 1.5, 6);
  });

  it('is promotion as such', () => {
    const state = emptyState();
    for (let i = 0; i < 3; i++) serve(state, [1, 11, 21, 31, 41, 51, 61, 71, 81, 91], NOW);
    const other = test.put({ creatorId: 'another', commercial: true });
    const plain = test.put({ creatorId: 'another' });
    const worth = worthOf(state)!;
    // Thirty showings, twenty more than tire nobody.
    expect([worth(other), worth(plain)]).toEqual([0.5, 1]);
  });

  it('lowers scores by a term of its own', async () => {
    const page = await pageFor(tired(), {}, { first: 150 });
    const lowered = page.placed.find(({ itemNo }) => itemNo % 10 === 0)!;
    expect(lowered.contributions.find(({ name }) => name === 'tired')?.value).toBeCloseTo(Math.log(0.5), 6);
    expect(lowered.contributions.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(lowered.score, 6);
  });

  it('is kept with the state, the same in whatever order it came', () => {
    const state = tired();
    act(state, 'CLICK', 10, NOW);
    act(state, 'IMPRESSION', 30, NOW);
    expect(unpackState(packState(state)).weariness).toEqual(state.weariness);
    const other = emptyState();
    act(other, 'IMPRESSION', 30, NOW);
    for (let i = 0; i < 5; i++) serve(other, [0, 10, 20, 30, 40], NOW);
    act(other, 'CLICK', 10, NOW);
    expect(other.weariness).toEqual(state.weariness);
  });
});
