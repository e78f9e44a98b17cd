import { runRolling, unanswered } from '../rolling/restarts.js';
import { createTestDatabase } from '../support/postgres.js';

describe('two processes behind a balancer, under load', () => {
  it('have their tables changed below them, are restarted in turn, and nothing fails or is lost', async () => {
    const database = await createTestDatabase();
    const run = await runRolling({ seed: 3, perSecond: 10, before: 0, after: 1 }, database.url);
    await database.drop();
    expect([...run.broken]).toEqual([]);
    expect([...unanswered(run)]).toEqual([]);
    expect(run.verdict).toMatchObject({ lost: 0, doubled: 0, invented: 0, broken: [] });
    expect(run.readers.faults).toEqual([]);
    expect(run.readers.moved).toBeGreaterThan(0);
    for (const { stopMs, code } of run.steps.flatMap(({ restarts }) => restarts)) {
      expect(stopMs).toBeLessThan(25_000);
      expect(code).toBe(0);
    }
    expect(run.verdict.acknowledged).toBeGreaterThan(100);
  }, 600_000);
});
