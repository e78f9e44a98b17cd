import { isPoolSampled } from '../../../src/core/exposures/pool.js';

describe('sampling of pools', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `feed-${i}`);
  const drawn = (rate: number): string[] => ids.filter((id) => isPoolSampled(id, 0, rate));

  it('keeps none at 0, all at 1, and about the share between', () => {
    expect([drawn(0).length, drawn(1).length]).toEqual([0, ids.length]);
    // 1% of 20,000 is 200, with a standard deviation of 14.
    expect(Math.abs(drawn(0.01).length - 200)).toBeLessThan(60);
  });

  it('keeps at a higher rate all that it keeps at a lower one, and draws every page of a feed by itself', () => {
    const more = new Set(drawn(0.2));
    expect(drawn(0.1).every((id) => more.has(id))).toBe(true);
    expect(ids.filter((id) => isPoolSampled(id, 1, 0.1))).not.toEqual(drawn(0.1));
  });
});
