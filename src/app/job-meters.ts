import { type Jobs, type QueueTry } from '../ports/jobs.js';

/** Where it is counted how work beside requests goes. Names of jobs and queues are few, by construction. */
export interface JobMeters {
  ran(job: string, seconds: number, outcome: 'done' | 'failed'): void;
  /** A queue is worked off here, and has no dead letters that were counted. */
  begins(queue: string): void;
  /** An entry of a queue is not tried any more. */
  deadLetter(queue: string): void;
}

/** The same jobs, with every run timed. @param stopwatch milliseconds that only grow */
export function measuredJobs<J extends Jobs>(jobs: J, meters: JobMeters, stopwatch: () => number): J {
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = stopwatch();
    const told = (outcome: 'done' | 'failed') => meters.ran(name, (stopwatch() - started) / 1000, outcome);
    try {
      const result = await work();
      told('done');
      return result;
    } catch (error) {
      told('failed');
      throw error;
    }
  };
  return {
    ...jobs,
    every: (name, intervalMs, handler) => jobs.every(name, intervalMs, () => timed(name, handler)),
    work(queue, retries, handler) {
      meters.begins(queue);
      return jobs.work(queue, retries, async (one: QueueTry) => {
        try {
          const outcome = await timed(queue, () => handler(one));
          if (outcome) meters.deadLetter(queue);
          return outcome;
        } catch (error) {
          if (one.isLast) meters.deadLetter(queue);
          throw error;
        }
      });
    },
  };
}
