import { type Weight } from '../settings.js';

/** One choice: what was offered, and which of it was taken. */
export interface Choice {
  /** [rows * features] row-major, finite */
  features: Float32Array;
  /** Rows that were taken, at least one. */
  taken: readonly number[];
}

export interface FitOptions {
  /** Names of the columns. */
  names: readonly string[];
  /** Penalty on half the squared weights, in units of a standard deviation of each feature; above 0. */
  penalty?: number;
  /** Largest number of steps. */
  steps?: number;
}

export interface Fit {
  /** Per unit of the feature, without those that came out as 0. */
  weights: Weight[];
  /** Mean log-likelihood of what was taken, a choice; below 0. */
  logLikelihood: number;
  /** The same of a choice at random, for comparison. */
  atRandom: number;
}

const PENALTY = 1;
const STEPS = 200;
const ENOUGH = 1e-6;
const DECIMALS = 4;

/**
 * Weights under which what was taken out of each offer scores highest: the conditional (softmax) regression of choices, with a ridge penalty, by gradient
 * ascent with Nesterov's momentum and a step that halves when it overshoots. What is the same for every row of a choice cancels out, and gets weight 0.
 *
 * Time O(steps * values).
 *
 * @see McFadden 1974, "Conditional logit analysis of qualitative choice behavior"
 * @throws RangeError for features that do not divide into rows, and for no choice
 */
export function fitRules(choices: readonly Choice[], options: FitOptions): Fit {
  const work = fittingRules(choices, options);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The same as a generator that pauses after every step, so that its caller can let others have the thread. */
export function* fittingRules(choices: readonly Choice[], { names, penalty = PENALTY, steps = STEPS }: FitOptions): Generator<void, Fit> {
  if (choices.length === 0) throw new RangeError('0 choices say nothing');
  for (const { features } of choices)
    if (features.length % names.length !== 0)
      throw new RangeError(`${features.length} values do not make rows of ${names.length} features`);
  const scale = spreads(choices, names.length);
  const objective = (weights: Float64Array, gradient: Float64Array): number => {
    const likelihood = ascent(choices, weights, scale, gradient);
    let squares = 0;
    for (let f = 0; f < weights.length; f++) {
      squares += weights[f] ** 2;
      gradient[f] -= penalty * weights[f];
    }
    return likelihood - (penalty * squares) / 2;
  };
  const weights = yield* maximise(objective, names.length, 1 / choices.length, steps);
  const logLikelihood = ascent(choices, weights, scale, new Float64Array(names.length)) / choices.length;
  const atRandom = ascent(choices, new Float64Array(names.length), scale, new Float64Array(names.length)) / choices.length;
  const round = (value: number): number => Number(value.toFixed(DECIMALS)) + 0;
  return {
    weights: names
      .map((name, f) => ({ name, value: scale[f] === 0 ? 0 : round(weights[f] * scale[f]) }))
      .filter(({ value }) => value !== 0),
    logLikelihood,
    atRandom,
  };
}

/** [features] 1 / standard deviation within choices; 0 for what never differs. */
function spreads(choices: readonly Choice[], width: number): Float64Array {
  const squares = new Float64Array(width);
  let rows = 0;
  for (const { features } of choices) {
    const n = features.length / width;
    rows += n;
    for (let f = 0; f < width; f++) {
      let mean = 0;
      for (let row = 0; row < n; row++) mean += features[row * width + f] / n;
      for (let row = 0; row < n; row++) squares[f] += (features[row * width + f] - mean) ** 2;
    }
  }
  return squares.map((sum) => (sum / rows > 1e-12 ? 1 / Math.sqrt(sum / rows) : 0));
}

/** Sum of the log-likelihoods of what was taken; its gradient by the scaled weights is written to `gradient`. */
function ascent(choices: readonly Choice[], weights: Float64Array, scale: Float64Array, gradient: Float64Array): number {
  const width = weights.length;
  gradient.fill(0);
  let likelihood = 0;
  for (const { features, taken } of choices) {
    const n = features.length / width;
    const scores = new Float64Array(n);
    let highest = -Infinity;
    for (let row = 0; row < n; row++) {
      for (let f = 0; f < width; f++) scores[row] += weights[f] * scale[f] * features[row * width + f];
      if (scores[row] > highest) highest = scores[row];
    }
    let total = 0;
    for (let row = 0; row < n; row++) total += scores[row] = Math.exp(scores[row] - highest);
    for (const row of taken) likelihood += Math.log(scores[row] / total) / taken.length;
    for (let row = 0; row < n; row++) addRow(gradient, features, row, -scores[row] / total);
    for (const row of taken) addRow(gradient, features, row, 1 / taken.length);
  }
  for (let f = 0; f < width; f++) gradient[f] *= scale[f];
  return likelihood;
}

function addRow(gradient: Float64Array, features: Float32Array, row: number, factor: number): void {
  const start = row * gradient.length;
  for (let f = 0; f < gradient.length; f++) gradient[f] += factor * features[start + f];
}

/** Where a concave function is highest, from 0 on. */
function* maximise(
  objective: (at: Float64Array, gradient: Float64Array) => number,
  width: number,
  firstStep: number,
  steps: number,
): Generator<void, Float64Array> {
  let best = new Float64Array(width);
  let ahead = best.slice();
  let bestValue = -Infinity;
  let step = firstStep;
  let momentum = 1;
  const gradient = new Float64Array(width);
  for (let i = 0; i < steps; i++) {
    const value = objective(ahead, gradient);
    yield;
    if (value < bestValue) {
      // Overshot: from the best place again, with less momentum and a shorter step.
      ahead = best.slice();
      step /= 2;
      momentum = 1;
      if (step < firstStep * 1e-6) break;
      bestValue = -Infinity;
      continue;
    }
    const isSettled = value - bestValue < ENOUGH * Math.abs(value);
    bestValue = value;
    const next = ahead.map((weight, f) => weight + step * gradient[f]);
    const grown = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    ahead = next.map((weight, f) => weight + ((momentum - 1) / grown) * (weight - best[f]));
    best = next;
    momentum = grown;
    if (isSettled) break;
  }
  return best;
}
