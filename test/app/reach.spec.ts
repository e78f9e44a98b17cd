import { setTimeout as sleep } from 'node:timers/promises';
import { createReach, type Reach } from '../../src/app/spooling/reach.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';

const never = (): Promise<never> => new Promise(() => undefined);
/** An answer that is there after so many turns of the loop, each of which this process spends on its own work. */
async function afterTurns(turns: number, busyMs: number): Promise<string> {
  for (let i = 0; i < turns; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const until = performance.now() + busyMs;
    while (performance.now() < until);
  }
  return 'answer';
}

describe('the reach of the database', () => {
  let probe: () => Promise<void>;
  let probed: number;
  let reached: number;
  let reach: Reach;
  beforeEach(() => {
    [probed, reached, probe] = [0, 0, () => Promise.resolve()];
    reach = createReach({ probe: () => (probed++, probe()), onReached: () => void reached++, log: keptLog() });
  });
  afterEach(() => reach.close());
  const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: { code: string }) => error.code);

  it('blames no database for the time that this process needs for itself', async () => {
    probe = never;
    const from = performance.now();
    expect(await reach.page(() => afterTurns(5, 300))).toBe('answer');
    expect(performance.now() - from).toBeGreaterThan(1_200);
    expect(reach.isAway()).toBe(false);
  });

  it('lets everybody go at once when a database is silent, and comes back when it answers', async () => {
    probe = never;
    const from = performance.now();
    const event = outcome(reach.event(never));
    await sleep(300);
    expect(await Promise.all([event, outcome(reach.page(never))])).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(performance.now() - from).toBeLessThan(2_500);
    expect(reach.isAway()).toBe(true);
    expect(await outcome(reach.page(() => Promise.resolve(1)))).toBe('UNAVAILABLE');
    reach.close();
  }, 10_000);

  it('is had again as soon as a probe is answered well, and tells those who wait for that', async () => {
    let isThere = false;
    probe = () => (isThere ? Promise.resolve() : Promise.reject(new Error('no connection')));
    expect(await outcome(reach.page(never))).toBe('UNAVAILABLE');
    isThere = true;
    await eventually(() => Promise.resolve(expect(reach.isAway()).toBe(false)), 5_000);
    expect([reached > 0, await reach.page(() => Promise.resolve(1))]).toEqual([true, 1]);
  }, 10_000);

  it('lets one go who waits in vain while others are answered, without asking anew', async () => {
    probe = never;
    const late = outcome(reach.page(never));
    let isOver = false;
    void late.then(() => (isOver = true));
    while (!isOver) expect(await reach.page(() => sleep(20, 'fine'))).toBe('fine');
    expect([await late, reach.isAway(), probed]).toEqual(['UNAVAILABLE', false, 0]);
  }, 10_000);

  it('takes what is known without the database for no word of it', async () => {
    probe = never;
    const late = outcome(reach.event(never));
    const from = performance.now();
    while (!reach.isAway() && performance.now() - from < 2_500) {
      await reach.page(() => Promise.resolve('known')).catch(() => undefined);
      await sleep(20);
    }
    expect([await late, probed]).toEqual(['UNAVAILABLE', 1]);
    expect(performance.now() - from).toBeLessThan(2_500);
  }, 10_000);

  it('leaves a database alone that answers its probe, and nobody else five times in a row', async () => {
    for (let i = 0; i < 5; i++) expect(await outcome(reach.page(never))).toBe('UNAVAILABLE');
    expect(reach.isAway()).toBe(true);
  }, 15_000);
});
