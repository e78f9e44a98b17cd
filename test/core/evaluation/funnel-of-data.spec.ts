import { funnelMarkdown, funnelOfData, wilson } from '../../../src/core/evaluation/funnel-of-data.js';
import { historyOf } from '../../../src/core/evaluation/history.js';
import { DAY_MS } from '../../../src/core/time.js';

describe('the funnel of a data set', () => {
  it('counts buyers of each quarter of its time, and who of them bought on another day within thirty', () => {
    const bought = (userId: string, day: number) => ({ userId, itemId: 'a', type: 'purchase', at: day * DAY_MS, value: 2 });
    // Quarters begin on days 0, 101, 202 and 303. In the first ann buys again after 20 days and bob after 40; cat buys once, too late to be followed.
    const events = [bought('ann', 0), bought('ann', 20), bought('bob', 10), bought('bob', 50), bought('cat', 90), bought('ann', 400)];
    const periods = funnelOfData(historyOf(events, [], null));
    expect(periods.map(({ buyers, followed, again }) => [buyers, followed, again])).toEqual([[3, 2, 1], [0, 0, 0], [0, 0, 0], [1, 0, 0]]); // prettier-ignore
    expect(funnelMarkdown('shop', periods)).toContain('| 3 | 3 | 2 | 1 | 50.0 % (9.5 % to 90.5 %) |');
  });

  it('gives intervals by Wilson', () => {
    const { low, high } = wilson(5, 10);
    expect(low).toBeCloseTo(0.2366, 4);
    expect(high).toBeCloseTo(0.7634, 4);
  });
});
