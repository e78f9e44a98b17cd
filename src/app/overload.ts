import { NARROWINGS, nextNarrowing } from '../core/candidates/narrowing.js';

const WINDOW_MS = 2_000;
const LOOK_MS = 500;
const MAX_PAGES = 500;

/** Watches how long pages take, and says how much may be done for each. */
export interface Overload {
  /** Candidates that a page may be chosen from; undefined where nothing has to be saved. */
  maxCandidates(): number | undefined;
  observe(tookMs: number): void;
}

/** @param stopwatch milliseconds that only grow */
export function createOverload(stopwatch: () => number): Overload {
  let latest: { at: number; tookMs: number }[] = [];
  let step = 0;
  let lookedAt = -Infinity;
  return {
    maxCandidates() {
      const now = stopwatch();
      if (now - lookedAt >= LOOK_MS) {
        lookedAt = now;
        latest = latest.filter(({ at }) => at > now - WINDOW_MS).slice(-MAX_PAGES);
        step = nextNarrowing(step, latest.map(({ tookMs }) => tookMs)); // prettier-ignore
      }
      return step === 0 ? undefined : NARROWINGS[step];
    },
    observe(tookMs) {
      if (latest.length < 10 * MAX_PAGES) latest.push({ at: stopwatch(), tookMs });
    },
  };
}
