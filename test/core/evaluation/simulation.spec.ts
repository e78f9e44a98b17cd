import { type History, historyOf } from '../../../src/core/evaluation/history.js';
import { estimateOf, pairedEstimate } from '../../../src/core/evaluation/simulation/across-seeds.js';
import { fitTaste } from '../../../src/core/evaluation/simulation/fitted.js';
import { Mind } from '../../../src/core/evaluation/simulation/mind.js';
import { againstHoldout, loopOf, type PolicyRuns } from '../../../src/core/evaluation/simulation/outcomes.js';
import { LOOP_ALONE, POLICIES, RANKING_ONLY } from '../../../src/core/evaluation/simulation/policies.js';
import { simulationMarkdown } from '../../../src/core/evaluation/simulation/report.js';
import { plotCourses } from '../../../src/core/evaluation/simulation/course-plot.js';
import { type Scenario, simulate } from '../../../src/core/evaluation/simulation/simulate.js';
import { buildWorld, type World } from '../../../src/core/evaluation/simulation/world.js';
import { buildPage } from '../../../src/core/feed.js';
import { seededRandom } from '../../../src/core/random.js';

const KINDS = 6;

/** Sixty people, each with a kind that they like best, and a hundred and twenty items. */
function smallHistory(): History {
  const random = seededRandom(3);
  const items = Array.from({ length: 120 }, (_, i) => ({ id: `i${i}`, categories: [`k${i % KINDS}`], brand: null }));
  const events = Array.from({ length: 60 }, (_, user) =>
    Array.from({ length: 24 }, (_, n) => {
      const kind = random() < 0.6 ? user % KINDS : Math.floor(random() * KINDS);
      const item = kind + KINDS * Math.floor(random() ** 2 * 20);
      return { userId: `u${user}`, itemId: `i${item}`, type: 'rating', at: n * 1000 + user, value: 5 };
    }),
  ).flat();
  return historyOf(events, items, null);
}

const OPTIONS = { dataset: 'small', items: 120, citizens: 12, kinds: KINDS, days: 8, newcomerShare: 0.1, seed: 1 };
const SCENARIO: Scenario = { strengths: { drift: 0.05, latent: 1, satiation: 0.3 }, days: 10, seed: 1, first: 10, learnsEvery: 5 };

describe('tastes fitted on half of the users', () => {
  it('has the concentration under which two things of one person are as often of one kind as they are', () => {
    // Everybody has three things of each of two kinds: two of six are of one kind with 2 * 3 * 2 / (6 * 5) = 0.4, below the common 0.5, so tastes do not differ at all.
    const mixed = fitTaste([[0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0]], 2); // prettier-ignore
    expect(mixed.concentration).toBe(200);
    // One kind each: two things are always of one kind, so nobody keeps to the common taste.
    expect(fitTaste([[0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], 2).concentration).toBe(0.2); // prettier-ignore
  });

  it('tells runs of a kind, and kinds that come later', () => {
    // Four of the five next things are of the kind before: 0.8, by chance (3 * 2 + 3 * 2) / 30 = 0.4, so (0.8 - 0.4) / 0.6; all of the later half is new.
    const fitted = fitTaste([[0, 0, 0, 1, 1, 1]], 2);
    expect(fitted.momentum).toBeCloseTo(2 / 3, 9);
    expect(fitted.awakening).toBe(1);
  });
});

describe('estimates over seeds', () => {
  it('are means with the half-width of Student for so few', () => {
    // Spread of 1, 2, 3 is 1; the quantile at two degrees is 4.3027; 4.3027 / sqrt(3) = 2.4841.
    const { mean, half } = estimateOf([1, 2, 3]);
    expect([mean, half]).toEqual([2, expect.closeTo(2.4841, 3)]);
    expect(pairedEstimate([1, 2, 3], [0, 1, 2])).toEqual({ mean: 1, half: 0 });
    expect(estimateOf([7])).toEqual({ mean: 7, half: Infinity });
    expect(() => estimateOf([])).toThrow('0 runs');
  });
});

describe('a person of a simulated shop', () => {
  const world: World = buildWorld(smallHistory(), OPTIONS);
  const citizen = world.citizens[0];
  const page = world.items.slice(0, 10).map((_, no) => no);

  it('likes an item less once he saw it, and hardly at all once he took it', () => {
    const mind = new Mind(world, citizen, { drift: 0, latent: 0, satiation: 0 });
    const fresh = page.find((no) => !citizen.known.includes(no))!;
    const before = mind.appeal(fresh);
    // He looks and does not click.
    const draws = [0, 0.9999, 0];
    mind.look([fresh], () => draws.shift()!);
    expect(mind.appeal(fresh)).toBeLessThan(before);
    mind.look([fresh], () => 0);
    expect(mind.appeal(fresh)).toBeLessThan(before / 10);
  });

  it('has enough of a kind that he is sated with, until nights have passed', () => {
    const mind = new Mind(world, citizen, { drift: 0, latent: 0, satiation: 2 });
    const [shown, other] = [0, KINDS];
    const before = mind.appeal(other);
    const draws = [0, 0.9999, 0];
    mind.look([shown], () => draws.shift()!);
    const sated = mind.appeal(other);
    expect(sated).toBeLessThan(before);
    for (let night = 0; night < 30; night++) mind.sleep();
    expect(mind.appeal(other)).toBeCloseTo(before, 3);
  });
});

describe('a simulated shop', () => {
  const world = buildWorld(smallHistory(), OPTIONS);
  const run = (name: string): ReturnType<typeof simulate> =>
    simulate(
      world,
      SCENARIO,
      POLICIES.find((policy) => policy.name === name)!,
      buildPage,
    );

  it('goes the same way twice', async () => {
    expect(await run(RANKING_ONLY)).toEqual(await run(RANKING_ONLY));
  });

  it('shows broader pages and stays within the budget under the loop, where ranking alone narrows them', async () => {
    const runs: PolicyRuns[] = [];
    for (const name of [RANKING_ONLY, LOOP_ALONE]) runs.push({ policy: name, runs: [await run(name)] });
    const [plain, loop] = runs.map(({ runs: [one] }) => one.days[SCENARIO.days - 1]);
    expect(loop.index).toBeLessThan(plain.index);
    expect(loop.entropy).toBeGreaterThan(plain.entropy);
    const done = loopOf(runs[1]);
    expect(done.pages).toBeGreaterThan(0);
    expect(done.broken).toBe(0);
    const policies = POLICIES.filter(({ name }) => [RANKING_ONLY, LOOP_ALONE].includes(name));
    const markdown = simulationMarkdown({
      dataset: 'small', world, days: SCENARIO.days, first: SCENARIO.first, policies, against: RANKING_ONLY, ours: [LOOP_ALONE], corners: [],
      main: { strengths: SCENARIO.strengths, seeds: 1, runs },
    }); // prettier-ignore
    expect(markdown).toContain('| index at the end |');
    expect(plotCourses('small', runs)).toContain('</svg>');
  });

  it('judges the loop by those whom it leaves alone', () => {
    const citizens = Array.from({ length: 40 }, (_, i) => ({ isControlled: i < 30, clicks: (i < 30 ? 5 : 1) + (i % 2), pages: 1 }));
    const runs = { policy: 'p', runs: [{ citizens }] } as unknown as PolicyRuns;
    const verdict = againstHoldout(runs, (one) => one.clicks)!;
    expect([verdict.controlled, verdict.alone]).toEqual([30, 10]);
    expect(verdict.difference).toBeCloseTo(4, 9);
    expect(verdict.interval.low).toBeGreaterThan(0);
  });
});
