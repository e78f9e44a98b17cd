import { createPostgresPrivacyLedger } from '../../src/adapters/postgres/privacy-ledger.js';
import { createPrivateReports } from '../../src/app/evidence/private-reports.js';
import { NO_FACTS } from '../../src/core/evaluation/experiments/user-facts.js';
import { seededRandom } from '../../src/core/random.js';
import { type GroupedFacts, type ReportRange } from '../../src/ports/report-store.js';
import { openTestDatabase, type OpenTestDatabase } from '../adapters/postgres-logs.js';

const SPAN = { from: '2026-11-01T00:00:00Z', to: '2026-11-08T00:00:00Z' };

describe('private reports', () => {
  let database: OpenTestDatabase;
  let asked: ReportRange[];
  beforeEach(async () => {
    asked = [];
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  const factsOf = (users: number, group: string | null, clicks: number): GroupedFacts[] =>
    Array.from({ length: users }, (_, i) => ({ group, userId: `${group}-${i}`, facts: { ...NO_FACTS, clicks } }));
  const open = (facts: GroupedFacts[], seed = 1) =>
    createPrivateReports({
      reportStore: {
        async *facts(range) {
          asked.push(range);
          for (const fact of facts) yield await Promise.resolve([fact]);
        },
      },
      privacyLedger: createPostgresPrivacyLedger(database.pool, { epsilonMilli: 2_000, delta: 1e-5 }),
      clock: () => 1,
      chance: seededRandom(seed),
    });
  const question = { recipient: 'lab', epsilon: 1, fact: 'clicks', bound: 5, dimension: 'CATEGORY', ...SPAN };

  it('publish groups of enough users, with noise, and take from the budget', async () => {
    const { privateReport } = open([...factsOf(500, 'tea', 2), ...factsOf(400, 'boots', 9), ...factsOf(3, 'rare', 1)]);
    const answer = await privateReport(question, 'ann');
    expect(answer.cells.map(({ group }) => group)).toEqual(['boots', 'tea']);
    const [boots, tea] = answer.cells;
    // Clicks are cut at 5; noise of three groups at half of epsilon: deviation 8.5 on users, 42 on sums.
    expect(answer.usersDeviation).toBeCloseTo(8.47, 1);
    expect(answer.sumDeviation).toBeCloseTo(42.4, 0);
    expect(Math.abs(boots.mean! - 5)).toBeLessThan(0.6);
    expect(Math.abs(tea.mean! - 2)).toBeLessThan(0.6);
    expect(answer.budget).toEqual({ recipient: 'lab', epsilon: 2, delta: 1e-5, spentEpsilon: 1, spentDelta: 1e-6 });
    expect(asked).toEqual([
      { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 8), surface: null, segment: null, dimension: 'CATEGORY' },
    ]);
  });

  it('read nothing when the budget is spent, and say what is left', async () => {
    const { privateReport, privacyBudget, setPrivacyBudget } = open(factsOf(100, null, 1));
    await privateReport({ ...question, epsilon: 1.5, dimension: 'NONE' }, 'ann');
    await expect(privateReport(question, 'ann')).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('costs epsilon 1, and "lab" has 0.5 of 2 left') as string,
    });
    expect(asked).toHaveLength(1);
    await setPrivacyBudget({ recipient: 'lab', epsilon: 3, delta: 1e-5, reason: 'a study' }, 'bob');
    expect(await privacyBudget('lab')).toMatchObject({ epsilon: 3, spentEpsilon: 1.5 });
    await expect(privateReport(question, 'ann')).resolves.toBeDefined();
  });

  it('draw other noise each time, and count users alone where nothing is summed', async () => {
    const facts = factsOf(100, null, 1);
    const counts = [];
    for (const seed of [1, 2, 3, 4]) {
      const { cells, sumDeviation } = await open(facts, seed).privateReport({ recipient: `r${seed}`, epsilon: 0.5, ...SPAN }, 'ann');
      expect(sumDeviation).toBeNull();
      counts.push(cells[0].users);
    }
    expect(new Set(counts).size).toBeGreaterThan(1);
  });

  it('name every fault of a question, and charge nothing for it', async () => {
    const { privateReport, privacyBudget } = open([]);
    const wrong = { epsilon: 11, delta: 1, fact: 'cocoonSum', dimension: 'SEGMENT', from: SPAN.to, to: SPAN.from };
    await expect(privateReport(wrong, 'ann')).rejects.toMatchObject({
      faults: ['recipient', 'epsilon', 'delta', 'fact', 'dimension', 'from'].map((path) => expect.objectContaining({ path }) as object),
    });
    await expect(privateReport({ recipient: 'lab', epsilon: 1, fact: 'revenue', ...SPAN }, 'ann')).rejects.toMatchObject({
      faults: [{ path: 'bound' }],
    });
    expect((await privacyBudget('lab')).spentEpsilon).toBe(0);
  });
});
