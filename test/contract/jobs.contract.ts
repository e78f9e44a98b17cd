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
  });
}
