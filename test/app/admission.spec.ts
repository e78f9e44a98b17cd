import { createAdmission } from '../../src/app/admission.js';

/** Work that ends when it is told to. */
function openWork() {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { work: () => done, end };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('admission', () => {
  it('refuses with a time to try again when no slot comes free in time, and takes the next when one did', async () => {
    const { run } = createAdmission(1, 20);
    const first = openWork();
    const running = run('user', first.work);
    await expect(run('user', () => Promise.resolve(1))).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 1 });
    const waiting = run('user', () => Promise.resolve(2));
    first.end();
    expect(await waiting).toBe(2);
    await running;
  });

  it('gives a slot back when the work fails', async () => {
    const { run } = createAdmission(1, 20);
    await expect(run('user', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await run('user', () => Promise.resolve(1))).toBe(1);
  });

  it('lets go of the less urgent first: of 20 slots they may have 10, 14 and 17', async () => {
    const { run } = createAdmission(20, 10);
    const [work, ends] = [[] as Promise<void>[], [] as (() => void)[]];
    const counts: (() => number)[] = [];
    for (const urgency of ['aside', 'further', 'anonymous', 'user'] as const) {
      let begun = 0;
      for (let i = 0; i < 30; i++) {
        const one = openWork();
        ends.push(one.end);
        work.push(run(urgency, () => (begun++, one.work())).catch(() => undefined));
      }
      counts.push(() => begun);
      await pause(30);
    }
    expect(counts.map((begun) => begun())).toEqual([10, 4, 3, 3]);
    for (const end of ends) end();
    await Promise.all(work);
  });

  it('gives the next slot to the most urgent that waits, and of equals to the one that waited longest', async () => {
    const { run } = createAdmission(1, 1_000);
    const first = openWork();
    const order: string[] = [];
    const running = run('user', first.work);
    const later = (['aside', 'user', 'anonymous', 'user'] as const).map((urgency, i) =>
      run(urgency, () => Promise.resolve(void order.push(`${urgency} ${i}`))),
    );
    first.end();
    await Promise.all([running, ...later]);
    expect(order).toEqual(['user 1', 'user 3', 'anonymous 2', 'aside 0']);
  });
});
