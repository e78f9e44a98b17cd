/** A turn of the loop that took longer counts as one step: what it did was our own work, and the answer may have lain there for long. */
export const STEP_MS = 30;

/** Somebody who waits for the outside. */
interface Waiting {
  since: number;
  giveUp: (error: Error) => void;
}

/** Waits for answers of the outside, measured in turns of the loop in which they could have been read, so that a busy process does not take its own work for silence. */
export interface Patience {
  /** @throws Error that `late` makes when the promise takes longer; an answer that waits to be read at that moment still counts */
  wait<T>(ms: number, promise: Promise<T>): Promise<T>;
  /** Let all go who wait, with an error. */
  release(error: Error): void;
  /** Steps that were made while somebody waited, of 30 ms or more. */
  steps(): number;
}

/**
 * @param late what those get who waited in vain
 * @param onStep told in every step how long the one waited that waits the longest, ms
 */
export function createPatience({ late, onStep }: { late: () => Error; onStep?: (longestMs: number) => void }): Patience {
  const waiting = new Set<Waiting & { until: number }>();
  let steps = 0;
  let timer: NodeJS.Timeout | null = null;

  const step = (): void => {
    timer = waiting.size === 0 ? null : setTimeout(step, STEP_MS).unref();
    steps++;
    const [first] = waiting;
    if (!first) return;
    // What is there to be read is read before the next turn.
    for (const one of waiting) if (steps >= one.until) setImmediate(() => one.giveUp(late()));
    onStep?.((steps - first.since) * STEP_MS);
  };
  return {
    wait: (ms, promise) =>
      new Promise((resolve, reject) => {
        const one = {
          since: steps,
          until: steps + Math.ceil(ms / STEP_MS) + 1,
          giveUp: (error: Error) => (waiting.delete(one), reject(error)),
        };
        waiting.add(one);
        timer ??= setTimeout(step, STEP_MS).unref();
        promise.then(resolve, reject).finally(() => waiting.delete(one));
      }),
    release(error) {
      for (const one of waiting) one.giveUp(error);
    },
    steps: () => steps,
  };
}
