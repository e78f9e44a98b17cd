import { neverKilled, runChaos } from '../chaos/scenario.js';

describe('a deployment whose parts die, go away and stop under load', () => {
  it('keeps every acknowledged event and every exposure that was answered, once, with its chains whole', async () => {
    const run = await runChaos(
      {
        seed: 7,
        perSecond: 50,
        kills: [
          { parts: ['postgres'], times: 1 },
          { parts: ['redis', 'worker'], times: 1 },
          { parts: ['api'], times: 1 },
          { parts: ['inference'], times: 1 },
        ],
        awayMs: 3_000,
        frozenMs: 3_000,
        slowMs: 0,
        fullMs: 0,
      },
      () => undefined,
    );
    const { verdict, phases } = run;
    expect(neverKilled(run)).toEqual([]);
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, invented: 0, broken: [] });
    expect(verdict.acknowledged).toBeGreaterThan(500);
    expect(verdict.exposures).toBeGreaterThan(500);
    const redisAway = phases.find(({ name }) => name === 'redis away')!;
    expect(redisAway.feeds.failed).toBe(0);
  }, 480_000);
});
