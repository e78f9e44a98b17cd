import { AppError } from '../../core/errors.js';
import { type ReportRange, type WholeValue } from '../../ports/report-store.js';

/** Pages that are remembered. */
const REMEMBERED = 20_000;

export interface ServingTimes {
  /** The same function, with its time and what became of it noted. */
  timed: <Input, Answer>(serve: (input: Input) => Promise<Answer>) => (input: Input) => Promise<Answer>;
  /** Times and faults of the pages remembered that were asked for in a span of time, epoch ms. */
  values(range: Pick<ReportRange, 'from' | 'to'>): WholeValue[];
}

const isOurs = (error: unknown): boolean => !(error instanceof AppError) || error.code === 'UNAVAILABLE';

/** How long the latest pages of this process took, and how many failed. What is remembered is bounded, and gone with the process. */
export function createServingTimes({ clock, stopwatch }: { clock: () => number; stopwatch: () => number }): ServingTimes {
  const [at, ms] = [new Float64Array(REMEMBERED), new Float64Array(REMEMBERED)];
  const failed = new Uint8Array(REMEMBERED);
  let noted = 0;
  const note = (started: number, isFault: boolean): void => {
    const place = noted++ % REMEMBERED;
    at[place] = clock();
    ms[place] = stopwatch() - started;
    failed[place] = Number(isFault);
  };
  return {
    timed: (serve) => async (input) => {
      const started = stopwatch();
      try {
        const answer = await serve(input);
        note(started, false);
        return answer;
      } catch (error) {
        if (isOurs(error)) note(started, true);
        throw error;
      }
    },
    values({ from, to }) {
      const times: number[] = [];
      let faults = 0;
      for (let i = 0; i < Math.min(noted, REMEMBERED); i++) {
        if (at[i] < from || at[i] >= to) continue;
        if (failed[i]) faults++;
        else times.push(ms[i]);
      }
      times.sort((a, b) => a - b);
      const quantile = (share: number): number | null => (times.length === 0 ? null : times[Math.ceil(share * times.length) - 1]);
      const all = times.length + faults;
      return [
        { group: null, metric: 'LATENCY_P50', value: quantile(0.5), sample: times.length },
        { group: null, metric: 'LATENCY_P99', value: quantile(0.99), sample: times.length },
        { group: null, metric: 'ERROR_RATE', value: all === 0 ? null : faults / all, sample: all },
      ];
    },
  };
}
