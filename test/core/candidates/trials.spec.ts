import { newcomerKind } from '../../../src/core/candidates/newcomers.js';
import { TrialColumns } from '../../../src/core/candidates/trials.js';
import { mergeSettings } from '../../../src/core/settings-merge.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';
import { DAY, NOW, TestShop } from '../shop-fixture.js';

describe('trials', () => {
  const shop = new TestShop();
  const told = { attribution: 'ATTRIBUTED' as const };

  it('count what was served, rendered, seen and clicked, each by itself', () => {
    const trials = new TrialColumns();
    for (let i = 0; i < 3; i++) trials.serve(5);
    trials.observe(shop.event('a', 'RENDERED', 5, told));
    trials.observe(shop.event('a', 'IMPRESSION', 5, told));
    trials.observe(shop.event('a', 'CLICK', 5, told));
    const counts = (['SERVED', 'RENDERED', 'IMPRESSION'] as const).map((level) => trials.shown(5, level));
    expect([...counts, trials.clicks(5), trials.shown(4, 'SERVED'), trials.shown(999, 'SERVED')]).toEqual([3, 1, 1, 1, 0, 0]);
  });

  it('count one click a user and day, and only what came of an exposure', () => {
    const trials = new TrialColumns();
    for (const user of ['a', 'a', 'b']) trials.observe(shop.event(user, 'CLICK', 0, told));
    trials.observe(shop.event('a', 'CLICK', 0, { ...told, occurredAt: NOW + DAY }));
    trials.observe(shop.event('c', 'CLICK', 0));
    trials.observe(shop.event('c', 'PURCHASE', 0, told));
    expect(trials.clicks(0)).toBe(3);
  });

  it('have a mean that begins with one in twenty and follows the shop', () => {
    const trials = new TrialColumns();
    expect(trials.meanRate('SERVED')).toBe(0.05);
    for (let i = 0; i < 900; i++) trials.serve(i % 7);
    for (let i = 0; i < 15; i++) trials.observe(shop.event(`u${i}`, 'CLICK', 1, told));
    // (15 + 0.05 · 100) / (900 + 100)
    expect(trials.meanRate('SERVED')).toBeCloseTo(0.02, 12);
    const nobody = new TrialColumns();
    for (let i = 0; i < 100_000; i++) nobody.serve(0);
    expect(nobody.meanRate('SERVED')).toBe(0.001);
  });

  it('come back from a snapshot, which goes on by itself', () => {
    const trials = new TrialColumns();
    trials.serve(3);
    const later = new TrialColumns();
    later.restore(structuredClone(trials.snapshot()));
    later.serve(3);
    expect([later.shown(3, 'SERVED'), trials.shown(3, 'SERVED'), later.meanRate('SERVED')]).toEqual([2, 1, 5 / 102]);
  });
});

describe('a newcomer', () => {
  const settings = mergeSettings(DEFAULT_SETTINGS, { mix: { newItemDays: 10 } });
  const shop = new TestShop();
  const put = (daysAgo: number, brand: string | null): number => shop.put({ createdAt: NOW - daysAgo * DAY, brand });
  const kind = (no: number): string | null => newcomerKind({ shop: shop.shop(), settings, now: NOW }, no);

  it('is new itself, or of a brand whose first item came less than three such periods ago', () => {
    const items = [put(9, null), put(10, null), put(29, 'young'), put(31, 'grown'), put(20, 'grown')];
    expect(items.map(kind)).toEqual(['ITEM', null, 'BRAND', null, null]);
    const [before, after] = [kind(items[2]), (put(300, 'young'), kind(items[2]))];
    expect([before, after]).toEqual(['BRAND', null]);
  });
});
