import fc from 'fast-check';
import { BoundedCells } from '../../../../src/core/evaluation/private-analysis/bounded-cells.js';
import { noiseOf } from '../../../../src/core/evaluation/private-analysis/mechanism.js';
import { type PrivateQuestion, publishCells } from '../../../../src/core/evaluation/private-analysis/private-report.js';
import { seededRandom } from '../../../../src/core/random.js';

describe('cells with bounded parts', () => {
  it('count a user once in as many groups as he may, with his value cut', () => {
    const cells = new BoundedCells(2, 5, 1);
    for (const group of ['a', 'b', 'c']) cells.add('ann', group, 7);
    cells.add('bob', 'a', 1.25);
    cells.add('cleo', 'a', -3);
    cells.add('dan', 'a', NaN);
    const all = [...cells.cells().values()];
    // ann: 2 groups of 500 hundredths; bob 125; cleo and dan 0.
    expect(all.reduce((sum, { users }) => sum + users, 0)).toBe(5);
    expect(all.reduce((sum, { sum: units }) => sum + units, 0)).toBe(1125);
    expect(cells.change).toBe(500);
  });

  it('change by no more than a user may, whoever comes or goes', () => {
    const entry = fc.record({
      user: fc.constantFrom('a', 'b', 'c', 'd'),
      group: fc.constantFrom('x', 'y', 'z', 'w'),
      value: fc.double({ noNaN: false }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: ({ user, group }) => user + group }),
        fc.integer({ min: 1, max: 3 }),
        (entries, groups) => {
          const of = (chosen: typeof entries) => {
            const cells = new BoundedCells(groups, 10, 9);
            for (const { user, group, value } of chosen) cells.add(user, group, value);
            return cells.cells();
          };
          const [all, without] = [of(entries), of(entries.filter(({ user }) => user !== 'a'))];
          let changed = 0;
          for (const group of ['x', 'y', 'z', 'w']) {
            const [before, after] = [without, all].map((cells) => cells.get(group) ?? { users: 0, sum: 0 });
            if (after.users !== before.users) changed++;
            expect(after.users - before.users).toBeLessThanOrEqual(1);
            expect(after.users - before.users).toBeGreaterThanOrEqual(0);
            expect(Math.abs(after.sum - before.sum)).toBeLessThanOrEqual(1000);
          }
          expect(changed).toBeLessThanOrEqual(groups);
        },
      ),
    );
  });
});

describe('noise', () => {
  const draws = (noise: { draw(): number }): number[] => Array.from({ length: 5_000 }, () => noise.draw());
  const deviation = (values: number[]): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

  it.each(['LAPLACE', 'GAUSSIAN'] as const)('has the deviation that it says, and seldom exceeds what it says (%s)', (mechanism) => {
    const noise = noiseOf(mechanism, { cells: 2, change: 3 }, { epsilonMilli: 1000, delta: 1e-6 }, seededRandom(4));
    const values = draws(noise);
    expect(deviation(values) / noise.deviation).toBeGreaterThan(0.93);
    expect(deviation(values) / noise.deviation).toBeLessThan(1.07);
    const bound = noise.exceeded(0.01);
    // 1 % of 5,000 is 50, five spreads of 7 above that are 85.
    expect(values.filter((value) => value >= bound).length).toBeLessThanOrEqual(85);
  });

  it('is the known one for Laplace: q = e^-0.5, deviation sqrt(2 q) / (1 - q) = 2.799', () => {
    const noise = noiseOf('LAPLACE', { cells: 1, change: 2 }, { epsilonMilli: 1000, delta: 0 }, seededRandom(1));
    expect(noise.deviation).toBeCloseTo(2.799, 3);
    // q^k / (1 + q) <= 1e-6: k = ln(1e-6 * 1.6065) / -0.5 = 26.7
    expect(noise.exceeded(1e-6)).toBe(27);
  });

  it('is what concentrated privacy asks of Gaussian: epsilon 1, delta 1e-6 gives a deviation of 5.35', () => {
    // sqrt(ln 1e6) = 3.7169, sqrt(ln 1e6 + 1) = 3.8491: rho = 0.1322² = 0.01747, 1 / (2 rho) = 28.6
    const noise = noiseOf('GAUSSIAN', { cells: 1, change: 1 }, { epsilonMilli: 1000, delta: 1e-6 }, seededRandom(1));
    expect(noise.deviation ** 2).toBeCloseTo(29, 9);
  });
});

describe('a private report', () => {
  const question: PrivateQuestion = { mechanism: 'LAPLACE', groupsPerUser: 1, withSums: true, cost: { epsilonMilli: 2000, delta: 1e-6 } };
  const cellsOf = (users: number, group: string, value: number, cells = new BoundedCells(1, 5, 1)): BoundedCells => {
    for (let i = 0; i < users; i++) cells.add(`${group}-${i}`, group, value);
    return cells;
  };

  it('comes close to the truth where there are many users', () => {
    const cells = cellsOf(2_000, 'new', 3, cellsOf(1_000, 'old', 1));
    const answer = publishCells(cells, question, seededRandom(2));
    expect(answer.cells.map(({ group }) => group)).toEqual(['new', 'old']);
    // 1 of epsilon for users: deviation 1.36; 1 for sums of at most 5: 7.07.
    expect(answer.usersDeviation).toBeCloseTo(1.357, 2);
    expect(answer.sumDeviation).toBeCloseTo(7.07, 2);
    for (const [i, [users, mean]] of [
      [2_000, 3],
      [1_000, 1],
    ].entries()) {
      // prettier-ignore
      expect(Math.abs(answer.cells[i].users - users)).toBeLessThan(10);
      expect(Math.abs(answer.cells[i].mean! - mean)).toBeLessThan(0.08);
    }
  });

  it('keeps back groups below twenty users, by what the noise says', () => {
    const answer = publishCells(cellsOf(1, 'one', 5, cellsOf(10, 'ten', 1)), question, seededRandom(3));
    expect(answer).toMatchObject({ cells: [], threshold: 20 });
    // The group of one user may show with a chance of delta / 2: 1 + ln(5e-8 * 1.99) / -0.01.
    const strict = { ...question, withSums: false, cost: { epsilonMilli: 10, delta: 1e-7 } };
    expect(publishCells(cellsOf(1, 'one', 5), strict, seededRandom(3)).threshold).toBe(
      1 + Math.ceil(Math.log(5e-8 * (1 + Math.exp(-0.01))) / -0.01),
    );
  });

  it('gives back whole users and hundredths, never a number that tells how it was rounded', () => {
    const cells = cellsOf(100, 'a', 1.005);
    for (const mechanism of ['LAPLACE', 'GAUSSIAN'] as const) {
      const [cell] = publishCells(cells, { ...question, mechanism }, seededRandom(5)).cells;
      expect(Number.isInteger(cell.users)).toBe(true);
      expect(Number.isInteger(Math.round(cell.sum! * 1e6) / 1e4)).toBe(true);
    }
  });

  it('says nothing of sums where they are not asked for', () => {
    const answer = publishCells(cellsOf(100, 'a', 1), { ...question, withSums: false }, seededRandom(6));
    expect(answer).toMatchObject({ sumDeviation: null, cells: [{ sum: null, mean: null }] });
  });
});
