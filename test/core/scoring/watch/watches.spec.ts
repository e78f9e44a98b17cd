import { column, FEATURE_COUNT } from '../../../../src/core/features/catalogue.js';
import { seededRandom } from '../../../../src/core/random.js';
import { ClickWatch, USUAL_ITEMS } from '../../../../src/core/scoring/watch/click-watch.js';
import { DRIFT_ROWS, DriftWatch } from '../../../../src/core/scoring/watch/drift-watch.js';
import { binOf, binsOf, psi } from '../../../../src/core/scoring/watch/psi.js';
import { compare, countFailure, emptyTally, shadowReport } from '../../../../src/core/scoring/watch/shadow-comparison.js';
import { SPREAD_PAGES, SpreadWatch, standardDeviation } from '../../../../src/core/scoring/watch/spread-watch.js';

describe('the population stability index', () => {
  it('is the sum of the differences of shares times their logarithms', () => {
    // Shares 0.75 and 0.25 against 0.5 each, with half a sighting more in both bins: 0.25 ln 1.5 - 0.25 ln 0.5 = 0.2747.
    expect(psi([0.5, 0.5], [74.5, 24.5])).toBeCloseTo(0.25 * Math.log(1.5) - 0.25 * Math.log(0.5), 9);
    expect(psi([0.5, 0.5], [500, 500])).toBe(0);
    expect(psi([0, 1], [1_000, 0])).toBeGreaterThan(5);
  });

  it('give a flag two bins, and nothing is expected above the greatest value', () => {
    const bins = binsOf([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect([[...bins.edges], [...bins.shares]]).toEqual([[0], [0.4, 0.6]]);
    expect(psi(bins.shares, [400, 600])).toBeLessThan(0.001);
  });

  it('puts values that are the same into one bin', () => {
    const bins = binsOf([0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 9]);
    expect([[...bins.edges], [...bins.shares].map((share) => Math.round(10 * share))]).toEqual([[0, 1, 2, 3, 4, 5], [4, 1, 1, 1, 1, 1, 1]]); // prettier-ignore
    expect([binOf(bins, 0), binOf(bins, 0.5), binOf(bins, 1), binOf(bins, 100)]).toEqual([0, 1, 1, 6]);
  });
});

describe('the watch over drift', () => {
  const FEATURE = 'item.freshness@1';
  const manifest = { featureNames: [FEATURE], quantiles: { [FEATURE]: Array.from({ length: 11 }, (_, i) => i / 10) } };
  const rowsOf = (value: (random: number) => number): Float32Array => {
    const random = seededRandom(5);
    const rows = new Float32Array(DRIFT_ROWS * FEATURE_COUNT);
    for (let row = 0; row < DRIFT_ROWS; row++) rows[row * FEATURE_COUNT + column(FEATURE)] = value(random());
    return rows;
  };
  const same = rowsOf((x) => x);
  const other = rowsOf((x) => 0.9 + x / 10);

  // 0.9 ln(1 / 0.1) for the last tenth, and 0.1 ln(0.1 / (0.5 / 2005)) for each of the nine that are empty: 2.07 + 9 * 0.6.
  it('alarms in the second window that lies far from the training, and tells each feature', () => {
    const watch = new DriftWatch(manifest);
    expect([watch.observe(same, DRIFT_ROWS), watch.observe(other, DRIFT_ROWS)]).toEqual([null, null]);
    expect(watch.observe(other, DRIFT_ROWS)).toBeGreaterThan(1);
    expect(watch.drift).toEqual([{ feature: FEATURE, psi: expect.closeTo(7.4, 0) as number }]);
  });

  it('takes the first window for how the shop is, and one stray window for chance', () => {
    const elsewhere = new DriftWatch(manifest);
    for (let i = 0; i < 5; i++) expect(elsewhere.observe(other, DRIFT_ROWS)).toBeNull();
    const stray = new DriftWatch(manifest);
    for (const rows of [same, other, same, other, same]) expect(stray.observe(rows, DRIFT_ROWS)).toBeNull();
    expect(new DriftWatch({ ...manifest, quantiles: {} }).observe(other, DRIFT_ROWS)).toBeNull();
  });
});

describe('the watch over the spread of scores', () => {
  const scores = (spread: number): Float64Array => Float64Array.from({ length: 50 }, (_, i) => 0.5 + spread * Math.sin(i));

  it('alarms when a model no longer tells candidates apart', () => {
    expect(standardDeviation([1, 3])).toBe(1);
    const watch = new SpreadWatch();
    for (let i = 0; i < 2 * SPREAD_PAGES; i++) expect(watch.observe(scores(0.1))).toBeNull();
    const said = Array.from({ length: SPREAD_PAGES }, () => watch.observe(scores(0.001)));
    expect(said.filter((left) => left !== null)).toEqual([expect.closeTo(0.01, 4)]);
  });
});

describe('the watch over clicks', () => {
  /** Pages of 20 items with so many clicks an item. */
  const pages = (watch: ClickWatch, count: number, rate: number, seed: number): number | null => {
    const random = seededRandom(seed);
    for (let i = 0; i < count; i++) {
      let clicks = 0;
      for (let item = 0; item < 20; item++) clicks += Number(random() < rate);
      const alarm = watch.observe(20, clicks);
      if (alarm !== null) return i;
    }
    return null;
  };

  it('alarms soon when half as many click, and does not while as many do', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const watch = new ClickWatch();
      expect(pages(watch, USUAL_ITEMS / 20, 0.05, seed)).toBeNull();
      expect(pages(watch, 10_000, 0.05, seed + 100)).toBeNull();
      expect(pages(watch, 10_000, 0.01, seed + 200)).toBeLessThan(200);
    }
  });

  it('says nothing where nobody ever clicked', () => {
    expect(pages(new ClickWatch(), 2_000, 0, 1)).toBeNull();
  });
});

describe('the report of a shadow', () => {
  const falling = Float64Array.from({ length: 40 }, (_, i) => 40 - i);

  it('is null before anything was compared', () => expect(shadowReport(emptyTally())).toBeNull());

  it('tells how alike the pages would be', () => {
    const tally = emptyTally();
    compare(tally, falling, falling, { byModel: false, ms: 2 });
    compare(tally, falling, Float64Array.from(falling).reverse(), { byModel: false, ms: 4 });
    countFailure(tally);
    expect(shadowReport(tally)).toEqual({ requests: 3, topKOverlap: 0.5, rankCorrelation: 0, scorePsi: 0, p99Ms: 4, failures: 1 });
  });

  it('compares scores with those of the model that decided', () => {
    const [alike, moved] = [emptyTally(), emptyTally()];
    for (let i = 0; i < 100; i++) {
      compare(alike, falling, falling, { byModel: true, ms: 1 });
      compare(moved, falling, falling.map((score) => score + 30), { byModel: true, ms: 1 }); // prettier-ignore
    }
    expect(shadowReport(alike)!.scorePsi).toBeCloseTo(0, 3);
    expect(shadowReport(moved)!.scorePsi).toBeGreaterThan(1);
  });
});
