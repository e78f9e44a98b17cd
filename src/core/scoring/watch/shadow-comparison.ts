import { rankRows } from '../ranking.js';
import { binOf, binsOf, psi } from './psi.js';

/** What became of the requests that a shadow scored beside what was served. */
export interface ShadowReport {
  requests: number;
  /** Mean share of the first 20 that both have, 0..1. */
  topKOverlap: number;
  /** Mean Spearman correlation of the ranks of all candidates, -1..1. */
  rankCorrelation: number;
  /** Of its scores against those of the model that decided. */
  scorePsi: number;
  p99Ms: number;
  failures: number;
}

/** Everything that a report is made of, as it is kept. */
export interface ShadowTally {
  compared: number;
  overlap: number;
  correlation: number;
  failures: number;
  /** The latest times, ms. */
  times: number[];
  /** 11 points of the scores served on the first pages; empty before there are enough. */
  quantiles: number[];
  firstScores: number[];
  served: number[];
  shadowed: number[];
}

const TOP = 20;
const MAX_TIMES = 1_000;
const FIRST_SCORES = 2_000;
const BINS = 10;

export const emptyTally = (): ShadowTally => ({
  compared: 0,
  overlap: 0,
  correlation: 0,
  failures: 0,
  times: [],
  quantiles: [],
  firstScores: [],
  served: new Array<number>(BINS).fill(0),
  shadowed: new Array<number>(BINS).fill(0),
});

/** Count a request whose shadow did not answer. */
export function countFailure(tally: ShadowTally): void {
  tally.failures++;
}

/**
 * Count a request.
 *
 * @param served   [n] falling: the scores of what was served
 * @param shadowed [n] those of the shadow for the same candidates
 * @param byModel  whether a model decided: scores of rules are of another scale
 * @param ms       what the shadow took
 */
export function compare(
  tally: ShadowTally,
  served: Float64Array,
  shadowed: Float64Array,
  { byModel, ms }: { byModel: boolean; ms: number },
): void {
  const n = served.length;
  tally.times[tally.compared % MAX_TIMES] = ms;
  tally.compared++;
  if (n === 0) {
    tally.overlap++;
    tally.correlation++;
    return;
  }
  const order = rankRows(
    shadowed,
    Uint32Array.from(shadowed, (_, row) => row),
  );
  const top = Math.min(TOP, n);
  tally.overlap += order.subarray(0, top).filter((row) => row < top).length / top;
  tally.correlation += spearman(order);
  if (byModel) countScores(tally, served, shadowed);
}

/** Correlation of ranks with their order. @param order [n] rows of one ranking, in the order of the other; 1 for a single one */
function spearman(order: Uint32Array): number {
  const n = order.length;
  if (n < 2) return 1;
  let squares = 0;
  for (let rank = 0; rank < n; rank++) squares += (order[rank] - rank) ** 2;
  return 1 - (6 * squares) / (n * (n * n - 1));
}

function countScores(tally: ShadowTally, served: Float64Array, shadowed: Float64Array): void {
  if (tally.quantiles.length === 0) {
    tally.firstScores.push(...served);
    if (tally.firstScores.length < FIRST_SCORES) return;
    const sorted = tally.firstScores.sort((a, b) => a - b);
    tally.quantiles = Array.from({ length: BINS + 1 }, (_, i) => sorted[Math.round((i / BINS) * (sorted.length - 1))]);
    tally.firstScores = [];
  }
  const bins = binsOf(tally.quantiles);
  for (const score of served) tally.served[binOf(bins, score)]++;
  for (const score of shadowed) tally.shadowed[binOf(bins, score)]++;
}

/** Null before anything was compared. */
export function shadowReport(tally: ShadowTally): ShadowReport | null {
  const { compared, failures, times } = tally;
  if (compared + failures === 0) return null;
  const total = tally.served.reduce((sum, count) => sum + count, 0);
  const sorted = [...times].sort((a, b) => a - b);
  return {
    requests: compared + failures,
    topKOverlap: compared === 0 ? 0 : tally.overlap / compared,
    rankCorrelation: compared === 0 ? 0 : tally.correlation / compared,
    scorePsi: total === 0 ? 0 : psi(tally.served.map((count) => count / total), tally.shadowed), // prettier-ignore
    p99Ms: sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))],
    failures,
  };
}
