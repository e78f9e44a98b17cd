import { type Scale, scaleOf, standardised } from './standardised.js';

/** Probability that a user who was here lately stays away: a logistic regression over traits, with how well it did on a later time than it was fitted on. */
export interface ChurnModel {
  /** Keys of the traits, in the order of the weights. */
  traits: readonly string[];
  scale: Scale;
  weights: readonly number[];
  bias: number;
  /** A user churns who does nothing for so long. */
  horizonDays: number;
  /** Users fitted on, and of those measured on later: how many, the share that churned, and two measures of the fit. */
  fittedOn: number;
  measuredOn: number;
  churned: number;
  /** Chance that one who churned was given more than one who did not; 0.5 is guessing. */
  auc: number;
  /** Mean distance of predicted and true shares over ten groups of equal size; 0..1. */
  calibrationError: number;
}

export interface LabelledRow {
  traits: readonly number[];
  churned: boolean;
}

const STEPS = 25;
const RIDGE = 1;
const GROUPS = 10;
/** Below so many users, or so many of either outcome, nothing is said. */
const LEAST_USERS = 200;
const LEAST_EITHER = 20;
const LEAST_AUC = 0.55;
const MAX_CALIBRATION_ERROR = 0.1;

const logistic = (score: number): number => 1 / (1 + Math.exp(-score));

/** Solve a symmetric positive definite system by Cholesky factors, in place. */
function solve(matrix: number[][], vector: number[]): number[] {
  const n = vector.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= matrix[i][k] * matrix[j][k];
      matrix[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j][j];
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) vector[i] -= matrix[i][k] * vector[k];
    vector[i] /= matrix[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) vector[i] -= matrix[k][i] * vector[k];
    vector[i] /= matrix[i][i];
  }
  return vector;
}

/**
 * Fit a logistic regression by Newton's method with a ridge of 1 on the weights, not on the bias.
 *
 * @param rows     [n][columns] standardised
 * @param outcomes [n]
 * @returns        the bias first, then a weight per column
 */
export function fitLogistic(rows: readonly (readonly number[])[], outcomes: readonly boolean[]): number[] {
  const width = rows[0].length + 1;
  const weights = new Array<number>(width).fill(0);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : -RIDGE * weight));
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? (i === 0 ? 1e-9 : RIDGE) : 0)));
    rows.forEach((row, n) => {
      const x = [1, ...row];
      const expected = logistic(x.reduce((sum, one, i) => sum + one * weights[i], 0));
      const spread = Math.max(expected * (1 - expected), 1e-6);
      for (let i = 0; i < width; i++) {
        gradient[i] += x[i] * (Number(outcomes[n]) - expected);
        for (let j = 0; j <= i; j++) hessian[i][j] += spread * x[i] * x[j];
      }
    });
    const change = solve(hessian, gradient);
    change.forEach((one, i) => (weights[i] += one));
    if (Math.max(...change.map(Math.abs)) < 1e-8) break;
  }
  return weights;
}

/** Chance that one with the outcome ranks above one without, equal ones counting half; 0.5 where all or none have it. */
export function aucOf(scores: readonly number[], outcomes: readonly boolean[]): number {
  const order = scores.map((score, i) => ({ score, outcome: outcomes[i] })).sort((a, b) => a.score - b.score);
  const positives = outcomes.filter(Boolean).length;
  const pairs = positives * (outcomes.length - positives);
  if (pairs === 0) return 0.5;
  let ranks = 0;
  for (let from = 0; from < order.length;) {
    let until = from;
    while (until < order.length && order[until].score === order[from].score) until++;
    for (let i = from; i < until; i++) if (order[i].outcome) ranks += (from + until + 1) / 2;
    from = until;
  }
  return (ranks - (positives * (positives + 1)) / 2) / pairs;
}

/** Mean distance between the predicted and the true share over groups of equal size, in the order of prediction; 0..1. */
export function calibrationErrorOf(predicted: readonly number[], outcomes: readonly boolean[], groups = GROUPS): number {
  const order = predicted.map((share, i) => ({ share, outcome: Number(outcomes[i]) })).sort((a, b) => a.share - b.share);
  let error = 0;
  for (let group = 0; group < groups; group++) {
    const members = order.slice(Math.floor((group * order.length) / groups), Math.floor(((group + 1) * order.length) / groups));
    error += Math.abs(members.reduce((sum, { share, outcome }) => sum + share - outcome, 0)) / order.length;
  }
  return error;
}

/** Probability that a user of these traits churns, 0..1. */
export function churnRisk({ weights, bias, scale }: Pick<ChurnModel, 'weights' | 'bias' | 'scale'>, traits: readonly number[]): number {
  return logistic(standardised(traits, scale).reduce((sum, value, i) => sum + value * weights[i], bias));
}

/**
 * Fit on an earlier time and measure on a later one. Null where there is too little to learn from or where what was learned does not hold later: then
 * nobody is told a risk.
 */
export function fitChurn(
  earlier: readonly LabelledRow[],
  later: readonly LabelledRow[],
  { traits, horizonDays }: Pick<ChurnModel, 'traits' | 'horizonDays'>,
): ChurnModel | null {
  for (const rows of [earlier, later]) {
    const churned = rows.filter((row) => row.churned).length;
    if (rows.length < LEAST_USERS || Math.min(churned, rows.length - churned) < LEAST_EITHER) return null;
  }
  const scale = scaleOf(earlier.map((row) => row.traits));
  const [bias, ...weights] = fitLogistic(earlier.map((row) => standardised(row.traits, scale)), earlier.map((row) => row.churned)); // prettier-ignore
  const outcomes = later.map((row) => row.churned);
  const predicted = later.map((row) => churnRisk({ weights, bias, scale }, row.traits));
  const auc = aucOf(predicted, outcomes);
  const calibrationError = calibrationErrorOf(predicted, outcomes);
  if (auc < LEAST_AUC || calibrationError > MAX_CALIBRATION_ERROR) return null;
  const churned = outcomes.filter(Boolean).length / outcomes.length;
  return { traits, scale, weights, bias, horizonDays, fittedOn: earlier.length, measuredOn: later.length, churned, auc, calibrationError };
}
