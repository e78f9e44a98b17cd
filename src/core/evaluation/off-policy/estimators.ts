import { type LoggedRounds, type RewardEstimates, weightsOf } from './logged-rounds.js';

/**
 * An estimate as sums over rounds: mean(plain) + sum(corrected) / sum(scale). Any set of rounds can be summed alone, which is what drawing users anew needs.
 */
export interface Contributions {
  /** [n] */
  plain: Float64Array;
  /** [n], or null for 0 */
  corrected: Float64Array | null;
  /** [n], or null where there is no correction */
  scale: Float64Array | null;
}

const mapped = (n: number, value: (i: number) => number): Float64Array => Float64Array.from({ length: n }, (_, i) => value(i));
const plainly = (plain: Float64Array): Contributions => ({ plain, corrected: null, scale: null });

/** Inverse propensity scoring: mean(w r). Unbiased, and wide where weights are. */
export function ips(rounds: LoggedRounds): Contributions {
  const weights = weightsOf(rounds);
  return plainly(weights.map((weight, i) => weight * rounds.rewards[i]));
}

/** Self-normalised: sum(w r) / sum(w). Slightly biased, much narrower. See Swaminathan and Joachims 2015. */
export function snips(rounds: LoggedRounds): Contributions {
  const weights = weightsOf(rounds);
  return { plain: new Float64Array(weights.length), corrected: weights.map((weight, i) => weight * rounds.rewards[i]), scale: weights };
}

/** Weights cut at a limit: mean(min(w, limit) r). Never more than it should be, for rewards of 0 or more. */
export function clippedIps(rounds: LoggedRounds, limit: number): Contributions {
  return plainly(weightsOf(rounds).map((weight, i) => Math.min(weight, limit) * rounds.rewards[i]));
}

/** Direct method: what the model of rewards expects, mean(q). As good as the model; its interval does not know of the model's error. */
export const directMethod = (estimates: RewardEstimates): Contributions => plainly(estimates.target);

/** Doubly robust with any weight: mean(q + weight (r - q of the item shown)). */
function robustly({ rewards }: LoggedRounds, { shown, target }: RewardEstimates, weights: Float64Array): Contributions {
  return plainly(mapped(rewards.length, (i) => target[i] + weights[i] * (rewards[i] - shown[i])));
}

/** Doubly robust: right when either propensities or the model of rewards are. See Dudík, Langford and Li 2011, arXiv:1103.4601. */
export const doublyRobust = (rounds: LoggedRounds, estimates: RewardEstimates): Contributions =>
  robustly(rounds, estimates, weightsOf(rounds));

/** Doubly robust with a self-normalised correction. */
export function selfNormalisedRobust(rounds: LoggedRounds, { shown, target }: RewardEstimates): Contributions {
  const weights = weightsOf(rounds);
  return { plain: target, corrected: weights.map((weight, i) => weight * (rounds.rewards[i] - shown[i])), scale: weights };
}

/**
 * Doubly robust where the weight is at most tau, the model alone beyond. See Wang, Agarwal and Dudík 2017, arXiv:1612.01205.
 *
 * @param tau 0 or more
 */
export const switchRobust = (rounds: LoggedRounds, estimates: RewardEstimates, tau: number): Contributions =>
  robustly(
    rounds,
    estimates,
    weightsOf(rounds).map((weight) => (weight <= tau ? weight : 0)),
  );

/**
 * Doubly robust with weights shrunk to lambda w / (w² + lambda). See Su, Dimakopoulou, Krishnamurthy and Dudík 2020, arXiv:1907.09623.
 *
 * @param lambda 0 is the direct method, infinity is doubly robust
 */
export const shrunkRobust = (rounds: LoggedRounds, estimates: RewardEstimates, lambda: number): Contributions =>
  robustly(
    rounds,
    estimates,
    weightsOf(rounds).map((weight) => (lambda * weight) / (weight * weight + lambda)),
  );

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** The estimate over all rounds; NaN where there are none, or none of weight. */
export const valueOf = ({ plain, corrected, scale }: Contributions): number =>
  sumOf(plain) / plain.length + (corrected && scale ? sumOf(corrected) / sumOf(scale) : 0);
