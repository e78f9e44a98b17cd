import { FairnessTally } from '../../../../src/core/evaluation/fairness/fairness-tally.js';
import { smallCreators } from '../../../../src/core/evaluation/fairness/small-creators.js';
import { groupsOfAttributes, groupsOfServed } from '../../../../src/core/evaluation/fairness/user-groups.js';
import { type UserAttributes } from '../../../../src/core/user.js';

const TENTHS = Array.from({ length: 11 }, (_, i) => i / 10);

/** So many users of a group who are each shown ten items at place 1, of which the first so many are clicked. */
function serve(
  tally: FairnessTally,
  value: string,
  {
    users,
    clicks,
    score = 0.5,
    position = 1,
    group = 'region',
  }: { users: number; clicks: number; score?: number; position?: number; group?: string },
): void {
  for (let user = 0; user < users; user++)
    for (let i = 0; i < 10; i++) tally.add({ userId: `${value}-${user}`, position, score, clicked: i < clicks }, [[group, value]]);
}

describe('fairness by group', () => {
  it('puts click rates beside that of the best-served group', () => {
    const tally = new FairnessTally(TENTHS);
    serve(tally, 'north', { users: 30, clicks: 4 });
    serve(tally, 'south', { users: 30, clicks: 2 });
    const [north, south] = tally.rows();
    // All scores are alike, so everybody is expected to click at 0.3: 0.4 / 0.3 and 0.2 / 0.3.
    expect(north).toMatchObject({
      group: 'region',
      value: 'north',
      users: 30,
      clickRate: 0.4,
      exposureShare: 0.5,
      ratio: 1,
      isBeyondChance: false,
    });
    expect(north.calibration).toBeCloseTo(4 / 3, 6);
    // z = 0.2 / sqrt(0.3 * 0.7 * 2 / 300) = 5.35
    expect(south).toMatchObject({ clickRate: 0.2, ratio: 0.5, isBeyondChance: true });
    expect(south.calibration).toBeCloseTo(2 / 3, 6);
  });

  it('expects of each score what everybody does at it', () => {
    const tally = new FairnessTally(TENTHS);
    serve(tally, 'north', { users: 20, clicks: 6, score: 0.9 });
    serve(tally, 'south', { users: 20, clicks: 1, score: 0.1 });
    // Each is alone at its score: what happens is what was to be expected.
    expect(tally.rows().map(({ calibration }) => calibration)).toEqual([1, 1]);
  });

  it('weighs attention by place: the third counts half of the first', () => {
    const tally = new FairnessTally(TENTHS);
    serve(tally, 'north', { users: 20, clicks: 1, position: 1 });
    serve(tally, 'south', { users: 20, clicks: 1, position: 3 });
    // 1 / log2(2) = 1, 1 / log2(4) = 0.5
    expect(tally.rows().map(({ exposureShare }) => exposureShare)).toEqual(
      [2 / 3, 1 / 3].map((share) => expect.closeTo(share, 9) as number),
    );
  });

  it('holds the attention of makers against their clicks', () => {
    const tally = new FairnessTally(TENTHS);
    serve(tally, 'large', { users: 20, clicks: 1, group: 'creator' });
    serve(tally, 'small', { users: 20, clicks: 4, group: 'creator' });
    // Half of the attention each; a fifth of the clicks earns it for the large, four fifths for the small: 2.5 and 0.625.
    expect(tally.rows().map(({ value, ratio }) => [value, ratio])).toEqual([['large', 1], ['small', expect.closeTo(0.25, 9)]]); // prettier-ignore
  });

  it('leaves out groups of fewer than twenty users, and what is then alone', () => {
    const tally = new FairnessTally(TENTHS);
    serve(tally, 'north', { users: 20, clicks: 1 });
    serve(tally, 'south', { users: 19, clicks: 0 });
    expect(tally.rows()).toEqual([]);
    serve(tally, 'west', { users: 20, clicks: 1 });
    expect(tally.rows().map(({ value }) => value)).toEqual(['north', 'west']);
  });

  it('finds nobody worse served where nobody clicks', () => {
    const tally = new FairnessTally([]);
    serve(tally, 'north', { users: 20, clicks: 0 });
    serve(tally, 'south', { users: 20, clicks: 0 });
    expect(tally.rows().map(({ ratio, calibration }) => [ratio, calibration])).toEqual([[1, 1], [1, 1]]); // prettier-ignore
  });
});

describe('groups of a user', () => {
  const attributes = (fields: Partial<UserAttributes>): UserAttributes => ({
    id: 'ann', birthYear: null, gender: null, region: null, joinedAt: null, attributes: {}, ...fields,
  }); // prettier-ignore

  it('are what was said of him, and none for what was not', () => {
    expect(groupsOfAttributes(null, 2026)).toEqual([]);
    expect(groupsOfAttributes(attributes({}), 2026)).toEqual([]);
    expect(groupsOfAttributes(attributes({ region: 'north', gender: 'f', birthYear: 2001 }), 2026)).toEqual([
      ['region', 'north'],
      ['gender', 'f'],
      ['age', '25-34'],
    ]);
    expect(groupsOfAttributes(attributes({ birthYear: 2009 }), 2026)).toEqual([['age', 'under 18']]);
    expect(groupsOfAttributes(attributes({ birthYear: 1900 }), 2026)).toEqual([['age', '55 and over']]);
  });

  const served = (idleDays: number, orders: number, tenureDays: number, events: number) =>
    groupsOfServed({
      idle: Math.log1p(idleDays * 24),
      orders: Math.log1p(orders),
      tenure: Math.log1p(tenureDays),
      activity: Math.log1p(events),
    });

  it.each([
    [1, 0, 100, 50, 'established', 'ACTIVE'],
    [1, 0, 20, 50, 'new', 'ACTIVE'],
    [1, 0, 10, 50, 'new', 'NEW'],
    [1, 0, 100, 2, 'established', 'NEW'],
    [1, 3.01, 100, 50, 'established', 'LOYAL'],
    [40, 9, 100, 50, 'established', 'SLEEPING'],
    [91, 9, 100, 50, 'established', 'LEAVING'],
    [0, 0, 0, 0, 'new', 'NEW'],
  ])(
    'say where he stood when he was served: idle %d days, %d orders, for %d days, %d events',
    (idle, orders, days, events, tenure, lifecycle) => {
      expect(served(idle, orders, days, events)).toEqual([['tenure', tenure], ['lifecycle', lifecycle]]); // prettier-ignore
    },
  );

  it('are none where nothing was logged', () => {
    expect(groupsOfServed({ idle: NaN, orders: NaN, tenure: NaN, activity: NaN })).toEqual([]);
  });
});

describe('small creators', () => {
  it('are shown less than half as often as the median one', () => {
    expect([...smallCreators(new Map([['a', 4], ['b', 10], ['c', 5], ['d', 30], ['e', 12]]))]).toEqual(['a']); // prettier-ignore
    expect(smallCreators(new Map())).toEqual(new Set());
  });
});
