import { type Ties } from '../../candidates/graph/standing.js';

const DAMPING = 0.85;
const ROUNDS = 50;
const TOLERANCE = 1e-6;

/**
 * PageRank over ties by their weights, in units of what an account has that nobody follows. Who follows nobody passes nothing on.
 *
 * @returns [users] 1 or more
 * @see Brin and Page 1998, doi:10.1016/S0169-7552(98)00110-X
 */
export function pageRank({ users, sources, targets, weights }: Ties): Float64Array {
  const totals = new Float64Array(users.length);
  for (let i = 0; i < sources.length; i++) totals[sources[i]] += weights[i];
  let rank = new Float64Array(users.length).fill(1);
  for (let round = 0, change = Infinity; round < ROUNDS && change >= TOLERANCE; round++) {
    const next = new Float64Array(users.length).fill(1);
    for (let i = 0; i < sources.length; i++) next[targets[i]] += (DAMPING * rank[sources[i]] * weights[i]) / totals[sources[i]];
    change = next.reduce((most, units, no) => Math.max(most, Math.abs(units - rank[no])), 0);
    rank = next;
  }
  return rank;
}
