import { directMethod, doublyRobust, ips, snips, switchRobust } from './estimators.js';
import { type EstimateInterval, intervalsInSteps, outcomeOf } from './estimate-intervals.js';
import { type LoggedRounds, type RewardEstimates, weightsOf } from './logged-rounds.js';
import { type Overlap, overlapOf, refusalOf } from './overlap.js';
import { type Random } from '../../random.js';

export const ESTIMATORS = ['IPS', 'SNIPS', 'DM', 'DR', 'SWITCH_DR'] as const;
export type Estimator = (typeof ESTIMATORS)[number];

const RESAMPLES = 1_000;
/** Weights beyond this are left to the model of rewards. */
const SWITCH_AT = 10;

/** What a log says of another policy. */
export interface OffPolicyReport {
  overlap: Overlap;
  /** Mean reward of the logging policy; null for an empty log. */
  logged: number | null;
  /** Why the log cannot answer; then there are no estimates. */
  refused: string | null;
  estimates: ({ estimator: Estimator } & EstimateInterval)[];
}

/**
 * Judge another policy on a log, or say that the log cannot.
 *
 * @param resamples draws of users for the 95% intervals
 */
export const judgeOffPolicy = (rounds: LoggedRounds, rewards: RewardEstimates, random: Random, resamples = RESAMPLES): OffPolicyReport =>
  outcomeOf(judgeInSteps(rounds, rewards, random, resamples));

/** The same, with a pause after every draw. */
export function* judgeInSteps(
  rounds: LoggedRounds,
  rewards: RewardEstimates,
  random: Random,
  resamples = RESAMPLES,
): Generator<void, OffPolicyReport> {
  const overlap = overlapOf(weightsOf(rounds));
  const logged = overlap.rounds === 0 ? null : rounds.rewards.reduce((sum, reward) => sum + reward, 0) / overlap.rounds;
  const refused = refusalOf(overlap);
  if (refused !== null) return { overlap, logged, refused, estimates: [] };
  const contributions = {
    IPS: ips(rounds),
    SNIPS: snips(rounds),
    DM: directMethod(rewards),
    DR: doublyRobust(rounds, rewards),
    SWITCH_DR: switchRobust(rounds, rewards, SWITCH_AT),
  };
  const intervals = yield* intervalsInSteps(contributions, rounds.users, resamples, random);
  const { DM, DR } = intervals;
  // Drawing users says nothing of the error of the model of rewards, which is what the doubly robust estimate corrects.
  intervals.DM = { value: DM.value, low: Math.min(DM.low, DR.low), high: Math.max(DM.high, DR.high) };
  return { overlap, logged, refused, estimates: ESTIMATORS.map((estimator) => ({ estimator, ...intervals[estimator] })) };
}
