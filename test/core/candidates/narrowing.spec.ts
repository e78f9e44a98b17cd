import { NARROWINGS, nextNarrowing, PAGES_TO_TELL, TARGET_P50_MS, TARGET_P95_MS } from '../../../src/core/candidates/narrowing.js';
import { buildPage } from '../../../src/core/feed.js';
import { inputsFor, TestShop } from '../shop-fixture.js';

const all = (ms: number): number[] => Array.from({ length: PAGES_TO_TELL }, () => ms);

describe('the narrowing of candidates', () => {
  it('goes one step down while pages take too long, and one up when they are quick again', () => {
    expect(nextNarrowing(0, all(TARGET_P50_MS + 1))).toBe(1);
    expect(nextNarrowing(2, all(TARGET_P50_MS + 1))).toBe(NARROWINGS.length - 1);
    expect(nextNarrowing(1, all(TARGET_P50_MS * 0.8))).toBe(1);
    expect(nextNarrowing(1, all(1))).toBe(0);
  });

  it('ends when the few pages that are asked for by now are quick', () => {
    expect([nextNarrowing(2, [1]), nextNarrowing(1, [1, 2, 3]), nextNarrowing(0, [1])]).toEqual([1, 0, 0]);
    expect(nextNarrowing(2, [TARGET_P50_MS * 0.8, TARGET_P50_MS * 0.8])).toBe(2);
  });

  it('minds the slowest twentieth, and does not begin for a few pages', () => {
    const some = all(1).map((ms, i) => (i % 10 === 0 ? TARGET_P95_MS + 1 : ms));
    expect([nextNarrowing(0, some), nextNarrowing(0, [9_999]), nextNarrowing(2, [9_999]), nextNarrowing(2, [])]).toEqual([1, 0, 2, 1]);
  });

  it('makes a page from fewer candidates, and names it', async () => {
    const shop = new TestShop();
    for (let i = 0; i < 600; i++) shop.click(shop.put({ categories: [`c${i % 50}`] }), 1);
    const page = (maxCandidates?: number) =>
      buildPage(inputsFor(shop.shop(), { maxCandidates, settings: { sources: [{ source: 'TRENDING', limit: 500 }] } }));
    const [wide, narrow] = [await page(), await page(150)];
    expect([narrow.poolSize <= 150, wide.poolSize > narrow.poolSize, narrow.placed.length]).toEqual([true, true, 10]);
    expect([wide.degraded, narrow.degraded]).toEqual([['MODEL_MISSING'], ['OVERLOADED', 'MODEL_MISSING']]);
  });
});
