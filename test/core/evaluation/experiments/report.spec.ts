import { ArmTally, sumsOf } from '../../../../src/core/evaluation/experiments/arm-tally.js';
import { armValues } from '../../../../src/core/evaluation/experiments/arm-values.js';
import { isGuardrailBroken } from '../../../../src/core/evaluation/experiments/comparison.js';
import { metricOf } from '../../../../src/core/evaluation/experiments/metric-catalogue.js';
import { experimentReport, type MetUser, type ReportInput } from '../../../../src/core/evaluation/experiments/report.js';
import { NO_FACTS, type UserFacts } from '../../../../src/core/evaluation/experiments/user-facts.js';
import { quickRandom } from './draws.js';

const met = (variant: string, facts: Partial<UserFacts>, over: Partial<MetUser> = {}): MetUser => ({
  variants: [variant],
  isForced: false,
  isTriggered: true,
  facts: { ...NO_FACTS, ledClicks: facts.clicks ?? 0, ...facts },
  before: null,
  ...over,
});
const many = (count: number, make: (i: number) => MetUser): MetUser[] => Array.from({ length: count }, (_, i) => make(i));

/** Of 200 users an arm, every fifth of the control and every fourth of the treatment clicks once on ten items. */
const clicking = [
  ...many(200, (i) => met('control', { shown: 10, clicks: i % 5 === 0 ? 1 : 0, orders: i % 10 === 0 ? 1 : 0 })),
  ...many(200, (i) => met('wide', { shown: 10, clicks: i % 4 === 0 ? 1 : 0 }, { isTriggered: i % 2 === 0 })),
];

const input = (users: readonly MetUser[], over: Partial<ReportInput> = {}): ReportInput => ({
  arms: [{ key: 'control', weight: 0.5 }, { key: 'wide', weight: 0.5 }],
  primary: metricOf('CLICK_RATE')!,
  guardrails: [],
  secondary: [],
  users,
  ...over,
}); // prettier-ignore

describe('the report of an experiment', () => {
  it('compares each arm with the control, by user', () => {
    const report = experimentReport(input(clicking));
    expect(report.metrics).toHaveLength(1);
    const [row] = report.metrics;
    // 40 of 2,000 against 50 of 2,000: (0.025 - 0.02) / 0.02 = 0.25.
    expect(row).toMatchObject({ metric: 'CLICK_RATE', variant: 'wide', users: 200, triggeredUsers: 100, mean: 0.025, controlMean: 0.02 });
    expect(row.relativeLift).toBeCloseTo(0.25, 12);
    expect(row.alwaysValidInterval!.low).toBeLessThan(row.interval!.low);
    expect(row.alwaysValidInterval!.high).toBeGreaterThan(row.interval!.high);
    expect(row.varianceReduction).toBeNull();
    expect(report).toMatchObject({ sampleRatioMismatch: false, multipleExposure: 0 });
  });

  it('is the same, bit by bit, when testers are among the users', () => {
    const testers = many(40, (i) =>
      met('wide', { shown: 5, clicks: 5 }, { isForced: true, variants: i % 2 ? ['wide'] : ['wide', 'control'] }),
    );
    expect(experimentReport(input([...testers, ...clicking]))).toEqual(experimentReport(input(clicking)));
  });

  it('leaves out users who saw two arms, and says how many', () => {
    const both = many(100, () => met('wide', { shown: 10, clicks: 10 }, { variants: ['control', 'wide'] }));
    const report = experimentReport(input([...clicking, ...both]));
    expect(report.multipleExposure).toBe(0.2);
    expect(report.metrics).toEqual(experimentReport(input(clicking)).metrics);
  });

  it('shows no figures of a bad split unless they are forced', () => {
    const lost = clicking.filter(({ variants }, i) => variants[0] === 'control' || i % 2 === 0);
    expect(experimentReport(input(lost))).toMatchObject({ sampleRatioMismatch: true, metrics: [] });
    expect(experimentReport(input(lost), true).metrics[0].mean).not.toBeNull();
  });

  it('gives no figures below 100 users or 5 outcomes an arm, and users all the same', () => {
    const [row] = experimentReport(input(clicking.filter((_, i) => i % 200 < 90))).metrics;
    expect(row).toMatchObject({ users: 90, mean: null, interval: null, pValue: null, alwaysValidInterval: null, guardrailBroken: false });
    const [none] = experimentReport(input(clicking, { primary: metricOf('CONVERSION_RATE')! })).metrics;
    expect(none).toMatchObject({ users: 200, mean: null });
  });

  it('takes what users did before into account, where it was kept', () => {
    const random = quickRandom(3);
    const users = many(1_000, (i) => {
      const habit = random() < 0.5 ? 10 : 1;
      const clicks = habit + Math.floor(random() * 2);
      return met(i % 2 ? 'control' : 'wide', { clicks }, { before: { ...NO_FACTS, clicks: habit } });
    });
    const [row] = experimentReport(input(users, { primary: metricOf('CLICKS_PER_USER')! })).metrics;
    expect(row.varianceReduction).toBeGreaterThan(0.9);
    expect(row.interval!.high - row.interval!.low).toBeLessThan(0.05);
  });

  it('cuts the greatest orders before it compares, and corrects p-values of secondary metrics only', () => {
    const paying = many(2_000, (i) =>
      met(i % 2 ? 'control' : 'wide', { orders: 1, revenue: i === 7 ? 1e9 : 10 + (i % 4), shown: 3, clicks: i % 3 }),
    );
    const secondary = [metricOf('REVENUE_PER_USER')!, metricOf('CLICK_RATE')!, metricOf('LATENCY_P99')!];
    const { metrics } = experimentReport(input(paying, { primary: metricOf('CLICKS_PER_USER')!, secondary }));
    expect(metrics.map(({ metric }) => metric)).toEqual(['CLICKS_PER_USER', 'REVENUE_PER_USER', 'CLICK_RATE']);
    expect(metrics[1].controlMean).toBeLessThan(20);
    const plain = experimentReport(input(paying, { primary: metricOf('CLICK_RATE')! })).metrics[0].pValue!;
    const revenue = experimentReport(input(paying, { primary: metricOf('REVENUE_PER_USER')! })).metrics[0].pValue!;
    // The lesser of two p-values is doubled, unless the greater one is smaller than that.
    expect(metrics[2].pValue).toBeCloseTo(plain < revenue ? Math.min(2 * plain, revenue) : plain, 9);
  });

  it('says that a guardrail is broken when harm is certain and beyond what is tolerated', () => {
    const ordering = many(4_000, (i) =>
      met(i % 2 ? 'control' : 'wide', { orders: i % 2 ? (i % 10 < 6 ? 1 : 0) : i % 10 < 3 ? 1 : 0, shown: 1, clicks: i % 2 }),
    );
    const rowOf = (maxRelativeHarm: number) =>
      experimentReport(input(ordering, { guardrails: [{ metric: metricOf('CONVERSION_RATE')!, maxRelativeHarm }] })).metrics[1];
    // 0.6 of the control ordered and 0.4 of the treatment: a harm of a third.
    expect(rowOf(0.2)).toMatchObject({ metric: 'CONVERSION_RATE', guardrailBroken: true });
    expect(rowOf(0.2).relativeLift).toBeCloseTo(-1 / 3, 9);
    expect(rowOf(0.5).guardrailBroken).toBe(false);
  });

  it('takes a rise for harm where lower is better', () => {
    const [few, more] = [100, 200].map((sum) => ({ kind: 'proportion' as const, users: 2_000, sum }));
    expect(isGuardrailBroken(few, more, false, 0.1)).toBe(true);
    expect(isGuardrailBroken(more, few, false, 0.1)).toBe(false);
    expect(isGuardrailBroken(few, { ...more, sum: 0 }, true, 0)).toBe(false);
  });
});

describe('an arm that is counted user by user', () => {
  const random = quickRandom(5);
  const facts = (): UserFacts => ({
    ...NO_FACTS,
    clicks: Math.floor(random() * 4),
    shown: 1 + Math.floor(random() * 9),
    orders: random() < 0.3 ? 1 : 0,
    revenue: random() * 100,
  });

  it('has the sums of all its values at once, of every shape, whether or not something is known from before', () => {
    for (const key of ['CONVERSION_RATE', 'ORDERS_PER_USER', 'CLICK_RATE', 'REVENUE_PER_USER'])
      for (const isKnown of [true, false]) {
        const metric = metricOf(key)!;
        const users = Array.from({ length: 300 }, () => ({ facts: facts(), before: isKnown && random() < 0.7 ? facts() : null }));
        const tally = new ArmTally(metric);
        for (const user of users) tally.add(user);
        expect(tally.sums()).toEqual(sumsOf(metric, armValues(metric, users)));
        if (metric.winsorisedAt !== undefined) expect(tally.values()).toEqual(armValues(metric, users));
      }
  });
});
