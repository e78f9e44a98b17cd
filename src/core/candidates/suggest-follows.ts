import { type GraphView } from './graph/social-graph.js';

/** Why somebody is suggested, strongest first. */
export type FollowReason =
  | { kind: 'FOLLOWED_BY_FRIEND'; through: string }
  | { kind: 'FOLLOWS_YOU' }
  | { kind: 'SAME_CIRCLE'; circle: string }
  | { kind: 'LIKED_CREATOR' }
  | { kind: 'INFLUENTIAL' };

export interface SuggestedFollow {
  userId: string;
  circle: string | null;
  score: number;
  /** Of those whom the user follows, how many follow him. */
  mutualFriends: number;
  reasons: FollowReason[];
}

export interface SuggestFollowsInputs {
  userId: string;
  /** Whom the user follows, with the strength of the tie; empty where his ties may not be used. */
  followees: ReadonlyMap<string, number>;
  /** Creators of what the user likes, 0..1. */
  likedCreators: ReadonlyMap<string, number>;
  /** Whether ties of the user may be used. */
  mayUseTies: boolean;
  graph: GraphView;
  /** Whether somebody's ties and name may be used. */
  isShared: (userId: string) => boolean;
  /** Creators of items are known to all, whatever they agreed to as users. */
  isCreator: (userId: string) => boolean;
  /** Muted, hidden, blocked, unfollowed before, or a machine. */
  isExcluded: (userId: string) => boolean;
  /** Credit of a creator and authenticity of a person, 0..1. */
  creditOf: (userId: string) => number;
  first: number;
}

/** Chosen by how well hidden ties are found again. */
const WEIGHTS = { friends: 1, followsYou: 0.5, circle: 0.1, liked: 0.8, influence: 0.05 } as const;
const FRIENDS_LOOKED_AT = 200;
const THEIRS_LOOKED_AT = 300;
const MAX_CANDIDATES = 5_000;
const MAX_REASONS = 3;

interface Evidence {
  friends: number;
  mutual: number;
  through: string;
  strongest: number;
  followsYou: boolean;
  inCircle: boolean;
  liked: number;
}

/**
 * Whom to follow: those whom the people one follows follow (each of them divided by the logarithm of how many he follows, so that who follows everybody
 * says little), those who follow one, creators of what one likes, and the influential of one's circle and of all. Never oneself, nor who is followed
 * already or excluded. Without ties only creators are suggested.
 *
 * @returns the best `first`, by score, then by id
 */
export function suggestFollows(inputs: SuggestFollowsInputs): SuggestedFollow[] {
  const { graph, userId, first, followees, mayUseTies } = inputs;
  const circle = mayUseTies ? graph.circleOf(userId) : null;
  const evidence = gather(inputs, circle);
  const found: SuggestedFollow[] = [];
  for (const [candidate, one] of evidence) {
    if (candidate === userId || followees.has(candidate) || inputs.isExcluded(candidate)) continue;
    if (!inputs.isCreator(candidate) && !(mayUseTies && inputs.isShared(candidate))) continue;
    const influence = graph.influenceOf(candidate);
    const parts: [number, FollowReason][] = [
      [WEIGHTS.friends * (one.friends / (1 + one.friends)), { kind: 'FOLLOWED_BY_FRIEND', through: one.through }],
      [one.followsYou ? WEIGHTS.followsYou : 0, { kind: 'FOLLOWS_YOU' }],
      [WEIGHTS.liked * one.liked, { kind: 'LIKED_CREATOR' }],
      [one.inCircle ? WEIGHTS.circle * influence : 0, { kind: 'SAME_CIRCLE', circle: circle ?? '' }],
      [WEIGHTS.influence * influence, { kind: 'INFLUENTIAL' }],
    ];
    const score = parts.reduce((sum, [part]) => sum + part, 0) * inputs.creditOf(candidate);
    if (score > 0) found.push({ userId: candidate, circle: graph.circleOf(candidate), score, mutualFriends: one.mutual, reasons: strongest(parts) }); // prettier-ignore
  }
  return found.sort((a, b) => b.score - a.score || (a.userId < b.userId ? -1 : 1)).slice(0, first);
}

const strongest = (parts: [number, FollowReason][]): FollowReason[] =>
  parts
    .filter(([part]) => part > 0)
    .sort(([a], [b]) => b - a)
    .slice(0, MAX_REASONS)
    .map(([, reason]) => reason);

function gather(inputs: SuggestFollowsInputs, circle: string | null): Map<string, Evidence> {
  const { graph, mayUseTies, isShared, followees, userId } = inputs;
  const evidence = new Map<string, Evidence>();
  const of = (candidate: string): Evidence | undefined => {
    let one = evidence.get(candidate);
    if (!one && evidence.size < MAX_CANDIDATES)
      evidence.set(candidate, (one = { friends: 0, mutual: 0, through: '', strongest: 0, followsYou: false, inCircle: false, liked: 0 }));
    return one;
  };
  for (const [creator, strength] of inputs.likedCreators) {
    const one = of(creator);
    if (one) one.liked = strength;
  }
  for (const candidate of graph.leaders()) of(candidate);
  if (!mayUseTies) return evidence;

  const friends = [...followees].sort(([a, s], [b, t]) => t - s || (a < b ? -1 : 1)).slice(0, FRIENDS_LOOKED_AT);
  for (const [friend, strength] of friends) {
    if (!isShared(friend)) continue;
    const theirs = graph.edges.followeesOf(friend);
    const weight = strength / Math.log2(2 + theirs.size);
    let looked = 0;
    for (const candidate of theirs.keys()) {
      if (looked++ >= THEIRS_LOOKED_AT) break;
      const one = of(candidate);
      if (!one) continue;
      one.friends += weight;
      one.mutual++;
      if (weight > one.strongest) [one.strongest, one.through] = [weight, friend];
    }
  }
  for (const follower of graph.edges.followersOf(userId)) {
    const one = isShared(follower) ? of(follower) : undefined;
    if (one) one.followsYou = true;
  }
  for (const candidate of circle === null ? [] : graph.leadersOf(circle)) {
    const one = of(candidate);
    if (one) one.inCircle = true;
  }
  return evidence;
}
