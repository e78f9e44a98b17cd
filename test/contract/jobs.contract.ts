import { type Jobs } from '../../src/ports/jobs.js';
import { eventually } from '../support/eventually.js';

export interface JobsUnderTest {
  /** Opens the queue as another process would. */
  open: () => Promise<Jobs & { close(): Promise<void> }>;
  /** Cut all connections of the queue. */
  cut: () => Promise<void>;
  log: { lines: string[] };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What every job queue has to do. Each test has names of its own, since the queue outlives it. */
export function jobsContract(name: string, under: JobsUnderTest): void {
  describe(`jobs: ${name}`, () => {
    const opened: { close(): Promise<void> }[] = [];
    const open = async () => {
      const jobs = await under.open();
      opened.push(jobs);
      return jobs;
    };
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
    });

    it('runs a handler at its interval, the first time one interval from now', async () => {
      const jobs = await open();
      const ranAt: number[] = [];
      const from = Date.now();
      await jobs.every('often', 300, () => Promise.resolve(void ranAt.push(Date.now() - from)));
      await eventually(() => expect(ranAt.length).toBeGreaterThanOrEqual(3), 10_000);
      expect(ranAt[0]).toBeGreaterThanOrEqual(299);
    });

    it('runs a handler soon when it is triggered, once for all triggers that wait', async () => {
      const jobs = await open();
      let runs = 0;
      await jobs.every('seldom', 3_600_000, () => Promise.resolve(void runs++));
      await jobs.trigger('seldom');
      await eventually(() => expect(runs).toBe(1));

      let release = () => undefined as void;
      const held = new Promise<void>((resolve) => (release = resolve));
      await jobs.every('seldom', 3_600_000, async () => {
        runs++;
        await held;
      });
      await jobs.trigger('seldom');
      await eventually(() => expect(runs).toBe(2));
      for (let i = 0; i < 5; i++) await jobs.trigger('seldom'); // what they tell of may have come too late for the run that is under way
      release();
      await eventually(() => expect(runs).toBe(3));
      await wait(300);
      expect(runs).toBe(3);
    });

    it('runs a handler that failed again at its next time, and says that it failed', async () => {
      const jobs = await open();
      let runs = 0;
      await jobs.every('failing', 200, () => (++runs < 3 ? Promise.reject(new Error('not this time')) : Promise.resolve()));
      await eventually(() => expect(runs).toBeGreaterThanOrEqual(4), 10_000);
      expect(under.log.lines.filter((line) => line === 'error: a job failed; it runs again at its next time')).toHaveLength(2);
    });

    it('runs a name on one process at a time and others beside it', async () => {
      const [one, two] = [await open(), await open()];
      let running = 0;
      let most = 0;
      let runs = 0;
      let besides = 0;
      const alone = async () => {
        most = Math.max(most, ++running);
        await wait(150);
        running--;
        runs++;
      };
      for (const jobs of [one, two]) {
        await jobs.every('alone', 100, alone);
        await jobs.every('beside', 3_600_000, () => Promise.resolve(void besides++));
      }
      for (let i = 0; i < 4; i++) await Promise.all([one.trigger('alone'), two.trigger('alone'), wait(100)]);
      await one.trigger('beside');
      await eventually(() => expect(besides).toBe(1));
      await eventually(() => expect(runs).toBeGreaterThanOrEqual(4), 10_000);
      expect(most).toBe(1);
    });

    it('replaces the earlier schedule of a name', async () => {
      const jobs = await open();
      const runs = [0, 0];
      await jobs.every('replaced', 100, () => Promise.resolve(void runs[0]++));
      await eventually(() => expect(runs[0]).toBeGreaterThan(0));
      await jobs.every('replaced', 3_600_000, () => Promise.resolve(void runs[1]++));
      await wait(250); // one that was due may still come
      const [before, after] = runs;
      await wait(400);
      expect(runs).toEqual([before, after]);
    });

    it('goes on after a lost connection', async () => {
      const jobs = await open();
      let runs = 0;
      await jobs.every('lasting', 200, () => Promise.resolve(void runs++));
      await eventually(() => expect(runs).toBeGreaterThan(0));
      await under.cut();
      const before = runs;
      await eventually(() => expect(runs).toBeGreaterThan(before + 1), 10_000);
      await jobs.trigger('lasting');
    });

    it('waits for a handler that runs before it closes', async () => {
      const jobs = await under.open();
      let ended = false;
      let begun = false;
      await jobs.every('long', 3_600_000, async () => {
        begun = true;
        await wait(300);
        ended = true;
      });
      await jobs.trigger('long');
      await eventually(() => expect(begun).toBe(true));
      await jobs.close();
      expect(ended).toBe(true);
    });

    it('keeps a trigger for a process that comes later', async () => {
      const first = await under.open();
      await first.trigger('later');
      await first.close();
      const second = await open();
      let runs = 0;
      await second.every('earlier', 3_600_000, () => Promise.resolve());
      await wait(500); // the job is seen before its handler is named
      await second.every('later', 3_600_000, () => Promise.resolve(void runs++));
      await eventually(() => expect(runs).toBe(1), 10_000);
    });

    it('tries an entry of a queue until it succeeds, with longer and longer pauses, and then forgets it', async () => {
      const jobs = await open();
      const tries: { attempt: number; at: number }[] = [];
      await jobs.work('stubborn', { attempts: 5, backoffMs: 200 }, async ({ attempt }) => {
        tries.push({ attempt, at: Date.now() });
        if (attempt < 3) await Promise.reject(new Error('not yet'));
      });
      await jobs.enqueue('stubborn', ['entry-1', 'entry-1']);
      await eventually(() => expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]), 10_000);
      // 200 ms and 400 ms, a fifth of them up to chance.
      expect(tries[1].at - tries[0].at).toBeGreaterThanOrEqual(150);
      expect(tries[2].at - tries[1].at).toBeGreaterThanOrEqual(310);
      await wait(300);
      expect([tries.length, await jobs.deadLetters('stubborn', 10)]).toEqual([3, { total: 0, latest: [] }]);
    });

    it('keeps what was tried in vain, and what was given up, with the reason', async () => {
      const jobs = await open();
      const tries: string[] = [];
      await jobs.work('hopeless', { attempts: 2, backoffMs: 50 }, ({ id, attempt, isLast }) => {
        tries.push(`${id} ${attempt} ${isLast}`);
        return id === 'gone' ? Promise.resolve({ giveUp: 'nobody is there' }) : Promise.reject(new Error('it broke'));
      });
      await jobs.enqueue('hopeless', ['broken', 'gone']);
      await eventually(async () => expect((await jobs.deadLetters('hopeless', 10)).total).toBe(2), 10_000);
      expect([...tries].sort()).toEqual(['broken 1 false', 'broken 2 true', 'gone 1 false']);
      const { latest } = await jobs.deadLetters('hopeless', 10);
      expect(new Map(latest.map(({ id, reason }) => [id, reason]))).toEqual(new Map([['broken', 'it broke'], ['gone', 'nobody is there']])); // prettier-ignore
      expect(latest.every(({ at }) => Math.abs(Date.now() - at) < 60_000)).toBe(true);
      await jobs.enqueue('hopeless', ['gone']);
      await wait(300);
      expect([tries.length, (await jobs.deadLetters('hopeless', 1)).latest.length]).toEqual([3, 1]);
    });

    it('keeps the entries of a queue for a process that comes later', async () => {
      const first = await under.open();
      const tried: string[] = [];
      const failing = ({ id }: { id: string }) => (tried.push(id), Promise.reject(new Error('too early')));
      await first.work('patient', { attempts: 3, backoffMs: 500 }, failing);
      await first.enqueue('patient', ['one', 'two']);
      await eventually(() => expect(tried).toHaveLength(2));
      await first.close();
      const second = await open();
      const done: string[] = [];
      await second.work('patient', { attempts: 3, backoffMs: 500 }, ({ id }) => Promise.resolve(void done.push(id)));
      await eventually(() => expect([...done].sort()).toEqual(['one', 'two']), 10_000);
    });

    it('works off a queue while long jobs run, an entry on one process alone, and after a lost connection', async () => {
      const [one, two] = [await open(), await open()];
      let release = () => undefined as void;
      const held = new Promise<void>((resolve) => (release = resolve));
      for (const name of ['long-1', 'long-2', 'long-3']) await one.every(name, 3_600_000, () => held);
      for (const name of ['long-1', 'long-2', 'long-3']) await one.trigger(name);
      const done: string[] = [];
      for (const jobs of [one, two])
        await jobs.work('quick', { attempts: 3, backoffMs: 100 }, ({ id }) => Promise.resolve(void done.push(id)));
      const ids = Array.from({ length: 20 }, (_, i) => `quick-${i}`);
      await one.enqueue('quick', ids);
      await eventually(() => expect([...done].sort()).toEqual([...ids].sort()), 10_000);
      release();
      await under.cut();
      await eventually(() => two.enqueue('quick', ['late']), 10_000);
      await eventually(() => expect(done).toContain('late'), 15_000);
    }, 40_000);
  });
}
