import fc from 'fast-check';
import { SocialGraph } from '../../../src/core/candidates/graph/social-graph.js';
import { suggestFollows, type SuggestFollowsInputs } from '../../../src/core/candidates/suggest-follows.js';
import { NOW } from '../shop-fixture.js';

const inputs = (graph: SocialGraph, fields: Partial<SuggestFollowsInputs> = {}): SuggestFollowsInputs => ({
  userId: 'me',
  followees: new Map([...graph.edges.followeesOf('me').keys()].map((userId) => [userId, 1])),
  likedCreators: new Map(),
  mayUseTies: true,
  graph,
  isShared: () => true,
  isCreator: (userId) => userId.startsWith('creator'),
  isExcluded: () => false,
  creditOf: () => 1,
  first: 10,
  ...fields,
});
const graphOf = (...ties: [string, string][]): SocialGraph => {
  const graph = new SocialGraph();
  for (const [from, to] of ties) graph.edges.follow(from, to, NOW);
  return graph;
};

describe('suggestFollows', () => {
  const graph = graphOf(['me', 'ann'], ['me', 'bob'], ['ann', 'star'], ['bob', 'star'], ['ann', 'rare'], ['ann', 'bob'], ['fan', 'me']);

  it('names those whom the people followed follow, most mutual ones first, and who follows the user', () => {
    const found = suggestFollows(inputs(graph));
    expect(found.map(({ userId, mutualFriends }) => [userId, mutualFriends])).toEqual([['star', 2], ['fan', 0], ['rare', 1]]); // prettier-ignore
    // Ann follows three, bob one: 1 / log2(5) + 1 / log2(3) = 1.0616; 1.0616 / 2.0616 = 0.515, and a little influence.
    expect(found[0].score).toBeCloseTo(0.515 + 0.05 * graph.influenceOf('star'), 3);
    expect(found[0].reasons[0]).toEqual({ kind: 'FOLLOWED_BY_FRIEND', through: 'bob' });
    expect(found[1].reasons[0]).toEqual({ kind: 'FOLLOWS_YOU' });
  });

  it('uses no tie without consent, of neither side', () => {
    const likedCreators = new Map([['creator-1', 0.5]]);
    const alone = suggestFollows(inputs(graph, { mayUseTies: false, likedCreators }));
    expect(alone.map(({ userId, reasons }) => [userId, reasons[0].kind])).toEqual([['creator-1', 'LIKED_CREATOR']]);
    const withoutBob = suggestFollows(inputs(graph, { isShared: (userId) => userId !== 'bob' && userId !== 'fan' }));
    expect(withoutBob.map(({ userId, mutualFriends }) => [userId, mutualFriends])).toEqual([['star', 1], ['rare', 1]]); // prettier-ignore
  });

  it('prefers those of more credit, and leaves out those of none', () => {
    const found = suggestFollows(inputs(graph, { creditOf: (userId) => ({ fan: 0, star: 0.2 })[userId] ?? 1 }));
    expect(found.map(({ userId }) => userId)).toEqual(['rare', 'star']);
  });

  it('never names oneself, whom one follows, or who is excluded, whatever the graph', () => {
    const tie = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(
        fc.array(tie, { maxLength: 60 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        (ties, excluded, first) => {
          const random = graphOf(
            ...ties.filter(([a, b]) => a !== b).map(([a, b]): [string, string] => [a === 0 ? 'me' : `u${a}`, b === 0 ? 'me' : `u${b}`]),
          );
          const found = suggestFollows(inputs(random, { first, isExcluded: (userId) => userId === `u${excluded}` }));
          const ids = found.map(({ userId }) => userId);
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.length).toBeLessThanOrEqual(first);
          for (const userId of ids)
            expect([userId === 'me', userId === `u${excluded}`, random.edges.followeesOf('me').has(userId)]).toEqual([false, false, false]);
          for (const { score, reasons } of found) expect([score > 0, reasons.length > 0]).toEqual([true, true]);
        },
      ),
    );
  });
});
