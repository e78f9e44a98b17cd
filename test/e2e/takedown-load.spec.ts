import { createTestDatabase } from '../support/postgres.js';
import { isBroken, runTakedown } from '../takedown/trials.js';

describe('what is taken down under load', () => {
  it('is nowhere two seconds after the answer, whatever goes wrong meanwhile, and comes back when that is lifted', async () => {
    const database = await createTestDatabase();
    const faults = ['notices cut', 'notices mute', 'redis away'] as const;
    const plan = {
      seed: 5,
      perSecond: 40,
      watchMs: 1_000,
      trials: [{ fault: 'nothing' as const, times: 4 }, ...faults.map((fault) => ({ fault, times: 2 }))],
    };
    const { trials } = await runTakedown(plan, database.url, () => undefined);
    await database.drop();
    expect(trials.filter(isBroken)).toEqual([]);
    expect(trials).toHaveLength(10);
    for (const { checked } of trials) expect(checked).toBeGreaterThan(20);
  }, 600_000);
});
