import { creatorSizes } from '../../../src/core/candidates/creator-sizes.js';
import {
  addServed,
  afterRead,
  emptyDay,
  nothingServed,
  owedBy,
  type SurfaceDay,
} from '../../../src/core/diversification/exposure-shares.js';
import { buildPage } from '../../../src/core/feed.js';
import { seededRandom } from '../../../src/core/random.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';
import { DAY, inputsFor, NOW, TestShop } from '../shop-fixture.js';

const MIX = { ...DEFAULT_SETTINGS.mix, newItemShare: 0.13, smallCreatorShare: 0.07 };

describe('what a surface owes', () => {
  it('is what was promised less what was given, by the part that is this process’s', () => {
    const day: SurfaceDay = {
      log: { positions: 100, newItems: 5, smallCreators: 9 },
      own: { positions: 10, newItems: 1, smallCreators: 0 },
      part: 0.5,
    };
    // New items: half of 13 - 5, and 1.3 - 1. Small creators: half of 7 - 9, and 0.7 - 0, is below 0.
    expect(owedBy(day, MIX).newItems).toBeCloseTo(4.3, 9);
    expect(owedBy(day, MIX).smallCreators).toBe(0);
    expect(owedBy(day, DEFAULT_SETTINGS.mix)).toEqual({ newItems: 0, smallCreators: 0 });
  });

  it('is paid back by the part of the traffic since the log was read last', () => {
    const before: SurfaceDay = { log: { ...nothingServed(), positions: 100 }, own: { ...nothingServed(), positions: 30 }, part: 1 };
    const after = afterRead(before, { ...nothingServed(), positions: 220 });
    expect([after.part, after.own]).toEqual([0.25, nothingServed()]);
    expect(afterRead(after, after.log).part).toBe(1);
  });
});

describe('shares over a day', () => {
  const test = new TestShop();
  for (let i = 0; i < 160; i++) {
    test.put({ categories: ['all', `c${i % 20}`], creatorId: `big-${i % 16}`, createdAt: NOW - (100 + i) * DAY });
    test.click(i, 10 + (i % 20));
  }
  for (let i = 0; i < 20; i++) test.put({ categories: ['all', `c${i}`], creatorId: `big-${i % 16}`, createdAt: NOW - DAY });
  for (let i = 0; i < 20; i++) test.put({ categories: ['all', `c${i}`], creatorId: `small-${i % 10}`, createdAt: NOW - 300 * DAY });
  const sizes = creatorSizes(test.catalogue, new Map(Array.from({ length: 160 }, (_, i) => [i, 100])));
  const shop = test.shop({ sizes });

  /** A day of pages of six to twelve, of which one in eight is under a filter that lets nothing of what is promised through; served by some processes. */
  async function dayOf(pages: number, processes: number): Promise<{ share: number[]; most: number }> {
    const random = seededRandom(5);
    const log = nothingServed();
    const days = Array.from({ length: processes }, emptyDay);
    const counting = { ...shop, sizes, mix: MIX, now: NOW };
    let most = 0;
    for (let page = 0; page < pages; page++) {
      const process = Math.floor(random() * processes);
      const first = 6 + Math.floor(random() * 7);
      const filter = random() < 0.125 ? { excludeItemIds: Array.from({ length: 40 }, (_, i) => `i${160 + i}`) } : null;
      const base = inputsFor(shop, { settings: { mix: MIX }, owed: owedBy(days[process], MIX), random });
      const built = await buildPage({ ...base, request: { ...base.request, first, filter: filter && { kinds: null, categories: null, excludeCategories: null, brands: null, creatorIds: null, labels: null, priceMin: null, priceMax: null, trustMin: null, withinKm: null, ...filter } } }); // prettier-ignore
      const counts = built.placed.map(({ itemNo }) => [itemNo, 1] as const);
      most = Math.max(most, counts.filter(([no]) => no >= 160 && no < 180).length / first);
      expect(built.relaxed.filter((rule) => rule.endsWith('_CAP'))).toEqual([]);
      for (const each of [log, days[process].own]) addServed(each, counts, counting);
      if (page % 60 === 59) days.forEach((day, i) => (days[i] = afterRead(day, { ...log })));
    }
    return { share: [log.newItems / log.positions, log.smallCreators / log.positions], most };
  }

  it.each([
    [1, 2_000],
    [4, 800],
  ])(
    'are kept within one point by %i processes over %i pages, though pages differ and some have none, and no page is flooded',
    async (processes, pages) => {
      const { share, most } = await dayOf(pages, processes);
      expect(Math.abs(share[0] - 0.13)).toBeLessThan(0.01);
      expect(Math.abs(share[1] - 0.07)).toBeLessThan(0.01);
      // One position and half of the page's own share more at most.
      expect(most).toBeLessThanOrEqual((0.13 * 1.5 * 6 + 1) / 6 + 1e-9);
    },
    120_000,
  );
});
