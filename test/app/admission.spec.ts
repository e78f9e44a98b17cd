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

  it('refuses at once when those that wait already will take longer than anybody waits, and is full then', async () => {
    let now = 0;
    const { run, isFull } = createAdmission(1, 50, () => now);
    const running: { end: () => void; done: Promise<unknown> }[] = [];
    const begin = (): void => {
      const one = openWork();
      running.push({ end: one.end, done: run('user', one.work).catch(() => undefined) });
    };
    const endOne = async (): Promise<void> => {
      const { end, done } = running.shift()!;
      end();
      await done;
    };
    begin();
    begin();
    // A slot every 20 ms: the mean is 20 * (1 - 0.9^30), 19.2 ms, so that two may wait, the third for 57.5 ms.
    for (let i = 0; i < 30; i++) {
      begin();
      now += 20;
      await endOne();
    }
    expect(isFull()).toBe(false); // one is at work, one waits
    begin();
    expect(isFull()).toBe(true);
    const asked = performance.now();
    await expect(run('user', () => Promise.resolve())).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterSeconds: 1 });
    expect(performance.now() - asked).toBeLessThan(25);
    await endOne();
    expect(isFull()).toBe(false);
    for (const { end } of running) end();
    await Promise.all(running.map(({ done }) => done));
  });
});
