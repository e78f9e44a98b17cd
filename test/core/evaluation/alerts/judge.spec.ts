import fc from 'fast-check';
import { type Condition, lookEveryMs, spansOf } from '../../../../src/core/evaluation/alerts/alert-rule.js';
import { changeInterval, type Episode, judge, LOOKS_BACK, valueInterval } from '../../../../src/core/evaluation/alerts/judge.js';
import { lookLevel } from '../../../../src/core/evaluation/alerts/look-level.js';
import { type Reading } from '../../../../src/core/evaluation/alerts/reading.js';
import { meanStatistic, ratioStatistic } from '../../../../src/core/evaluation/experiments/statistic.js';
import { type Random, seededRandom } from '../../../../src/core/random.js';

const HOUR = 3_600_000;
const rule = (change: Partial<Condition> = {}): Condition => ({
  metric: 'CONVERSION_RATE', surface: null, segment: null, windowHours: 24, baseline: 'PREVIOUS', minSample: 1000, comparison: 'DROPPED_BY', threshold: 0.1, ...change,
}); // prettier-ignore
const share = (sum: number, users: number): Reading => ({
  value: sum / users,
  sample: users,
  statistic: { kind: 'proportion', users, sum },
});
const mean = (...values: number[]): Reading => {
  const statistic = meanStatistic(Float64Array.from(values));
  return { value: statistic.sum / statistic.users, sample: statistic.users, statistic };
};
const whole = (value: number): Reading => ({ value, sample: 5000, statistic: null });
const decision = (condition: Condition, now: Reading, before: Reading | null = null, open: Episode | null = null) =>
  judge(condition, { now, before }, open).decision;

describe('the windows of a rule', () => {
  const end = Date.UTC(2026, 10, 22, 12);
  it('lie next to each other, or a week apart, and there is one where nothing is compared', () => {
    const ago = (hours: number) => end - hours * HOUR;
    expect(spansOf(rule(), end)).toEqual({ now: { from: ago(24), to: end }, before: { from: ago(48), to: ago(24) } });
    expect(spansOf(rule({ baseline: 'SAME_WEEKDAY' }), end).before).toEqual({ from: ago(192), to: ago(168) });
    expect(spansOf(rule({ comparison: 'BELOW' }), end).before).toBeNull();
  });
  it('are looked at a hundred times or so while they pass by', () => {
    expect(lookEveryMs(rule())).toBe(15 * 60_000);
  });
});

describe('judge', () => {
  it('finds a drop that is greater than its noise, and not one that is not', () => {
    // 1000 of 10,000 before, 800 now: 20% less; 1.4 * sqrt(0.9 / 1000) = 4% is one standard error.
    const judged = judge(rule(), { now: share(800, 10_000), before: share(1000, 10_000) }, null);
    expect(judged.decision).toBe('OPEN');
    expect(judged.change).toBeCloseTo(-0.2, 12);
    expect(judged.baseline!.mean).toBe(0.1);
    expect(judged.interval!.high).toBeLessThan(0);
    expect(decision(rule(), share(80, 1000), share(100, 1000))).toBe('STAY'); // the same drop of a tenth of the users
    expect(decision(rule(), share(950, 10_000), share(1000, 10_000))).toBe('STAY'); // not by a tenth
    expect(decision(rule(), share(1200, 10_000), share(1000, 10_000))).toBe('STAY'); // the other way
    expect(decision(rule({ comparison: 'ROSE_BY' }), share(1200, 10_000), share(1000, 10_000))).toBe('OPEN');
  });

  it('finds that nobody does any more what some did', () => {
    expect(decision(rule(), share(0, 2000), share(60, 2000))).toBe('OPEN');
    expect(decision(rule(), share(0, 2000), share(5, 2000))).toBe('STAY'); // five may stay away
    const spent = Float64Array.from({ length: 2000 }, (_, i) => (i < 100 ? 30 : 0));
    expect(decision(rule({ metric: 'REVENUE_PER_USER' }), mean(...spent.map(() => 0)), mean(...spent))).toBe('OPEN');
    const ones = spent.map(() => 1);
    const ratio = (numerators: Float64Array): Reading => {
      const statistic = ratioStatistic(numerators, ones);
      return { value: statistic.numerator.sum / statistic.denominator.sum, sample: 2000, statistic };
    };
    expect(decision(rule(), ratio(spent.map(() => 0)), ratio(spent))).toBe('OPEN');
  });

  it('says nothing about a change from nothing', () => {
    expect(decision(rule({ comparison: 'ROSE_BY' }), share(50, 2000), share(0, 2000))).toBe('STAY');
  });

  it('compares with a threshold where the interval is beyond it', () => {
    const below = rule({ comparison: 'BELOW', threshold: 0.35 });
    // 0.33 of 2,000: a standard error is 0.0105, and 3.5 of them reach beyond 0.35; of 20,000 it is 0.0033.
    expect([decision(below, share(660, 2000)), decision(below, share(6600, 20_000))]).toEqual(['STAY', 'OPEN']);
    expect(decision(below, share(7400, 20_000))).toBe('STAY');
    expect(decision(rule({ comparison: 'ABOVE', threshold: 0.35 }), share(7400, 20_000))).toBe('OPEN');
    expect(decision(below, share(0, 1000))).toBe('OPEN'); // Wilson's interval ends far below
  });

  it('takes a metric of the whole service as it is', () => {
    const slow = rule({ metric: 'LATENCY_P99', comparison: 'ABOVE', threshold: 200 });
    expect([decision(slow, whole(200)), decision(slow, whole(201))]).toEqual(['STAY', 'OPEN']);
  });

  it('is silent below the least sample, of either window', () => {
    const strict = rule({ minSample: 2000 });
    expect(decision(strict, share(0, 1999), share(500, 5000))).toBe('STAY');
    expect(decision(strict, share(0, 5000), share(500, 1999))).toBe('STAY');
    expect(decision(strict, share(0, 2000), share(500, 2000))).toBe('OPEN');
    const lax = rule({ minSample: 1, comparison: 'BELOW', threshold: 0.9 });
    expect([decision(lax, share(0, 29)), decision(lax, share(0, 30))]).toEqual(['STAY', 'OPEN']);
    expect(decision(lax, { value: null, sample: 0, statistic: null })).toBe('STAY');
  });

  it('closes when the value is back by a margin, at the second look that finds it so', () => {
    const below = rule({ comparison: 'BELOW', threshold: 0.35 });
    const look = (now: Reading, looksBack: number) => judge(below, { now, before: null }, { baseline: null, looksBack });
    expect(look(share(7060, 20_000), 0)).toMatchObject({ decision: 'STAY', looksBack: 0 }); // 0.353 is less than 0.35 and 2%
    expect(look(share(7160, 20_000), 0)).toMatchObject({ decision: 'STAY', looksBack: 1 });
    expect(look(share(7160, 20_000), LOOKS_BACK - 1)).toMatchObject({ decision: 'CLOSE', value: 0.358 });
    expect(look(share(7000, 20_000), 1).looksBack).toBe(0); // from the beginning
    expect(look(share(0, 10), 1)).toMatchObject({ decision: 'STAY', value: null, looksBack: 1 }); // too few to tell
  });

  it('compares an open change with what was before it, though the window before holds the change by now', () => {
    const opened = judge(rule(), { now: share(8000, 100_000), before: share(10_000, 100_000) }, null);
    const open: Episode = { baseline: opened.baseline, looksBack: 0 };
    expect(decision(rule(), share(8000, 100_000), share(8000, 100_000), { ...open, looksBack: 5 })).toBe('STAY');
    expect(judge(rule(), { now: share(9400, 100_000), before: null }, open).looksBack).toBe(0); // 6% of the tolerated 10% are left
    expect(judge(rule(), { now: share(9600, 100_000), before: null }, open).looksBack).toBe(1);
    expect(decision(rule(), share(9600, 100_000), null, { ...open, looksBack: 1 })).toBe('CLOSE');
  });
});

describe('intervals of looks', () => {
  it('give a share the interval of Wilson', () => {
    // 5 of 10 at 95%: 0.5 and 1.96 * sqrt(0.025 + 0.009604) / 1.38416 = 0.2634 to either side.
    const { low, high } = valueInterval({ kind: 'proportion', users: 10, sum: 5 }, 0.05);
    expect([low, high].map((end) => Math.round(end * 1e4))).toEqual([2366, 7634]);
  });
  it('lie around the change, wider the more certain one wants to be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1000, max: 5000 }),
        (a, b, users) => {
          const [before, now] = [share(a, users).statistic!, share(b, users).statistic!];
          const [wide, narrow] = [changeInterval(before, now, 0.001)!, changeInterval(before, now, 0.05)!];
          const change = b / a - 1;
          expect(wide.low).toBeLessThan(narrow.low);
          expect(narrow.low).toBeLessThan(change);
          expect(narrow.high).toBeGreaterThan(change);
          expect(wide.high).toBeGreaterThan(narrow.high);
        },
      ),
      { seed: 5, numRuns: 100 },
    );
  });
  it('are wider for short windows, which pass by more often', () => {
    const levels = [1, 24, 168, 720].map((windowHours) => lookLevel({ windowHours, comparison: 'DROPPED_BY' }));
    expect(levels).toEqual([...levels].sort((a, b) => a - b));
    // 8766 / 24 windows a year, each with 1.5 * 3.66 * density(3.66) crossings: 365 * 1.5 * 3.66 * 0.000493 = 1.
    expect(levels[1]).toBeCloseTo(0.000256, 6);
    expect(lookLevel({ windowHours: 24, comparison: 'BELOW' })).toBeGreaterThan(levels[1]);
  });
});

/** A shop whose users of a window order with a chance that may change; a look every hundredth of the window. */
function* shop(random: Random, { users, chanceAt, looks }: { users: number; chanceAt: (look: number) => number; looks: number }): Generator<{ now: Reading; before: Reading }> {
  const perLook = users / 96;
  const sums = new Float64Array(looks + 193);
  for (let step = 0; step < looks + 192; step++) {
    let orders = 0;
    for (let user = 0; user < perLook; user++) if (random() < chanceAt(step - 192)) orders++;
    sums[step + 1] = sums[step] + orders;
  }
  const window = (end: number) => share(sums[end] - sums[end - 96], users);
  for (let look = 0; look < looks; look++) yield { now: window(look + 192), before: window(look + 96) };
} // prettier-ignore

/** Looks at which a rule opened and closed. */
function episodes(condition: Condition, looks: Iterable<{ now: Reading; before: Reading }>): ['OPEN' | 'CLOSE', number][] {
  const changes: ['OPEN' | 'CLOSE', number][] = [];
  let open: Episode | null = null;
  let look = 0;
  for (const readings of looks) {
    const judged = judge(condition, readings, open);
    if (judged.decision !== 'STAY') changes.push([judged.decision, look]);
    if (judged.decision === 'OPEN') open = { baseline: judged.baseline, looksBack: 0 };
    else if (judged.decision === 'CLOSE') open = null;
    else if (open) open = { baseline: open.baseline, looksBack: judged.looksBack };
    look++;
  }
  return changes;
}

describe('a rule that is looked at for ever', () => {
  const DAY = 96;
  it('raises a false alarm about once a year at most', () => {
    // Two shops for a year each; over 20 years there were 0.35 to 1.0 a year, so that 7 or more are all but impossible.
    let opened = 0;
    for (let seed = 1; seed <= 2; seed++) {
      const looks = shop(seededRandom(seed), { users: 1920, chanceAt: () => 0.03, looks: 365 * DAY });
      opened += episodes(rule({ threshold: 0.015 }), looks).filter(([what]) => what === 'OPEN').length;
    }
    expect(opened).toBeLessThan(7);
  }, 60_000);

  it('finds a drop of a fifth within a day, keeps it open while it lasts, and closes within a day and a half once it is over', () => {
    // Drops at look 0 and is over after three days.
    const chanceAt = (look: number) => (look >= 0 && look < 3 * DAY ? 0.08 : 0.1);
    let found = 0;
    for (let seed = 1; seed <= 5; seed++) {
      const changes = episodes(rule({ threshold: 0.015 }), shop(seededRandom(seed), { users: 19_200, chanceAt, looks: 6 * DAY }));
      if (changes.length !== 2) continue;
      const [[, opened], [, closed]] = changes;
      if (opened <= DAY && closed > 3 * DAY && closed <= 4.5 * DAY) found++;
    }
    expect(found).toBeGreaterThanOrEqual(4);
  }, 60_000);
});
