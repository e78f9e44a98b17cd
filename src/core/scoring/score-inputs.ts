import { type Candidates } from '../candidates/candidates.js';
import { pickFloat64, pickUint32 } from '../candidates/columns.js';
import { type Signals } from '../candidates/signals.js';
import { type Ranking } from './rank-candidates.js';

/**
 * Everything that candidates are scored by, but for their features, the rules and the model: as plain data, a row per candidate, best first. What is added here
 * is logged with pools; what is added later has to be optional, since older pools lack it.
 */
export interface ScoreInputs {
  /** [n] the row that each candidate had when it was scored: a model is asked in that order. */
  rows: Uint32Array;
  /** [n] 1 for what was taken down to a tenth of its worth; null where nothing was. */
  less: Uint8Array | null;
  /** [n] what was left of the worth of each because the user is tired of it; left out where that is all of it. */
  worth?: Float64Array;
  /** How much the caller's own scores count, 0..1, and his order, which decides where scores are equal; null where he brought no candidates. */
  prior: { weight: number; order: Uint32Array } | null;
  /** What is paid for may be preferred. */
  mayEarn: boolean;
}

/** Gather what a page was scored by. */
export function scoreInputsOf(
  { request, isMinor }: Pick<Signals, 'request' | 'isMinor'>,
  { prior }: Pick<Candidates, 'prior'>,
  { order, taken, tired }: Pick<Ranking, 'order' | 'taken' | 'tired'>,
): ScoreInputs {
  return {
    rows: order.slice(),
    less: taken && Uint8Array.from(order, (row) => Number(taken[row] !== 0)),
    ...(tired && { worth: pickFloat64(tired.worth, order) }),
    prior: prior && { weight: request.candidates?.priorWeight ?? 0, order: pickUint32(prior.order, order) },
    mayEarn: !isMinor,
  };
}
