import { type Candidates } from '../candidates/candidates.js';
import { pickFloat64, pickUint32 } from '../candidates/columns.js';
import { type Signals } from '../candidates/signals.js';
import { type Ranking } from './rank-candidates.js';
import { type ScoreInputs } from './score-inputs.js';

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
