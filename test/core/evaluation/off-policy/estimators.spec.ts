import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { estimateIntervals } from '../../../../src/core/evaluation/off-policy/estimate-intervals.js';
import { clippedIps, directMethod, doublyRobust, ips, selfNormalisedRobust, shrunkRobust, snips, switchRobust, valueOf } from '../../../../src/core/evaluation/off-policy/estimators.js'; // prettier-ignore
import { judgeOffPolicy } from '../../../../src/core/evaluation/off-policy/judge.js';
import { type LoggedRounds, type RewardEstimates, weightsOf } from '../../../../src/core/evaluation/off-policy/logged-rounds.js';
import { overlapOf, refusalOf } from '../../../../src/core/evaluation/off-policy/overlap.js';
import { crossFittedMeans } from '../../../../src/core/evaluation/off-policy/reward-model.js';
import { quickRandom } from '../experiments/draws.js';

const usersOneEach = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

describe('estimators on six rounds', () => {
  const actions = [0, 1, 2, 1, 0, 2];
  const [policy, q] = [[0.2, 0.5, 0.3], [0.3, 0.6, 0.4]]; // prettier-ignore
  const rounds: LoggedRounds = {
    rewards: Float64Array.of(1, 0, 1, 1, 0, 0),
    logged: Float64Array.of(0.5, 0.3, 0.2, 0.25, 0.6, 0.1),
    target: Float64Array.from(actions, (action) => policy[action]),
    users: usersOneEach(6),
  };
  // 0.2 * 0.3 + 0.5 * 0.6 + 0.3 * 0.4 = 0.48 in every round.
  const estimates: RewardEstimates = { shown: Float64Array.from(actions, (action) => q[action]), target: new Float64Array(6).fill(0.48) };

  it.each([
    ['direct method', directMethod(estimates), 0.48],
    ['inverse propensity scoring', ips(rounds), 0.65],
    ['self-normalised', snips(rounds), 0.438202247],
    ['doubly robust', doublyRobust(rounds, estimates), 0.426666667],
    ['self-normalised doubly robust', selfNormalisedRobust(rounds, estimates), 0.444044944],
    ['switch at 2', switchRobust(rounds, estimates, 2), 0.626666667],
    ['shrunk with 1', shrunkRobust(rounds, estimates, 1), 0.513932751],
    ['clipped at 2', clippedIps(rounds, 2), 0.65],
  ])('%s', (_name, contributions, expected) => {
    expect(valueOf(contributions)).toBeCloseTo(expected, 9);
  });

  it('have the effective sample of 4.33 rounds', () => {
    expect(overlapOf(weightsOf(rounds)).effectiveSample).toBeCloseTo(4.328678123, 9);
  });

  it('refuse a propensity of 0 and arrays of unequal length', () => {
    expect(() => ips({ ...rounds, logged: rounds.logged.map((p, i) => (i === 2 ? 0 : p)) })).toThrow('propensity 2 is 0');
    expect(() => ips({ ...rounds, users: new Int32Array(2) })).toThrow('users has 2 values and rewards has 6');
  });
});

describe('the Open Bandit Dataset, campaign men', () => {
  interface Figures {
    mean_weight: number;
    max_weight: number;
    ess: number;
    with_q_hat_table: Record<string, { value: number }>;
  }
  const reference = JSON.parse(readFileSync('test/data/open-bandit/men-reference.json', 'utf8')) as {
    bts_action_dist: { p: number[][] };
    q_hat: { by_log: Record<string, number[][]> };
    estimates: Record<string, Figures>;
  };

  function readLog(
    log: string,
    targetOf: (item: number, position: number) => number,
  ): { rounds: LoggedRounds; estimates: RewardEstimates } {
    const text = gunzipSync(readFileSync(`test/data/open-bandit/men-${log}.csv.gz`)).toString();
    const rows = text.trim().split('\n').slice(1).map((line) => line.split(',').map(Number)); // prettier-ignore
    const q = reference.q_hat.by_log[log];
    const expected = [0, 1, 2].map((position) => q.reduce((sum, row, item) => sum + targetOf(item, position) * row[position], 0));
    return {
      rounds: {
        rewards: Float64Array.from(rows, ([, , click]) => click),
        logged: Float64Array.from(rows, ([, , , propensity]) => propensity),
        target: Float64Array.from(rows, ([item, position]) => targetOf(item, position - 1)),
        users: usersOneEach(rows.length),
      },
      estimates: {
        shown: Float64Array.from(rows, ([item, position]) => q[item][position - 1]),
        target: Float64Array.from(rows, ([, position]) => expected[position - 1]),
      },
    };
  }

  it.each([
    ['random', (item: number, position: number) => reference.bts_action_dist.p[item][position]],
    ['bts', () => 1 / 34],
  ])('gives what the Open Bandit Pipeline makes of the log of %s, to nine digits', (log, targetOf) => {
    const { rounds, estimates } = readLog(log, targetOf);
    const figures = reference.estimates[`${log} log`];
    const ours = {
      ipw: ips(rounds),
      snipw: snips(rounds),
      dm: directMethod(estimates),
      dr: doublyRobust(rounds, estimates),
      sndr: selfNormalisedRobust(rounds, estimates),
      'switch-dr (tau=5)': switchRobust(rounds, estimates, 5),
      'dr-os (lambda=10)': shrunkRobust(rounds, estimates, 10),
      'ipw clipped at 5': clippedIps(rounds, 5),
    };
    expect(Object.keys(ours)).toEqual(Object.keys(figures.with_q_hat_table));
    for (const [name, contributions] of Object.entries(ours))
      expect([name, Math.abs(valueOf(contributions) - figures.with_q_hat_table[name].value) < 1e-9]).toEqual([name, true]);
    const overlap = overlapOf(weightsOf(rounds));
    expect(overlap.meanWeight).toBeCloseTo(figures.mean_weight, 9);
    expect(overlap.effectiveSample / figures.ess).toBeCloseTo(1, 9);
    expect(refusalOf(overlap)).toBeNull();
  });
});

/** Log of a policy that prefers the first of four items over four kinds of users; the other policy prefers the last. */
function synthetic(n: number, seed: number): { rounds: LoggedRounds; cells: Int32Array; truth: number } {
  const random = quickRandom(seed);
  const [mine, theirs] = [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]]; // prettier-ignore
  const reward = (kind: number, item: number) => 0.1 + 0.1 * item + (kind === item ? 0.3 : 0);
  const rounds = { rewards: new Float64Array(n), logged: new Float64Array(n), target: new Float64Array(n), users: new Int32Array(n) };
  const cells = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    // Two rounds a user, of one kind.
    const user = i >> 1;
    const kind = user % 4;
    let item = 0;
    for (let at = random(); item < 3 && at >= mine[item]; item++) at -= mine[item];
    rounds.rewards[i] = random() < reward(kind, item) ? 1 : 0;
    rounds.logged[i] = mine[item];
    rounds.target[i] = theirs[item];
    rounds.users[i] = user;
    cells[i] = kind * 4 + item;
  }
  let truth = 0;
  for (let kind = 0; kind < 4; kind++) for (let item = 0; item < 4; item++) truth += (theirs[item] * reward(kind, item)) / 4;
  return { rounds, cells, truth };
}

function fitted(rounds: LoggedRounds, cells: Int32Array): RewardEstimates {
  const model = crossFittedMeans(rounds, cells, 16, 5);
  const theirs = [0.1, 0.2, 0.3, 0.4];
  const target = new Float64Array(cells.length);
  const shown = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const kind = cells[i] >> 2;
    shown[i] = model(i, cells[i]);
    for (let item = 0; item < 4; item++) target[i] += theirs[item] * model(i, kind * 4 + item);
  }
  return { shown, target };
}

describe('500 logs of a known policy', () => {
  it('have intervals that hold the truth in 93 to 97 of 100', () => {
    const held = { ips: 0, snips: 0, dr: 0 };
    for (let log = 1; log <= 500; log++) {
      const { rounds, cells, truth } = synthetic(600, log * 7_919);
      const contributions = { ips: ips(rounds), snips: snips(rounds), dr: doublyRobust(rounds, fitted(rounds, cells)) };
      const intervals = estimateIntervals(contributions, rounds.users, 300, quickRandom(log));
      for (const name of ['ips', 'snips', 'dr'] as const) if (intervals[name].low <= truth && truth <= intervals[name].high) held[name]++;
    }
    for (const [name, count] of Object.entries(held)) expect([name, count >= 465 && count <= 485, count]).toEqual([name, true, count]);
  });
});

describe('judging a policy', () => {
  it('gives five estimates, near the truth, with intervals around them', () => {
    const { rounds, cells, truth } = synthetic(6_000, 12);
    const report = judgeOffPolicy(rounds, fitted(rounds, cells), quickRandom(5), 200);
    expect(report.refused).toBeNull();
    expect(report.estimates.map(({ estimator }) => estimator)).toEqual(['IPS', 'SNIPS', 'DM', 'DR', 'SWITCH_DR']);
    for (const { value, low, high } of report.estimates) {
      expect(Math.abs(value - truth)).toBeLessThan(0.05);
      expect(low <= value && value <= high).toBe(true);
    }
    expect(report.logged).toBeGreaterThan(0.2);
  });

  it('says that it cannot when one propensity is near a millionth', () => {
    const { rounds, cells } = synthetic(6_000, 13);
    rounds.logged[17] = 1e-6;
    const { refused, estimates } = judgeOffPolicy(rounds, fitted(rounds, cells), quickRandom(5), 10);
    expect(refused).toMatch(
      /^too little overlap: the effective sample is 0\.0\d% of the log, below 1\.00%; the mean weight is .*; one item has 9\d\.\d\d% of the weight/,
    );
    expect(estimates).toEqual([]);
  });

  it('says that it cannot when the log is empty, or of a policy that never did what the other would', () => {
    expect(refusalOf(overlapOf(new Float64Array()))).toBe('the log holds no item with a known propensity');
    expect(refusalOf(overlapOf(new Float64Array(9)))).toBe('the log holds nothing that the other policy would show');
    // Always certain, and the other policy agrees half of the time: mean weight a half.
    expect(refusalOf(overlapOf(Float64Array.from({ length: 100 }, (_, i) => i % 2)))).toBe('too little overlap: the mean weight is 0.500, further than 0.1 from 1'); // prettier-ignore
  });

  it('learns rewards from other users only', () => {
    // Users 0, 1 and 2 fall into three folds; all showed cell 0. Without strength, user 0 is told the mean of users 1 and 2.
    const rounds = {
      rewards: Float64Array.of(1, 0, 1),
      logged: new Float64Array(3).fill(1),
      target: new Float64Array(3),
      users: Int32Array.of(0, 1, 2),
    };
    const model = crossFittedMeans(rounds, Int32Array.of(0, 0, 0), 2, 0);
    expect([0, 1, 2].map((round) => model(round, 0))).toEqual([0.5, 1, 0.5]);
    expect(model(0, 1)).toBe(0);
    // With a strength of 2: (2 * 0.5 + 1) / (2 + 2) for user 0 in cell 0, and the mean in a cell never shown.
    const drawn = crossFittedMeans(rounds, Int32Array.of(0, 0, 0), 2, 2);
    expect([drawn(0, 0), drawn(0, 1), drawn(1, 1)]).toEqual([0.5, 0.5, 1]);
    expect(() => estimateIntervals({}, new Int32Array(), 1, quickRandom(1))).toThrow('0 rounds have no estimate');
  });
});
