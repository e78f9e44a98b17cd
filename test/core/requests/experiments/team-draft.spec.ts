import fc from 'fast-check';
import { seededRandom } from '../../../../src/core/random.js';
import { teamDraft } from '../../../../src/core/requests/experiments/team-draft.js';

/** Every list with its teams, by how often it comes out in 4,000 drafts. */
function outcomes(first: number[], second: number[], positions: number): Map<string, number> {
  const random = seededRandom(3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 4_000; i++) {
    const { items, teams } = teamDraft(first, second, positions, random);
    const name = items.map((item, place) => `${item}${'AB'[teams[place]]}`).join(' ');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function expectEvenly(counts: Map<string, number>, names: string[]): void {
  expect([...counts.keys()].sort()).toEqual([...names].sort());
  // 1,000 each with a standard deviation of 27.
  for (const count of counts.values()) expect(Math.abs(count - 4_000 / names.length)).toBeLessThan(110);
}

describe('the team draft', () => {
  it('has the four outcomes of the rankings 1 2 3 and 2 3 1, equally often', () => {
    expectEvenly(outcomes([1, 2, 3], [2, 3, 1], 3), ['1A 2B 3A', '1A 2B 3B', '2B 1A 3A', '2B 1A 3B']);
  });

  it('has the four outcomes of 1 2 3 4 and 2 4 1 5, equally often', () => {
    expectEvenly(outcomes([1, 2, 3, 4], [2, 4, 1, 5], 4), ['1A 2B 3A 4B', '1A 2B 4B 3A', '2B 1A 3A 4B', '2B 1A 4B 3A']);
  });

  it('has the four outcomes of rankings without a common item', () => {
    expectEvenly(outcomes([1, 2], [3, 4], 3), ['1A 3B 2A', '1A 3B 4B', '3B 1A 2A', '3B 1A 4B']);
  });

  it('leaves the turn of an empty team to the other', () => {
    expect(teamDraft([], [4, 5], 3, seededRandom(1))).toEqual({
      items: [4, 5],
      teams: [1, 1],
      propensities: [1, 1],
      teamPropensities: [0, 0],
    });
  });

  it('knows the chance of each item: a half where a coin decides between two, 1 where both teams want it or it is one team’s turn', () => {
    // Both begin with 7: certain, whoever takes it. Then the other team picks, certain. Then a coin between 8 and 9, whichever are left.
    const { items, propensities, teamPropensities } = teamDraft([7, 8, 9], [7, 6, 5], 4, seededRandom(2));
    expect(items[0]).toBe(7);
    expect(propensities).toEqual([1, 1, 0.5, 1]);
    expect(teamPropensities[0]).toBe(0.5);
    expect(teamPropensities[2]).toBe(0.5);
  });

  it('places every item once, fills the list, and keeps the teams within one of each other while both have items', () => {
    const ranking = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(ranking, ranking, fc.integer({ min: 0, max: 15 }), fc.integer(), (first, second, positions, seed) => {
        const { items, teams } = teamDraft(first, second, positions, seededRandom(seed));
        const all = new Set([...first, ...second]);
        expect(new Set(items).size).toBe(items.length);
        expect(items.length).toBe(Math.min(positions, all.size));
        items.forEach((item, place) => expect((teams[place] === 0 ? first : second).includes(item)).toBe(true));
        const ofFirst = teams.filter((team) => team === 0).length;
        if (first.length >= positions && second.length >= positions) expect(Math.abs(2 * ofFirst - items.length)).toBeLessThanOrEqual(1);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
