import { type Communities, type Ties } from '../core/candidates/graph/standing.js';

/**
 * Finds communities of an undirected graph of which every pair is given once. Guarantees: the same ties and seed give the same communities; requests are
 * not kept waiting.
 */
export interface CommunityFinder {
  /** @param users how many there are; ties name them by number from 0 */
  find(users: number, ties: Omit<Ties, 'users'>, seed: number): Promise<Communities>;
}
