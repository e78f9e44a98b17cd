import { buildTrust, creditOf, informationOf, type ItemTrust, mostCredit, mostQuality, mostTrust, noTrust, originalOf, qualityOf, trustOf } from '../../../../src/core/candidates/trust/item-trust.js'; // prettier-ignore
import { Opinions } from '../../../../src/core/candidates/trust/opinions.js';
import { type EventType, type LedgerEvent } from '../../../../src/core/events/event.js';
import { seededRandom } from '../../../../src/core/random.js';
import { NOW, TestShop } from '../../shop-fixture.js';

const shop = new TestShop();
for (let i = 0; i < 4; i++) shop.put({ id: `i${i}`, title: `thing ${i}`, creatorId: i < 2 ? 'maker' : `other${i}` });
const TITLE = 'Hand made oak table lamp with a linen shade';
for (let i = 4; i < 6; i++) shop.put({ id: `i${i}`, title: TITLE, creatorId: null, createdAt: NOW + i });

function trustFrom(events: LedgerEvent[], weightOf: (userId: string) => number = () => 1): ItemTrust {
  const opinions = new Opinions();
  for (const event of events) opinions.observe(event, event.itemNo < 0 ? null : shop.catalogue.item(event.itemNo).creatorId);
  const work = buildTrust(shop.catalogue, opinions, { now: NOW, weightOf });
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
const makerNo = (): number => shop.catalogue.names.creator.no('maker');

describe('buildTrust', () => {
  it('knows nothing without opinions', () => {
    const table = trustFrom([]);
    expect([trustOf(table, 0), creditOf(table, makerNo()), trustOf(noTrust(), 3), qualityOf(noTrust(), 3), creditOf(table, 0), originalOf(noTrust(), 3)]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 3]); // prettier-ignore
  });

  it('shrinks what people say to what is known of the creator', () => {
    const table = trustFrom([shop.event('a', 'REVIEW', 0, { rating: 5 }), shop.event('b', 'REVIEW', 0, { rating: 3 })]);
    // Credit: (20 * 0.5 + 1 + 0.5) / 22 = 0.52273. Item: (10 * 0.52273 + 1.5) / 12 = 0.56061; its sibling has the credit alone.
    expect(creditOf(table, makerNo())).toBeCloseTo(11.5 / 22, 6);
    expect(trustOf(table, 0)).toBeCloseTo((10 * (11.5 / 22) + 1.5) / 12, 6);
    expect(trustOf(table, 1)).toBeCloseTo(11.5 / 22, 6);
  });

  it('counts refunds and reports against an item, and what is helpful for it', () => {
    const good = trustFrom([shop.event('a', 'HELPFUL', 2), shop.event('b', 'PURCHASE', 2)]);
    const bad = trustFrom([shop.event('a', 'REPORT', 2), shop.event('b', 'PURCHASE', 2), shop.event('b', 'REFUND', 2)]);
    expect(trustOf(good, 2)).toBeGreaterThan(0.5);
    expect(trustOf(bad, 2)).toBeLessThan(0.5);
  });

  it('leaves out machines, orphans, and what a creator says of his own', () => {
    const events = [
      shop.event('bot', 'REVIEW', 0, { rating: 5 }),
      shop.event('maker', 'REVIEW', 0, { rating: 5 }),
      shop.event('a', 'REVIEW', 0, { rating: 5, attribution: 'ORPHAN' }),
    ];
    expect(
      trustOf(
        trustFrom(events, (userId) => Number(userId !== 'bot')),
        0,
      ),
    ).toBe(0.5);
  });

  it('values response, originality and information', () => {
    const table = trustFrom([shop.event('a', 'VIEW', 0), shop.event('a', 'LIKE', 0), shop.event('a', 'VIEW', 1)]);
    // Shares 3 / 21 and 2 / 21 of an usual 0.1: response 0.5 + 2 * (0.14286 - 0.1) = 0.58571 and 0.49048.
    expect(qualityOf(table, 0) - qualityOf(table, 1)).toBeCloseTo(0.4 * (0.585714 - 0.490476), 5);
    expect([...table.copyOf.subarray(4)]).toEqual([4, 4]);
    expect(qualityOf(table, 4) - qualityOf(table, 5)).toBeCloseTo(0.3 * 0.8, 5);
    expect(informationOf({ ...shop.catalogue.item(0), title: 'a b c d', categories: ['x', 'y'] })).toBeCloseTo(0.3 / 2 + 0.1 + 0.15, 9);
  });

  it('is moved by actors by no more than the published bounds, whatever a search tries', () => {
    const random = seededRandom(8);
    const pick = (n: number): number => Math.floor(random() * n);
    const types: EventType[] = ['REVIEW', 'HELPFUL', 'REPORT', 'REFUND', 'PURCHASE', 'HIDE', 'VIEW', 'LIKE', 'CLICK', 'SHARE'];
    let closest = 0;
    for (let trial = 0; trial < 200; trial++) {
      const [actors, wish] = [1 + pick(4), pick(2)];
      const others = Array.from({ length: pick(30) }, (_, i) =>
        shop.event(`p${i}`, types[pick(types.length)], pick(4), { rating: 1 + pick(5) }),
      );
      const attack = Array.from({ length: 80 }, () =>
        shop.event(`bot${pick(actors)}`, random() < 0.5 ? 'REVIEW' : types[pick(types.length)], pick(2), { rating: wish ? 5 : 1 }),
      );
      const [before, after] = [trustFrom(others), trustFrom([...others, ...attack])];
      const moved = Math.abs(trustOf(after, 0) - trustOf(before, 0)) / mostTrust(actors);
      expect(moved).toBeLessThanOrEqual(1);
      expect(Math.abs(creditOf(after, makerNo()) - creditOf(before, makerNo()))).toBeLessThanOrEqual(mostCredit(actors));
      expect(Math.abs(qualityOf(after, 0) - qualityOf(before, 0))).toBeLessThanOrEqual(mostQuality(actors) + 1e-6);
      closest = Math.max(closest, moved);
    }
    expect(closest).toBeGreaterThan(0.4);
    expect([mostTrust(1), mostCredit(1), mostQuality(1)].map((most) => most.toFixed(3))).toEqual(['0.134', '0.048', '0.038']);
  });
});
