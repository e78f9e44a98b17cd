import { type History, historyOf } from '../../../src/core/evaluation/history.js';
import { repurchaseMarkdown } from '../../../src/core/evaluation/repurchase-markdown.js';
import { measureRepurchase, type RepurchasePlan } from '../../../src/core/evaluation/repurchase.js';
import { buildPage } from '../../../src/core/feed.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_MS } from '../../../src/core/time.js';

const SERVICE = { buildPage, neighbourWindowMs: Infinity };
const planAt = (testDay: number, fields: Partial<RepurchasePlan> = {}): RepurchasePlan => ({
  dataset: 'made-up',
  slice: 'final',
  testFrom: testDay * DAY_MS,
  testUntil: null,
  limit: null,
  ...fields,
});

/** `user item day` per purchase; tea and milk are drinks, the rest is lamps. */
const historyFrom = (lines: string[]): History =>
  historyOf(
    lines.map((line) => {
      const [userId, itemId, day] = line.split(' ');
      return { userId, itemId, type: 'purchase', at: Number(day) * DAY_MS, value: 1 };
    }),
    ['tea', 'milk', 'lamp', 'torch'].map((id, i) => ({ id, categories: [i < 2 ? 'drinks' : 'lamps'], brand: null })),
    null,
  );

/** Twelve users drink tea every 20 days, from day 0 on, and buy a lamp once. */
const drinkers = Array.from({ length: 12 }, (_, user) => [`${user} tea 0`, `${user} tea 20`, `${user} tea 40`, `${user} lamp 10`]).flat();

describe('the measuring of the hold on what was bought', () => {
  // The test begins on day 50: tea was last bought on day 40, its cycle is 20 days, and milk shares it.
  const history = historyFrom([
    ...drinkers,
    '12 milk 35',
    ...['0 tea 61', '0 tea 75', '1 tea 52', '2 lamp 60', '3 torch 60', '12 milk 54'],
  ]);

  it('counts each repurchase once, against the cycle of its category', async () => {
    const report = await measureRepurchase(history, planAt(50), SERVICE);
    expect(report).toMatchObject({ fitPurchases: 49, categories: 2, cycles: [20], pairs: 25, repurchases: 4, withCycle: 3 });
    // Of tea after 21 and 12 days, a lamp after 50 and milk after 19, the learned hold lets the first be shown, thirty days the lamp.
    // His own two gaps of 20 days say 5.8 and weigh as much as the category's 20: after 10.7 days the second tea may be shown too.
    // When the test begins no drink is free of 20 days, and the twelve lamps alone are free of thirty, one of which is bought again.
    expect(report.rules).toEqual([
      { rule: 'no hold', allowed: 4, free: 25, freeAndBought: 4 },
      { rule: '30 days for everything', allowed: 1, free: 12, freeAndBought: 1 },
      { rule: 'learned cycle of the categories', allowed: 1, free: 0, freeAndBought: 0 },
      { rule: 'learned cycle, and his own', allowed: 2, free: 0, freeAndBought: 0 },
      { rule: 'held for good', allowed: 0, free: 0, freeAndBought: 0 },
    ]);
  });

  it('finds nothing on the pages within its hold, and something once it is over', async () => {
    const soon = await measureRepurchase(history, planAt(50), SERVICE);
    expect(soon.pages).toMatchObject({ users: 13, boughtBefore: 0, withinHold: 0 });
    const later = await measureRepurchase(history, planAt(60), SERVICE);
    expect(later.pages.boughtBefore).toBeGreaterThan(0);
    expect(later.pages.withinHold).toBe(0);
  });

  it('would find what a service pushes too early', async () => {
    const careless = { ...SERVICE, buildPage: (inputs: Parameters<typeof buildPage>[0]) => buildPage({ ...inputs, state: null }) };
    expect((await measureRepurchase(history, planAt(50), careless)).pages.withinHold).toBeGreaterThan(0);
  });

  it('learns nothing from the test, and stops where it is told to', async () => {
    const whole = await measureRepurchase(history, planAt(50, { testUntil: 55 * DAY_MS, slice: 'tune' }), SERVICE);
    expect(whole).toMatchObject({ repurchases: 2, cycles: [20], fitPurchases: 49 });
    const without = await measureRepurchase(historyFrom([...drinkers, '12 milk 35']), planAt(50), SERVICE);
    expect([without.cycles, without.pages, without.repurchases]).toEqual([
      whole.cycles,
      { ...whole.pages, served: without.pages.served },
      0,
    ]);
  });

  it('obeys the hold on seeded random shops', async () => {
    const random = seededRandom(4);
    const upTo = (n: number): number => Math.floor(random() * n);
    for (let shop = 0; shop < 5; shop++) {
      const lines = Array.from({ length: 300 }, () => `${upTo(10)} ${['tea', 'milk', 'lamp', 'torch'][upTo(4)]} ${upTo(100)}`);
      const report = await measureRepurchase(historyFrom(lines), planAt(70), SERVICE);
      expect(report.pages.withinHold).toBe(0);
      const [none, , learned, , good] = report.rules;
      expect([none.allowed, none.free, good.allowed, good.free]).toEqual([report.repurchases, report.pairs, 0, 0]);
      expect(learned.allowed).toBeLessThanOrEqual(report.withCycle);
    }
  });

  it('says as Markdown what was counted', async () => {
    const markdown = repurchaseMarkdown(await measureRepurchase(history, planAt(50, { limit: 5 }), SERVICE));
    expect(markdown).toContain('a cycle for 1 of 2 categories, of 20.0 to 20.0 days');
    expect(markdown).toContain('| learned cycle of the categories | 1 of 4 | 25.0 % | 0 | 0 | – |');
    expect(markdown).toContain('Pages of 5 users');
    expect(markdown).toContain('0 of them within their hold');
  });
});
