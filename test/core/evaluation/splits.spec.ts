import fc from 'fast-check';
import { eventsOf, historyFrom, randomHistory, shuffled } from './fixture.js';
import { densePart, kCore } from '../../../src/core/evaluation/dense-core.js';
import { type History, historyOf } from '../../../src/core/evaluation/history.js';
import { pairHash, type Split, splitByTime, splitLastOut, splitTenths, tenths } from '../../../src/core/evaluation/splits.js';
import { seededRandom } from '../../../src/core/random.js';
import { DAY_MS } from '../../../src/core/time.js';

const pairsOf = (history: History, rows: Iterable<number>): string[] =>
  [...rows].map((row) => `${history.users[history.userOf[row]]}:${history.items[history.itemOf[row]]}`);
const testOf = (history: History, { test }: Split): string[] =>
  test.map(({ user, item }) => `${history.users[user]}:${history.items[item]}`);

describe('historyOf', () => {
  it('numbers whole-number ids by value, before all other text', () => {
    const history = historyOf(eventsOf('b 10 0', '2 9 0', 'a x 0', '10 x 0'), [], null);
    expect(history.users).toEqual(['2', '10', 'a', 'b']);
    expect(history.items).toEqual(['9', '10', 'x']);
  });

  it('is the same whatever the order of the rows it is read from', () => {
    const events = eventsOf('1 1 3', '1 2 1', '2 1 1', '2 3 2');
    expect(historyOf(shuffled(events, seededRandom(5)), [], null)).toEqual(historyOf(events, [], null));
  });

  it('keeps an edge once, and drops those to people without events', () => {
    const { followees } = historyFrom(['1 1 0', '2 1 0'], [['1', '2'], ['1', '2'], ['1', '9'], ['9', '1']]); // prettier-ignore
    expect(followees).toEqual([Int32Array.of(1), Int32Array.of()]);
  });
});

describe('densePart', () => {
  it('leaves out thin items, then thin users, until nothing falls out', () => {
    // Item 3 has one user; without it user 3 has one item, without whom item 2 still has users 1 and 2.
    const history = historyFrom(['1 1 0', '1 2 0', '2 1 0', '2 2 0', '3 2 0', '3 3 0'], [['1', '3'], ['2', '1']], { 1: ['x'], 2: ['y'], 3: ['z'] }); // prettier-ignore
    const dense = densePart(history, kCore(2));
    expect(dense.users).toEqual(['1', '2']);
    expect(pairsOf(dense, dense.at.keys())).toEqual(['1:1', '1:2', '2:1', '2:2']);
    expect(dense.followees).toEqual([Int32Array.of(), Int32Array.of(0)]);
    expect(dense.categoriesOf.map(([category]) => dense.categories[category])).toEqual(['x', 'y']);
  });

  it('counts a partner once, however often the two met', () => {
    expect(densePart(historyFrom(['1 1 0', '1 1 1', '1 1 2']), kCore(2)).at).toHaveLength(0);
  });

  it('stops after the rounds it is given', () => {
    // One round: item 3 goes, then user 3, whose items were 2 and 3; item 2 is left with one user, which a second round would see.
    const history = historyFrom(['1 1 0', '2 1 0', '1 2 0', '3 2 0', '3 3 0', '2 4 0', '1 4 0']);
    expect(densePart(history, { usersPerItem: 2, itemsPerUser: 2, rounds: 1 }).items).toEqual(['1', '2', '4']);
    expect(densePart(history, kCore(2)).items).toEqual(['1', '4']);
  });
});

describe('splitByTime', () => {
  it('learns from what lies before the instant, and foretells from it on', () => {
    const history = historyFrom(['1 1 0', '1 2 5', '1 3 6', '1 3 7', '2 1 9']);
    const split = splitByTime(history, 5 * DAY_MS);
    expect(pairsOf(history, split.fit)).toEqual(['1:1']);
    expect(testOf(history, split)).toEqual(['1:2', '1:3', '2:1']);
  });

  it('uses nothing from the end of the tuning period on', () => {
    const history = historyFrom(['1 1 0', '1 2 5', '1 3 8', '1 4 9']);
    const split = splitByTime(history, 5 * DAY_MS, 8 * DAY_MS);
    expect([...pairsOf(history, split.fit), ...testOf(history, split)]).toEqual(['1:1', '1:2']);
  });

  it('never learns from the instant or later', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 0, max: 100 }), (seed, day) => {
        const history = randomHistory(seededRandom(seed));
        const { fit, test } = splitByTime(history, day * DAY_MS);
        expect(fit.every((row) => history.at[row] < day * DAY_MS)).toBe(true);
        expect(test.every(({ at }) => at >= day * DAY_MS)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('splitLastOut', () => {
  const lines = ['1 1 0', '1 2 1', '1 3 2', '1 4 3', '1 5 4', '2 1 0', '2 2 9'];

  it('holds back the item of the last event, and leaves users with few items whole', () => {
    const history = historyFrom(lines);
    const split = splitLastOut(history, 0);
    expect(testOf(history, split)).toEqual(['1:5']);
    expect(pairsOf(history, split.fit)).not.toContain('1:5');
    expect(split.fit).toHaveLength(6);
  });

  it('orders items by their last event', () => {
    expect(testOf(historyFrom([...lines, '1 2 8']), splitLastOut(historyFrom([...lines, '1 2 8']), 0))).toEqual(['1:2']);
  });

  it('holds back the one before for tuning, and learns from neither', () => {
    const history = historyFrom(lines);
    const split = splitLastOut(history, 1);
    expect(testOf(history, split)).toEqual(['1:4']);
    expect(pairsOf(history, split.fit)).toEqual(['1:1', '2:1', '1:2', '1:3', '2:2']);
  });

  it('breaks a tie in time by the hash of the pair, not by the item', () => {
    const history = historyFrom(['1 1 0', '1 2 0', '1 3 0', '1 4 0', '1 5 0']);
    const last = ['1', '2', '3', '4', '5'].sort((a, b) => (pairHash('1', a) < pairHash('1', b) ? -1 : 1))[4];
    expect(testOf(history, splitLastOut(history, 0))).toEqual([`1:${last}`]);
  });
});

describe('splitTenths', () => {
  it('gives a tenth each to validation and test, one item where a tenth would be none', () => {
    // 10: 8 1 1. 25: a tenth is 2.5, cut to 2. 5: a tenth is 0.5, raised to 1. 2: the test part alone gets one. 1: nothing to give.
    expect([10, 25, 5, 3, 2, 1].map(tenths)).toEqual([[8, 1, 1], [21, 2, 2], [3, 1, 1], [1, 1, 1], [1, 0, 1], [1, 0, 0]]); // prettier-ignore
  });

  it('deals the items out in hash order and masks the validation part in the test', () => {
    const items = Array.from({ length: 10 }, (_, i) => `${i}`);
    const history = historyFrom(items.map((item) => `1 ${item} 0`));
    const ordered = items.sort((a, b) => (pairHash('1', a) < pairHash('1', b) ? -1 : 1));
    const split = splitTenths(history, 'test');
    expect(testOf(history, split)).toEqual([`1:${ordered[9]}`]);
    expect(split.masked.map(({ item }) => history.items[item])).toEqual([ordered[8]]);
    expect(testOf(history, splitTenths(history, 'valid'))).toEqual([`1:${ordered[8]}`]);
  });

  it('never learns from a pair that is held back', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom('valid' as const, 'test' as const), (seed, part) => {
        const history = randomHistory(seededRandom(seed));
        const split = splitTenths(history, part);
        const held = new Set(testOf(history, split));
        expect(pairsOf(history, split.fit).some((pair) => held.has(pair))).toBe(false);
      }),
      { numRuns: 30 },
    );
  });
});
