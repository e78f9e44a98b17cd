import { lessonOf, learnPopulation } from '../../../src/core/tags/lessons.js';
import { fifthOf, fifthsOf } from '../../../src/core/tags/population.js';
import { segmentsOf } from '../../../src/core/tags/profile.js';
import { Receptions } from '../../../src/core/tags/received.js';
import { matchCentroids, nameSegments, segmentationOf, segmentOf, type TraitWords } from '../../../src/core/tags/segments.js';
import { DAY, event, foldAll, NOW, OPTIONS, SHOP } from './history.js';
import { LEARNED, NAMES } from './shopper.js';

const WORDS: TraitWords[] = [
  { key: 'orders', much: 'frequent buyers', little: 'rare buyers' },
  { key: 'night', much: 'night owls', little: 'daytime visitors' },
  { key: 'breadth', much: 'of wide tastes', little: 'of one taste' },
];
const SCALE = { means: [0, 0, 0], deviations: [1, 1, 1] };

describe('groups of users', () => {
  it('are named by what sets them apart most, further words telling two alike from each other', () => {
    const centroids = [[2, -1, 0], [1.5, -1.4, 0.9], [0.1, 0.2, 0], [0, 0, -0.5], [0.2, 0.1, 0]]; // prettier-ignore
    expect(nameSegments(centroids, WORDS)).toEqual([
      'frequent buyers, daytime visitors',
      'frequent buyers, daytime visitors, of wide tastes',
      'average',
      'of one taste',
      'average 2',
    ]);
  });

  it('keep their ids when they are found again, nearest first, and get new ones when they moved far', () => {
    expect(matchCentroids([[0, 0], [5, 5]], [[5, 4], [0.5, 0], [9, 9]])).toEqual([1, 0, null]); // prettier-ignore
    const before = segmentationOf({ scale: SCALE, centroids: [[1, 0, 0], [-1, 0, 0], [9, 9, 9]], sizes: [5, 6, 0] }, WORDS, null); // prettier-ignore
    expect(before.segments.map(({ id, users }) => [id, users])).toEqual([['segment-1', 5], ['segment-2', 6]]); // prettier-ignore
    const after = segmentationOf({ scale: SCALE, centroids: [[-1.2, 0, 0], [0, 4, 0], [1.1, 0, 0]], sizes: [1, 1, 1] }, WORDS, before); // prettier-ignore
    expect(after.segments.map(({ id }) => id)).toEqual(['segment-2', 'segment-3', 'segment-1']);
    expect(after.nextId).toBe(4);
  });

  it('are matched where they stand on the scale of today', () => {
    const before = segmentationOf({ scale: SCALE, centroids: [[2, 0, 0], [-2, 0, 0]], sizes: [1, 1] }, WORDS, null); // prettier-ignore
    // Orders now scatter twice as much around 4: the group at 2 stands at (2 - 4) / 2 = -1, the other at -3.
    const scale = { means: [4, 0, 0], deviations: [2, 1, 1] };
    const after = segmentationOf({ scale, centroids: [[-3, 0, 0], [-1, 0, 0]], sizes: [1, 1] }, WORDS, before); // prettier-ignore
    expect(after.segments.map(({ id }) => id)).toEqual(['segment-2', 'segment-1']);
  });

  it('take in who is nearest, and nobody by other traits than they were found by', () => {
    const found = segmentationOf({ scale: SCALE, centroids: [[1, 0, 0], [-1, 0, 0]], sizes: [1, 1] }, WORDS, null); // prettier-ignore
    const keys = WORDS.map(({ key }) => key);
    expect([segmentOf([0.1, 3, 0], keys, found)?.name, segmentOf([-0.1, 0, 0], keys, found)?.name]).toEqual([
      'frequent buyers',
      'rare buyers',
    ]);
    expect(segmentOf([1, 0], ['orders', 'night'], found)).toBeNull();
  });
});

describe('fifths', () => {
  it('split customers at the 20th to 80th of a hundred, interpolated', () => {
    // Places 0.8, 1.6, 2.4 and 3.2 of 10, 20, 30, 40, 50.
    expect(fifthsOf([50, 10, 30, 20, 40])).toEqual([18, 26, 34, 42]);
    expect([10, 18, 18.1, 50].map((value) => fifthOf(value, [18, 26, 34, 42]))).toEqual([1, 1, 2, 5]);
    expect(fifthsOf([1, 2, 3, 4])).toBeNull();
  });
});

describe('segmentsOf', () => {
  it('names those of high value and those about to leave', () => {
    const buyer = foldAll(
      Array.from({ length: 8 }, (_, i) => event('PURCHASE', { itemNo: i, orderId: `o${i}`, amount: 30, occurredAt: NOW - i * DAY })),
    );
    expect(segmentsOf(buyer, NOW, { names: NAMES, population: LEARNED })).toEqual(['high value']);
    const leaving = { ...LEARNED, churn: { ...LEARNED.churn!, bias: 9 } };
    expect(segmentsOf(buyer, NOW, { names: NAMES, population: leaving })).toEqual(['high value', 'about to leave']);
    expect(segmentsOf(buyer, NOW, { names: NAMES })).toEqual([]);
  });
});

describe('what users teach', () => {
  const options = { now: NOW, timeZone: 'UTC', itemOf: (no: number) => SHOP[no], foldOptions: () => OPTIONS };
  const acts = (...daysAgo: number[]) => daysAgo.map((days) => event('CLICK', { itemNo: 1, occurredAt: NOW - days * DAY }));

  it('looks back to 60 and 30 days ago, whatever the order of events, and leaves out who was long gone then', () => {
    const { earlier, later, customer } = lessonOf(acts(5, 70, 40), options);
    expect([earlier?.churned, later?.churned, customer]).toEqual([false, false, null]);
    const gone = lessonOf(acts(70, 61), options);
    expect([gone.earlier?.churned, gone.later?.churned]).toEqual([true, true]);
    expect(lessonOf(acts(10), options)).toMatchObject({ earlier: null, later: null });
    expect(lessonOf(acts(130), options)).toMatchObject({ earlier: null, later: null });
    expect(lessonOf([], options).traits).toBeNull();
  });

  it('foretells from nothing that came after', () => {
    expect(lessonOf(acts(40, 70, 5, 4, 3), options).later?.traits).toEqual(lessonOf(acts(40, 70), options).later?.traits);
  });

  it('makes no groups of few and gives no risk for them', async () => {
    const lessons = Array.from({ length: 19 }, (_, i) => lessonOf(acts(i), options));
    const cluster = () => Promise.reject(new Error('not asked for'));
    const learned = await learnPopulation(lessons, { now: NOW, groups: 12, cluster, before: null });
    expect(learned).toEqual({ learnedAt: NOW, users: 19, fifths: null, churn: null, segmentation: null });
  });
});

describe('what is received', () => {
  it('counts followers that are left, who follows back, what others did with what one made, and whom one brought', () => {
    const receptions = new Receptions(100);
    const did = (userId: string, type: Parameters<typeof event>[0], creatorId: string | null, change: Parameters<typeof event>[1] = {}) =>
      receptions.observe(event(type, { userId, ...change }), creatorId);
    did('b', 'FOLLOW', null, { targetUserId: 'a' });
    did('c', 'UNFOLLOW', null, { targetUserId: 'a' });
    did('c', 'FOLLOW', null, { targetUserId: 'a', occurredAt: NOW - 1 });
    did('a', 'FOLLOW', null, { targetUserId: 'b' });
    did('b', 'LIKE', 'a');
    did('a', 'LIKE', 'a'); // one's own does not count
    did('b', 'PURCHASE', 'a', { referrerUserId: 'c' });
    did('a', 'INVITE', null, { targetUserId: 'b', occurredAt: NOW - 5 });
    did('a', 'INVITE', null, { targetUserId: 'nobody' });
    did('b', 'SHARE', 'a', { attribution: 'ORPHAN' });
    const counted = receptions.counted(NOW);
    expect(counted.get('a')).toEqual({
      followers: 1, mutual: 1, likes: 1, comments: 0, shares: 0, saves: 0, sales: 1, brought: 0, broughtPurchases: 0, invited: 2, invitedActive: 1, countedAt: NOW,
    }); // prettier-ignore
    expect(counted.get('c')).toMatchObject({ brought: 1, broughtPurchases: 1 });
  });

  it('is bounded', () => {
    const receptions = new Receptions(2);
    for (const userId of ['a', 'b', 'c']) receptions.observe(event('LIKE', { userId: 'x' }), userId);
    expect([...receptions.counted(NOW).keys()]).toEqual(['a', 'b']);
  });
});
