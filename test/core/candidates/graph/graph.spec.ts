import fc from 'fast-check';
import { communityFinder } from '../../../../src/adapters/graphology/community-finder.js';
import { nameCircles } from '../../../../src/core/candidates/graph/circle-names.js';
import { SocialEdges } from '../../../../src/core/candidates/graph/social-edges.js';
import { SocialGraph } from '../../../../src/core/candidates/graph/social-graph.js';
import { mostInfluence, standingsOf, type Ties, tiesOf, undirected } from '../../../../src/core/candidates/graph/standing.js';
import { seededRandom } from '../../../../src/core/random.js';
import { DAY, NOW, TestShop } from '../../shop-fixture.js';

function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
const ALL = { now: NOW, isShared: () => true, weightOf: () => 1 };
const pairs = (edges: SocialEdges, list: string): void => {
  for (const pair of list.split(' ')) edges.follow(pair[0], pair[1], NOW);
};
const standingsFrom = (ties: Ties, communities: number[]) => finished(standingsOf(ties, { communities: Int32Array.from(communities), modularity: 0 }, NOW)); // prettier-ignore

describe('SocialEdges', () => {
  const shop = new TestShop();

  it('keep ties that fade and grow with dealings, and end with UNFOLLOW', () => {
    const edges = new SocialEdges();
    edges.observe(shop.event('a', 'FOLLOW', -1, { targetUserId: 'b', occurredAt: NOW - 90 * DAY }), null);
    expect(edges.strength('a', 'b', NOW)).toBeCloseTo(0.5, 9);
    edges.observe(shop.event('a', 'PURCHASE', 0, { occurredAt: NOW }), 'b');
    expect(edges.strength('a', 'b', NOW)).toBeCloseTo(0.5 + 5 * 0.25, 9);
    edges.observe(shop.event('a', 'PURCHASE', 0, { occurredAt: NOW }), 'c');
    expect([edges.strength('a', 'c', NOW), edges.size, [...edges.followersOf('b')]]).toEqual([0, 1, ['a']]);
    edges.observe(shop.event('a', 'UNFOLLOW', -1, { targetUserId: 'b', occurredAt: NOW }), null);
    expect([edges.size, edges.followersOf('b').size, edges.followeesOf('a').size]).toEqual([0, 0, 0]);
  });

  it('come back from a snapshot, forget whom they are told to, and hold their bound', () => {
    const edges = new SocialEdges(3);
    pairs(edges, 'ab bc ca ac');
    expect(edges.size).toBe(3);
    const again = new SocialEdges();
    again.restore(edges.snapshot());
    expect(again.snapshot()).toEqual(edges.snapshot());
    again.forget('a');
    expect([again.size, [...again.followeesOf('b').keys()], again.followersOf('a').size]).toEqual([1, ['c'], 0]);
  });

  it('name every tie once in each direction, whatever is done', () => {
    const step = fc.tuple(fc.constantFrom('follow', 'unfollow', 'forget'), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const edges = new SocialEdges(8);
        for (const [what, a, b] of steps) {
          if (what === 'follow') edges.follow(`${a}`, `${b}`, NOW);
          else if (what === 'unfollow') edges.unfollow(`${a}`, `${b}`, NOW);
          else edges.forget(`${a}`);
        }
        const out = [...edges.entries()].flatMap(([a, targets]) => [...targets.keys()].map((b) => `${a}${b}`));
        expect([edges.size <= 8, out.length]).toEqual([true, edges.size]);
        for (const pair of out) expect(edges.followersOf(pair[1]).has(pair[0])).toBe(true);
      }),
    );
  });
});

describe('standings', () => {
  it('add the directions of a tie, and half as much again where it goes both ways', () => {
    const edges = new SocialEdges();
    pairs(edges, 'ab ba ac');
    const { sources, targets, weights } = finished(undirected(finished(tiesOf(edges, ALL))));
    expect([[...sources], [...targets], [...weights]]).toEqual([[0, 0], [1, 2], [3, 1]]); // prettier-ignore
  });

  it('leave out ties that may not be used, on either side, and those of machines', () => {
    const edges = new SocialEdges();
    pairs(edges, 'ab bc ca da');
    const ties = finished(tiesOf(edges, { now: NOW, isShared: (userId) => userId !== 'c', weightOf: (userId) => Number(userId !== 'd') }));
    expect([ties.users, ties.sources.length]).toEqual([['a', 'b'], 1]);
  });

  it('find two cliques with a bridge between them', async () => {
    const edges = new SocialEdges();
    pairs(edges, 'ab ba ac ca bc cb de ed df fd ef fe cx dx');
    const ties = finished(tiesOf(edges, ALL));
    const found = await communityFinder.find(ties.users.length, finished(undirected(ties)), 1);
    expect(await communityFinder.find(ties.users.length, finished(undirected(ties)), 1)).toEqual(found);
    const circleOf = (userId: string): number => found.communities[ties.users.indexOf(userId)];
    expect([circleOf('a'), circleOf('b')]).toEqual([circleOf('c'), circleOf('c')]);
    expect(circleOf('d')).not.toBe(circleOf('a'));
    const { bridge, users } = finished(standingsOf(ties, found, NOW));
    const bridgeOf = (userId: string): number => bridge[users.indexOf(userId)];
    expect(bridgeOf('a')).toBe(0);
    expect(bridgeOf('x')).toBeCloseTo(0.5, 6); // half of its ties go to each side: 1 - (1/4 + 1/4)
  });

  it('measure influence by followers, of whom a faded tie counts in part and a strong one for one', () => {
    const edges = new SocialEdges();
    pairs(edges, 'as bs cs');
    edges.follow('d', 's', NOW - 90 * DAY);
    edges.observe(new TestShop().event('a', 'INVITE', -1, { targetUserId: 's', occurredAt: NOW }), null);
    const { influence, users } = standingsFrom(finished(tiesOf(edges, ALL)), [0, 0, 0, 0, 0]);
    // 1 + 1 + 1 + 0.5 followers; 3.5 / (3.5 + 20).
    expect(influence[users.indexOf('s')]).toBeCloseTo(3.5 / 23.5, 6);
    expect(influence[users.indexOf('a')]).toBe(0);
  });

  it('let accounts of one hand lift one of theirs by no more than the published bound', () => {
    const random = seededRandom(4);
    for (let trial = 0; trial < 300; trial++) {
      const accounts = 1 + Math.floor(random() * 5);
      const edges = new SocialEdges();
      pairs(edges, 'xy yz zx');
      for (let a = 0; a <= accounts; a++)
        for (let b = 0; b <= accounts; b++)
          if (a !== b && random() < (b === 0 || a === 0 ? 0.9 : 0.2)) edges.follow(`bot${a}`, `bot${b}`, NOW);
      if (edges.followersOf('bot0').size === 0) continue;
      const { influence, users } = standingsFrom(finished(tiesOf(edges, ALL)), new Array<number>(20).fill(0));
      expect(influence[users.indexOf('bot0')]).toBeLessThanOrEqual(mostInfluence(accounts) + 1e-6);
    }
    expect(mostInfluence(10)).toBeCloseTo(1 / 3, 6);
  });
});

describe('circles', () => {
  it('are called by what sets their members apart', () => {
    const tastes: Record<string, string[]> = {
      a: ['tea', 'all'],
      b: ['tea', 'all'],
      c: ['all'],
      d: ['boots', 'all'],
      e: ['boots', 'all'],
      f: ['all'],
    };
    const names = finished(
      nameCircles({ users: [...'abcdefgh'], circles: Int32Array.of(0, 0, 0, 1, 1, 1, 2, -1) }, (userId) => tastes[userId] ?? []),
    );
    expect([...names]).toEqual([[0, 'tea'], [1, 'boots'], [2, 'circle 3']]); // prettier-ignore
  });

  it('take in a newcomer by those whom he follows, at once', () => {
    const graph = new SocialGraph();
    graph.replace(
      { builtAt: NOW, users: [...'abcd'], circles: Int32Array.of(0, 0, 1, -1), influence: Float32Array.of(0.1, 0.4, 0.2, 0), bridge: new Float32Array(4), modularity: 0 },
      new Map([[0, 'tea'], [1, 'boots']]),
    ); // prettier-ignore
    expect([graph.circleOf('new'), graph.influenceOf('new'), graph.leaders(), graph.leadersOf('tea')]).toEqual([
      null,
      0,
      ['b', 'c', 'a', 'd'],
      ['b', 'a'],
    ]);
    for (const followee of ['a', 'b', 'c']) graph.edges.follow('new', followee, NOW);
    graph.edges.follow('b', 'new', NOW);
    graph.edges.follow('a', 'new', NOW);
    expect([graph.circleOf('new'), graph.circleOf('d')]).toEqual(['tea', null]);
    expect(graph.reciprocityOf('new')).toBeCloseTo(2 / 3, 9);
    expect(graph.influenceOf('new')).toBeGreaterThan(graph.influenceOf('d'));
  });
});
