import { placementChances } from '../../../../src/core/diversification/placement-chances.js';
import { judgeOffPolicy } from '../../../../src/core/evaluation/off-policy/judge.js';
import { type LoggedRounds } from '../../../../src/core/evaluation/off-policy/logged-rounds.js';
import { entropyOf } from '../../../../src/core/evaluation/replay/page-variety.js';
import { ReplayLog } from '../../../../src/core/evaluation/replay/replay-log.js';
import { rewardOf } from '../../../../src/core/evaluation/replay/reward.js';
import { measureCoverage, replaySynthetic, SMALL_SLATES, truthOf } from '../../../../src/core/evaluation/replay/synthetic-log.js';
import { seededRandom } from '../../../../src/core/random.js';
import { DEFAULT_SETTINGS } from '../../../../src/core/settings-defaults.js';
import { type RankingSettings } from '../../../../src/core/settings.js';

const HOUR = 3_600_000;

const settingsOf = (method: RankingSettings['exploration']['method'], share: number): RankingSettings => ({
  ...DEFAULT_SETTINGS,
  diversity: { ...DEFAULT_SETTINGS.diversity, algorithm: 'NONE', strength: 0 },
  exploration: { method, share },
});
const LOGGING = settingsOf('EPSILON', 0.15);

describe('placementChances', () => {
  it('are certain where nothing is left to chance', () => {
    expect(placementChances(Uint32Array.of(4, 2), null)).toEqual([new Map([[4, 1]]), new Map([[2, 1]])]);
  });

  it('add up over the ways in which chance lays its slots', () => {
    // Half of the pages have no slot; the others have one at either position, for explorer 7 or 8: what stood there moves on.
    const slot = (position: number) => ({ position, eligible: [0, 1], chances: Float64Array.of(0.75, 0.25) });
    const plan = {
      base: Uint32Array.of(0, 1),
      explorers: Uint32Array.of(7, 8),
      patterns: [
        { probability: 0.5, slots: [], isShort: false },
        { probability: 0.25, slots: [slot(0)], isShort: false },
        { probability: 0.25, slots: [slot(1)], isShort: false },
      ],
    };
    const [first, second] = placementChances(plan.base, plan);
    expect(Object.fromEntries(first)).toEqual({ 0: 0.75, 7: 0.1875, 8: 0.0625 });
    expect(Object.fromEntries(second)).toEqual({ 1: 0.5, 0: 0.25, 7: 0.1875, 8: 0.0625 });
  });
});

describe('rewardOf', () => {
  const click = { type: 'CLICK', occurredAt: HOUR, itemId: null, orderId: null, quantity: null } as const;

  it('is known when its time is over, whether something came or not', () => {
    expect(rewardOf('CLICK_RATE', { servedAt: 0, now: HOUR - 1 }, [click])).toBeNull();
    expect(rewardOf('CLICK_RATE', { servedAt: 0, now: HOUR }, [click])).toBe(1);
    expect(rewardOf('CLICK_RATE', { servedAt: 0, now: HOUR }, [])).toBe(0);
    expect(rewardOf('LIKE_RATE', { servedAt: 0, now: 24 * HOUR }, [click])).toBe(0);
  });

  it('does not count what came later than it counts', () => {
    expect(rewardOf('CLICK_RATE', { servedAt: 0, now: 9 * HOUR }, [{ ...click, occurredAt: HOUR + 1 }])).toBe(0);
  });
});

describe('entropyOf', () => {
  it('is 2 bits for four names and 0 for one', () => {
    expect(entropyOf([1, 2, 3, 4])).toBe(2);
    expect(entropyOf([5, 5])).toBe(0);
    expect(entropyOf([])).toBe(0);
  });
});

describe('a replay of a log that chance had a part in', () => {
  it('knows from other users what an item brings that it did not show', () => {
    const log = new ReplayLog();
    // Three users, so that each learns from two; 100 rounds of the mean of the others are mixed in.
    for (const user of [0, 1, 2])
      log.add({ user, itemNo: 9, position: 1, logged: 0.5, target: new Map([[9, 0.4], [8, 0.6]]), reward: user === 0 ? 1 : 0 }); // prettier-ignore
    const rounds = log.rounds();
    expect([...rounds.target]).toEqual([0.4, 0.4, 0.4]);
    const { shown, target } = log.estimates(rounds);
    // User 1 learns from 1 and 0: mean 0.5, and (100 * 0.5 + 1) / 102 of item 9.
    expect([shown[0], shown[1]]).toEqual([0, 51 / 102]);
    expect(target[1]).toBeCloseTo(0.4 * (51 / 102) + 0.6 * 0.5, 12);
  });

  it('is refused where one item was shown with a chance of a millionth', () => {
    const n = 5_000;
    const rounds: LoggedRounds = {
      rewards: new Float64Array(n).fill(0),
      logged: new Float64Array(n).fill(0.5),
      target: new Float64Array(n).fill(0.5),
      users: Int32Array.from({ length: n }, (_, i) => i),
    };
    rounds.logged[17] = 1e-6;
    const estimates = { shown: new Float64Array(n), target: new Float64Array(n) };
    const { refused, estimates: told } = judgeOffPolicy(rounds, estimates, seededRandom(1));
    expect(refused).toMatch(/one item has 99\.01% of the weight/);
    expect(told).toEqual([]);
  });

  it('is refused where every page had a slot and the other policy has none', () => {
    // A share of a quarter of four positions is a slot on every page, so the last of the base never stood in its place.
    const { refused } = replaySynthetic(SMALL_SLATES, settingsOf('EPSILON', 0.25), settingsOf('NONE', 0), 1);
    expect(refused).toMatch(/^too little overlap/);
  });

  it('knows the truth of the policy that made the log', () => {
    const truth = truthOf(SMALL_SLATES, LOGGING, LOGGING);
    const { logged, estimates } = replaySynthetic({ ...SMALL_SLATES, users: 600 }, LOGGING, LOGGING, 3);
    expect(Math.abs(logged! - truth)).toBeLessThan(0.012);
    expect(estimates[0].value).toBeCloseTo(logged!, 9);
  });

  it.each([
    ['more chance', settingsOf('EPSILON', 0.2)],
    ['Thompson sampling', settingsOf('THOMPSON', 0.15)],
    ['no chance', settingsOf('NONE', 0)],
  ])(
    'holds the truth in about 95 of 100 intervals: %s',
    (_name, target) => {
      const { refused, covered } = measureCoverage({ ...SMALL_SLATES, users: 100 }, { logging: LOGGING, target, logs: 24 });
      expect(refused).toBe(0);
      // Of 30 intervals that hold it 95 times in 100, fewer than 25 do so once in 300 tries.
      for (const share of Object.values(covered)) expect(share).toBeGreaterThanOrEqual(25 / 30);
    },
    60_000,
  );
});
