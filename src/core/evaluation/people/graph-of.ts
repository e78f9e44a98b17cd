import { SocialEdges } from '../../candidates/graph/social-edges.js';
import { type Communities, type Standings, standingsOf, type Ties, tiesOf, undirected } from '../../candidates/graph/standing.js';
import { type History } from '../history.js';
import { finished } from '../replayed-shop.js';

/** Finds communities of an undirected graph; users are numbers from 0. */
export type FindCommunities = (users: number, ties: Omit<Ties, 'users'>, seed: number) => Promise<Communities>;

/** Tie people as the source does, all as of one instant, since no source dates them. @param isHidden ties that are left out */
export function edgesOf(
  { users, followees }: History,
  isHidden: (user: number, other: number) => boolean = () => false,
  edges = new SocialEdges(),
): SocialEdges {
  (followees ?? []).forEach((others, user) => {
    for (const other of others) if (!isHidden(user, other)) edges.follow(users[user], users[other], 0);
  });
  return edges;
}

/** All ties, each for one. */
export const tiesFrom = (edges: SocialEdges): Ties => finished(tiesOf(edges, { now: 0, isShared: () => true, weightOf: () => 1 }));

export interface BuiltGraph {
  ties: Ties;
  pairs: Omit<Ties, 'users'>;
  standings: Standings;
}

/** What the service makes of the ties. */
export async function graphOf(edges: SocialEdges, find: FindCommunities, seed: number): Promise<BuiltGraph> {
  const ties = tiesFrom(edges);
  const pairs = finished(undirected(ties));
  const communities = await find(ties.users.length, pairs, seed);
  return { ties, pairs, standings: finished(standingsOf(ties, communities, 0)) };
}
