import { SocialGraph } from '../../candidates/graph/social-graph.js';
import { suggestFollows } from '../../candidates/suggest-follows.js';
import { hash32, seededRandom } from '../../random.js';
import { bootstrapByUser, type Interval } from '../bootstrap.js';
import { type History } from '../history.js';
import { edgesOf, type FindCommunities, graphOf } from './graph-of.js';

export interface FollowsRow {
  method: string;
  recall10: Interval;
  mrr: Interval;
  /** This method less the first; null for the first. */
  recallDifference: Interval | null;
  mrrDifference: Interval | null;
}

export interface FollowsReport {
  dataset: string;
  slice: 'tune' | 'final';
  people: number;
  hidden: number;
  rows: FollowsRow[];
}

const RESAMPLES = 1_000;
const SEED = 1;
const HIDDEN_SHARE = 5;
const LEAST_FOLLOWEES = 2;
const TOP = 10;

/** Somebody's ties as they are known when he is asked: numbers of users. */
interface Known {
  followees: readonly Set<number>[];
  followers: readonly Set<number>[];
}
type Scores = Map<number, number>;

/** Those whom one's followees follow, each step weighed by the one between. */
function through({ followees }: Known, user: number, weightOf: (between: number) => number): Scores {
  const scores: Scores = new Map();
  for (const between of followees[user])
    for (const other of followees[between]) scores.set(other, (scores.get(other) ?? 0) + weightOf(between));
  return scores;
}

/** The same over ties whatever their direction. */
function commonNeighbours({ followees, followers }: Known, user: number): Scores {
  const scores: Scores = new Map();
  const near = (one: number): Set<number> => new Set([...followees[one], ...followers[one]]);
  for (const between of near(user)) for (const other of near(between)) scores.set(other, (scores.get(other) ?? 0) + 1);
  return scores;
}

function followersFirst(known: Known, user: number): Scores {
  const scores = through(known, user, () => 1);
  for (const other of known.followers[user]) scores.set(other, (scores.get(other) ?? 0) + known.followees.length);
  return scores;
}

/** Place of the wanted, from 1; of equals the middle place; Infinity for one who is not scored. */
function placeOf(scores: Scores, wanted: number, isOut: (other: number) => boolean): number {
  const own = scores.get(wanted);
  if (own === undefined) return Infinity;
  let [above, equal] = [0, 0];
  for (const [other, score] of scores) {
    if (isOut(other)) continue;
    if (score > own) above++;
    else if (score === own) equal++;
  }
  return above + (equal + 1) / 2;
}

/**
 * Whether suggestions find ties that are hidden: of one in five of the people of a slice one tie each, all hidden at a time. The tune slice are people of
 * even hash, the final one those of odd hash. Suggestions know of ties alone here, nothing of what anybody likes.
 */
export async function measureFollows(
  dataset: string,
  history: History,
  slice: 'tune' | 'final',
  find: FindCommunities,
): Promise<FollowsReport> {
  const { users } = history;
  const followees = history.followees ?? [];
  const hashes = users.map((userId) => hash32(`hidden ${userId}`));
  const isAsked = (user: number): boolean =>
    hashes[user] % 2 === (slice === 'tune' ? 0 : 1) &&
    (hashes[user] >>> 8) % HIDDEN_SHARE === 0 &&
    followees[user].length >= LEAST_FOLLOWEES;
  const asked = [...users.keys()].filter((user) => followees.length > 0 && isAsked(user));
  const hidden = new Map(asked.map((user) => [user, followees[user][(hashes[user] >>> 16) % followees[user].length]]));
  const graph = new SocialGraph();
  const edges = edgesOf(history, (user, other) => hidden.get(user) === other, graph.edges);
  const { standings } = await graphOf(edges, find, SEED);
  graph.replace(standings, new Map(Array.from(new Set(standings.circles), (circle) => [circle, `${circle}`])));
  const known: Known = { followees: followees.map((own, user) => new Set([...own].filter((other) => hidden.get(user) !== other))), followers: users.map(() => new Set()) }; // prettier-ignore
  known.followees.forEach((own, user) => own.forEach((other) => known.followers[other].add(user)));
  const numberOf = new Map(users.map((userId, no) => [userId, no]));
  const degree = (one: number): number => known.followees[one].size + known.followers[one].size;
  const popular: Scores = new Map([...users.keys()].map((user) => [user, known.followers[user].size]));
  const methods: [string, (user: number) => Scores][] = [
    ['how many of one’s followees follow', (user) => through(known, user, () => 1)],
    ['common neighbours, whatever the direction', (user) => commonNeighbours(known, user)],
    ['Adamic and Adar', (user) => through(known, user, (between) => 1 / Math.log2(2 + degree(between)))],
    ['number of followers', () => popular],
    ['who follows one, then the first line', (user) => followersFirst(known, user)],
    ['suggestFollows', (user) => suggested(users[user])],
  ]; // prettier-ignore
  const suggested = (userId: string): Scores => {
    const found = suggestFollows({
      userId,
      followees: new Map(Array.from(edges.followeesOf(userId).keys(), (other) => [other, 0.5])),
      likedCreators: new Map(),
      mayUseTies: true,
      graph,
      isShared: () => true,
      isCreator: () => false,
      isExcluded: () => false,
      creditOf: () => 1,
      first: Infinity,
    });
    return new Map(found.map(({ userId: other, score }) => [numberOf.get(other)!, score]));
  };
  const places = methods.map(([, score]) =>
    asked.map((user) => placeOf(score(user), hidden.get(user)!, (other) => other === user || known.followees[user].has(other))),
  );
  return { dataset, slice, people: asked.length, hidden: hidden.size, rows: methods.map(([method], m) => rowOf(method, places[m], m === 0 ? null : places[0])) }; // prettier-ignore
}

const hitOf = (place: number): number => Number(place <= TOP);

function rowOf(method: string, places: readonly number[], first: readonly number[] | null): FollowsRow {
  const interval = (of: (i: number) => number): Interval =>
    bootstrapByUser(
      Float64Array.from(places, (_, i) => of(i)),
      Int32Array.from(places.keys()),
      RESAMPLES,
      seededRandom(SEED),
    );
  return {
    method,
    recall10: interval((i) => hitOf(places[i])),
    mrr: interval((i) => 1 / places[i]),
    recallDifference: first && interval((i) => hitOf(places[i]) - hitOf(first[i])),
    mrrDifference: first && interval((i) => 1 / places[i] - 1 / first[i]),
  };
}
