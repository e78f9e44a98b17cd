import { RecentBuyers } from '../../../src/core/candidates/recent-buyers.js';
import { auditBadges, type BadgedExposure } from '../../../src/core/exposures/audit-badges.js';
import { CanonicalBytes } from '../../../src/core/exposures/canonical-bytes.js';
import { type SocialProof } from '../../../src/core/exposures/badges.js';
import { type Page, type PlacedItem } from '../../../src/core/exposures/exposure.js';
import { catalogueHash, keepPage, restorePage } from '../../../src/core/exposures/kept-page.js';
import { type LedgerEvent } from '../../../src/core/events/event.js';
import { buildPage } from '../../../src/core/feed.js';
import { type PageInputs } from '../../../src/core/page.js';
import { PURPOSES } from '../../../src/core/privacy/purposes.js';
import { seededRandom } from '../../../src/core/random.js';
import { foldServed } from '../../../src/core/tags/weariness.js';
import { type UserState } from '../../../src/core/tags/state.js';
import { DAY, HOUR, inputsFor, NOW, PLAIN, TestShop } from '../shop-fixture.js';

const proofs = (placed: readonly PlacedItem[]): (SocialProof | undefined)[] => placed.map(({ socialProof }) => socialProof);

/** A shop in which `buyers` users bought item 0 yesterday; `me` follows the first two of them. */
function boughtBy(buyers: number): { shop: TestShop; recent: RecentBuyers; me: UserState } {
  const shop = new TestShop();
  for (let i = 0; i < 10; i++) shop.put();
  const recent = new RecentBuyers();
  for (let i = 0; i < buyers; i++) {
    const event = shop.event(`b${i}`, 'PURCHASE', 0, { occurredAt: NOW - DAY });
    shop.observe(event);
    recent.observe(event);
  }
  const me = shop.stateAfter(...['b0', 'b1'].map((targetUserId) => shop.event('me', 'FOLLOW', -1, { targetUserId })));
  return { shop, recent, me };
}
async function badgeOf(setup: ReturnType<typeof boughtBy>, more: Partial<PageInputs> = {}): Promise<SocialProof | undefined> {
  const { placed } = await buildPage(inputsFor(setup.shop.shop({ buyers: setup.recent }), { state: setup.me, settings: PLAIN, ...more }));
  return placed.find(({ itemNo }) => itemNo === 0)?.socialProof;
}

describe('social proof', () => {
  it('tells how many friends, and how many people lately, bought something', async () => {
    expect(await badgeOf(boughtBy(5))).toEqual({ friendsWhoBought: 2, recentBuyers: 5, stockLeft: null });
  });

  it('says nothing below its thresholds', async () => {
    expect(await badgeOf(boughtBy(4))).toEqual({ friendsWhoBought: 2, recentBuyers: null, stockLeft: null });
    expect(await badgeOf(boughtBy(1))).toBeUndefined();
  });

  it('counts nobody twice, nobody who gave it back or bought it long ago, and nobody in doubt', () => {
    const recent = new RecentBuyers();
    const buy = (userId: string, type: 'PURCHASE' | 'REFUND' = 'PURCHASE', at = NOW): void =>
      recent.observe({ type, itemNo: 1, userId, occurredAt: at });
    for (const userId of ['a', 'b', 'b', 'c', 'd']) buy(userId);
    buy('a', 'REFUND');
    buy('e', 'PURCHASE', NOW - 8 * DAY);
    const authenticity = { judgementOf: () => ({ score: 1, reasons: [] }), weightOf: (userId: string) => (userId === 'd' ? 0.5 : 1) };
    expect(recent.countOf(1, NOW, authenticity as never)).toBe(2);
    const other = new RecentBuyers();
    other.restore(recent.snapshot(NOW));
    other.forget('b');
    expect(other.countOf(1, NOW, authenticity as never)).toBe(1);
  });

  it('says nothing to minors, nor without consent, and names friends only to those who share their ties', async () => {
    const setup = boughtBy(6);
    const user = { id: 'me', birthYear: 2012, gender: null, region: null, joinedAt: null, attributes: {} };
    expect(await badgeOf(setup, { user })).toBeUndefined();
    const without = (...left: string[]): PageInputs['purposes'] => new Set(PURPOSES.filter((purpose) => !left.includes(purpose)));
    expect(await badgeOf(setup, { purposes: without('PERSONALISATION') })).toBeUndefined();
    expect(await badgeOf(setup, { purposes: without('SOCIAL_GRAPH') })).toEqual({
      friendsWhoBought: null,
      recentBuyers: 6,
      stockLeft: null,
    });
  });

  it('stays with three items a page and twenty a day', async () => {
    const shop = new TestShop();
    const buyers = new RecentBuyers();
    for (let i = 0; i < 30; i++) {
      shop.put();
      for (let b = 0; b < 6; b++) buyers.observe(shop.event(`b${b}`, 'PURCHASE', i));
    }
    const state = shop.stateAfter();
    const inputs = inputsFor(shop.shop({ buyers }), { state, settings: { ...PLAIN, fatigue: { maxImpressionsPerDay: 100 } } });
    const told: number[] = [];
    for (let page = 0; page < 9; page++) {
      const { placed } = await buildPage(inputs);
      told.push(proofs(placed).filter(Boolean).length);
      foldServed(state.weariness, { placed, servedAt: NOW }, { timeZone: 'UTC' });
    }
    expect(told).toEqual([3, 3, 3, 3, 3, 3, 2, 0, 0]);
    expect(proofs((await buildPage({ ...inputs, now: NOW + DAY })).placed).filter(Boolean).length).toBe(3);
  });

  it('tells of little stock while that is fresh and nothing was sold since', async () => {
    const shop = new TestShop();
    const buyers = new RecentBuyers();
    shop.put({ stock: 9 });
    shop.put({ stock: 3 });
    const left = async (now = NOW): Promise<number | null | undefined> => {
      const { placed } = await buildPage(inputsFor(shop.shop({ buyers }), { settings: PLAIN, now }));
      return placed.find(({ itemNo }) => itemNo === 0)?.socialProof?.stockLeft;
    };
    expect(await left()).toBeUndefined();
    const { no, item, categoryNos, brandNo, creatorNo } = shop.catalogue.row(0)!;
    shop.catalogue.put({ no, item: { ...item, stock: 2 }, categoryNos, brandNo, creatorNo, removed: false }, NOW - HOUR);
    expect([await left(), await left(NOW + 24 * HOUR)]).toEqual([2, undefined]);
    buyers.observe(shop.event('b', 'PURCHASE', 0, { occurredAt: NOW - 1 }));
    expect(await left()).toBeUndefined();
  });

  it('is logged with the exposure, within its hash, and read back; entries without it read as before', async () => {
    const { placed } = await buildPage(
      inputsFor(boughtBy(5).shop.shop({ buyers: boughtBy(5).recent }), { settings: PLAIN, request: { first: 2 } }),
    );
    const page = { placed, assignments: [], degraded: [], relaxed: [], features: new Float32Array(0), featureNames: [], userId: null, sessionId: null, pageId: null } as unknown as Page; // prettier-ignore
    const how = { bytes: new CanonicalBytes(), nextSalt: () => '0'.repeat(32), featureCatalogue: catalogueHash([]) };
    const kept = keepPage(page, how);
    const badged = kept.placed.find(({ itemNo }) => itemNo === 0)!;
    expect(badged.reasons).toContain('"recentBuyers":5');
    expect(restorePage(kept, []).placed).toEqual(JSON.parse(JSON.stringify(placed)));
    expect(kept.placed.find(({ itemNo }) => itemNo !== 0)!.reasons).not.toContain('socialProof');
  });
});

describe('an audit of badges', () => {
  it('finds none of ten thousand exposures untrue, and finds what is', async () => {
    const random = seededRandom(21);
    const below = (n: number): number => Math.floor(random() * n);
    const shop = new TestShop();
    const buyers = new RecentBuyers();
    for (let i = 0; i < 40; i++) shop.put({ stock: below(8) + 1 });
    const fake = (userId: string): boolean => userId === 'u3' || userId === 'u7';
    const authenticity = { judgementOf: () => ({ score: 1, reasons: [] }), weightOf: (userId: string) => (fake(userId) ? 0 : 1) };
    const follows = new Map(Array.from({ length: 30 }, (_, u) => [`u${u}`, new Set(Array.from({ length: 8 }, () => `u${below(30)}`))]));
    const states = new Map([...follows].map(([userId, whom]) => [userId, shop.stateAfter(...[...whom].map((targetUserId) => shop.event(userId, 'FOLLOW', -1, { targetUserId, occurredAt: NOW })))])); // prettier-ignore
    const events: LedgerEvent[] = [];
    const shown: BadgedExposure[] = [];
    const stocks: { itemNo: number; at: number; stock: number }[] = [];
    let exposures = 0;
    let now = NOW;
    while (exposures < 10_000) {
      now += below(HOUR);
      for (let i = 0; i < 6; i++) {
        const event = shop.event(`u${below(30)}`, random() < 0.85 ? 'PURCHASE' : 'REFUND', below(12), {
          occurredAt: now - 1,
          receivedAt: now - 1,
        });
        events.push(event);
        shop.observe(event);
        buyers.observe(event);
      }
      const itemNo = below(40);
      const row = shop.catalogue.row(itemNo)!;
      const stock = below(8) + 1;
      shop.catalogue.put({ ...row, item: { ...row.item, stock } }, now - 1);
      stocks.push({ itemNo, at: now - 1, stock });
      const userId = `u${below(30)}`;
      const { placed } = await buildPage(inputsFor(shop.shop({ buyers, authenticity: authenticity }), { state: states.get(userId)!, now, settings: PLAIN, request: { first: 40 } })); // prettier-ignore
      exposures += placed.length;
      for (const item of placed)
        if (item.socialProof) shown.push({ userId, itemNo: item.itemNo, servedAt: now, socialProof: item.socialProof });
      foldServed(states.get(userId)!.weariness, { placed, servedAt: now }, { timeZone: 'UTC' });
    }
    const facts = {
      events,
      friendsOf: (userId: string) => follows.get(userId)!,
      isPerson: (userId: string) => !fake(userId),
      stockOf: (itemNo: number, at: number) => stocks.filter((each) => each.itemNo === itemNo && each.at <= at).at(-1)?.stock ?? null,
    };
    expect(shown.length).toBeGreaterThan(300);
    for (const part of ['friendsWhoBought', 'recentBuyers', 'stockLeft'] as const)
      expect(shown.filter(({ socialProof }) => socialProof[part] !== null).length).toBeGreaterThan(10);
    expect(auditBadges(shown, facts)).toEqual([]);
    const lie = { ...shown[0], socialProof: { friendsWhoBought: null, recentBuyers: 31, stockLeft: null } };
    expect(auditBadges([lie], facts)).toHaveLength(1);
  }, 60_000);
});
