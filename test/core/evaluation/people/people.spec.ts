import fc from 'fast-check';
import { communityFinder } from '../../../../src/adapters/graphology/community-finder.js';
import { historyOf, type HistoryEvent } from '../../../../src/core/evaluation/history.js';
import { measureChurn } from '../../../../src/core/evaluation/people/churn.js';
import { likenessWithin, measureCircles, rewired } from '../../../../src/core/evaluation/people/circles.js';
import { measureFollows } from '../../../../src/core/evaluation/people/follows.js';
import { measureInfluence } from '../../../../src/core/evaluation/people/influence.js';
import { pageRank } from '../../../../src/core/evaluation/people/page-rank.js';
import { bootstrapOf, ranksOf, spearman } from '../../../../src/core/evaluation/people/statistics.js';
import { measureTags } from '../../../../src/core/evaluation/people/tags.js';
import { measureTrust } from '../../../../src/core/evaluation/people/trust.js';
import { type Ties } from '../../../../src/core/candidates/graph/standing.js';
import { seededRandom } from '../../../../src/core/random.js';

const find: typeof communityFinder.find = (users, ties, seed) => communityFinder.find(users, ties, seed);
const event = (userId: string, itemId: string, at: number, value = 5, helpfulness?: number): HistoryEvent => ({ userId, itemId, type: 'rating', at, value, helpfulness }); // prettier-ignore
const item = (id: string, category: string) => ({ id, categories: [category], brand: null });

describe('rank correlation', () => {
  it('gives equal values the mean of their ranks', () => {
    expect([...ranksOf([10, 30, 10, 20])]).toEqual([1.5, 4, 1.5, 3]);
  });

  it('is 1 for the same order, -1 for the reverse, and 0 for what does not vary', () => {
    expect([spearman([1, 2, 3], [10, 11, 90]), spearman([1, 2, 3], [3, 2, 1]), spearman([1, 2, 3], [4, 4, 4])]).toEqual([1, -1, 0]);
    // Ranks 1 2 3 4 and 2 1 4 3: 1 - 6 * (1 + 1 + 1 + 1) / (4 * 15) = 0.6.
    expect(spearman([1, 2, 3, 4], [2, 1, 4, 3])).toBeCloseTo(0.6, 9);
  });

  it('has an interval about the figure of the cases themselves', () => {
    const values = [1, 2, 3, 4, 5];
    const { mean, low, high } = bootstrapOf(5, (drawn) => drawn.reduce((sum, i) => sum + values[i], 0) / drawn.length, 500, seededRandom(1)); // prettier-ignore
    expect(mean).toBe(3);
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(3);
  });
});

describe('random graphs', () => {
  it('leave everybody the number and the weights of his ties, tie nobody to himself and no two people twice', () => {
    const tie = fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 11 }), fc.constantFrom(1, 3));
    fc.assert(
      fc.property(fc.uniqueArray(tie, { maxLength: 40, selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}` }), fc.integer(), (found, seed) => {
        const ties = found.filter(([a, b]) => a !== b);
        const pairs = { sources: Uint32Array.from(ties, ([a]) => a), targets: Uint32Array.from(ties, ([, b]) => b), weights: Float64Array.from(ties, ([, , w]) => w) };
        const random = rewired(pairs, 12, seededRandom(seed));
        const weightsOf = ({ sources, targets, weights }: Omit<Ties, "users">): string[] =>
          [...sources].flatMap((source, i) => [`${source} ${weights[i]}`, `${targets[i]} ${weights[i]}`]).sort();
        expect(weightsOf(random)).toEqual(weightsOf(pairs));
        const keys = [...random.sources].map((source, i) => [source, random.targets[i]].sort((a, b) => a - b).join());
        expect(new Set(keys).size).toBe(keys.length);
        expect([...random.sources].every((source, i) => source !== random.targets[i])).toBe(true);
      }),
    ); // prettier-ignore
  });
});

describe('likeness within circles', () => {
  it('is the mean cosine of two different members, and leaves out who is in none', () => {
    const [tea, boots] = [new Map([[0, 1]]), new Map([[1, 1]])];
    // Of the three pairs in the first circle one is alike; the second circle is two of a kind: (3 * 1/3 + 2 * 1) / 5.
    expect(likenessWithin([tea, tea, boots, tea, tea, boots], [0, 0, 0, 1, 1, -1])).toBeCloseTo(0.6, 9);
  });

  it('is higher than in random graphs where those who are tied like the same', async () => {
    const random = seededRandom(3);
    const events: HistoryEvent[] = [];
    const follows: [string, string][] = [];
    for (let user = 0; user < 60; user++) {
      const side = user % 2;
      for (let i = 0; i < 5; i++) events.push(event(`u${user}`, `i${side}-${Math.floor(random() * 9)}`, i));
      for (let i = 0; i < 6; i++) follows.push([`u${user}`, `u${2 * Math.floor(random() * 30) + (random() < 0.9 ? side : 1 - side)}`]);
    }
    const items = [...new Set(events.map(({ itemId }) => itemId))].map((id) => item(id, id.slice(0, 2)));
    const report = await measureCircles(
      'made',
      historyOf(
        events,
        items,
        follows.filter(([a, b]) => a !== b),
      ),
      find,
      5,
    );
    for (const { found, highest } of report.figures) expect(found).toBeGreaterThan(highest);
  });
});

describe('influence', () => {
  it('hands on what an account has to those whom it follows', () => {
    const ties = { users: ['a', 'b', 's'], sources: Uint32Array.of(0, 1), targets: Uint32Array.of(2, 2), weights: Float64Array.of(1, 3) };
    expect([...pageRank(ties)]).toEqual([1, 1, 1 + 0.85 * 2]);
  });

  it('is measured by the acts of followers after those of whom they follow, within the period', () => {
    const follows: [string, string][] = [['f', 'star'], ['g', 'star'], ['f', 'dull']]; // prettier-ignore
    const events = [
      event('star', 'x', 10),
      event('f', 'x', 11),
      event('g', 'x', 12),
      event('dull', 'y', 10),
      event('f', 'y', 9),
      event('g', 'z', 1),
    ];
    const report = measureInfluence('made', historyOf(events, [], follows), { slice: 'final', from: 5, until: Infinity });
    // Two came after star; f was before dull. Both ways of counting put star first.
    expect(report.people).toBe(2);
    expect(report.outcomes[0].foretold.map(({ correlation }) => correlation.mean)).toEqual([1, 1]);
  });
});

describe('trust against means of stars', () => {
  it('learns from before the period alone, and foretells writers by what readers said of them', () => {
    const events = Array.from({ length: 12 }, (_, writer) => [
      event(`w${writer}`, `a${writer}`, 1, 5, 1 + (writer % 6)),
      event(`w${writer}`, `b${writer}`, 2, 5, 1 + (writer % 6)),
      event(`w${writer}`, `a${(writer + 6) % 12}`, 10, 5, 1 + (writer % 6)),
    ]).flat();
    const report = measureTrust('made', historyOf(events, [], null), { slice: 'final', from: 5, until: Infinity });
    expect(report.reviews).toBe(24);
    const writers = report.outcomes[2];
    expect(writers.cases).toBe(12);
    expect(writers.foretold.map(({ name, correlation }) => [name, Number(correlation.mean.toFixed(6))])).toEqual([
      ['mean of the stars he gives', 0],
      ['mean helpfulness of what he wrote', 1],
      ['credit of the writer', 1],
    ]);
  });
});

describe('hidden ties', () => {
  it('are found by suggestions in groups of people who all know each other', async () => {
    const follows: [string, string][] = [];
    for (let a = 0; a < 120; a++)
      for (let b = 0; b < 120; b++) if (a !== b && Math.floor(a / 6) === Math.floor(b / 6)) follows.push([`u${a}`, `u${b}`]);
    const events = Array.from({ length: 120 }, (_, user) => event(`u${user}`, 'i', 1));
    const { rows, hidden } = await measureFollows('made', historyOf(events, [], follows), 'final', find);
    expect(hidden).toBeGreaterThan(3);
    const ours = rows.find(({ method }) => method === 'suggestFollows')!;
    expect(ours.recall10.mean).toBe(1);
    expect(rows.find(({ method }) => method === 'number of followers')!.recall10.mean).toBeLessThan(0.5);
  });
});

describe('who leaves', () => {
  it('is foretold better by habits than guessing, from days that lie behind what was learned from', () => {
    const random = seededRandom(5);
    const day = 86_400_000;
    const events: HistoryEvent[] = [];
    for (let user = 0; user < 700; user++) {
      // Some come every four days to the end, the others every sixteen, of whom many leave.
      const pace = user % 2 === 0 ? 4 : 16;
      const until = pace === 4 ? 400 : 400 * random() + 150;
      for (let at = random() * pace; at < Math.min(400, until); at += pace * (0.5 + random()))
        events.push({ userId: `u${user}`, itemId: `i${user % 7}`, type: 'purchase', at: at * day, value: 5 });
    }
    const { auc, measureAt, fitAt, people, left } = measureChurn('made', historyOf(events, [], null), 60);
    expect(measureAt - fitAt).toBe(60 * day);
    expect([people > 300, left > 20]).toEqual([true, true]);
    expect(auc!.low).toBeGreaterThan(0.6);
  });
});

describe('tags', () => {
  it('are counted for active people, with time and size', () => {
    const events = Array.from({ length: 60 }, (_, i): HistoryEvent => ({ userId: i < 50 ? 'busy' : `u${i}`, itemId: `i${i % 9}`, type: 'purchase', at: i * 3_600_000, value: 5 })); // prettier-ignore
    let clock = 0;
    const report = measureTags('made', historyOf(events, [], null), () => (clock += 600));
    expect(report.foldUs).toBe(10);
    expect(report.active.map(({ people }) => people)).toEqual([1, 1, 0]);
    expect(report.active[0].median).toBeGreaterThan(20);
    expect(report.active[0].median).toBeGreaterThanOrEqual(report.active[0].keysMedian);
    expect(report.bytes.most).toBeGreaterThanOrEqual(report.bytes.median);
  });
});
