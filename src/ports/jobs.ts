/** How often an entry of a queue is tried: after the first failure again in `backoffMs`, then in twice that, and so on. */
export interface Retries {
  attempts: number;
  backoffMs: number;
}

/** One try at an entry of a queue. */
export interface QueueTry {
  id: string;
  /** From 1. */
  attempt: number;
  /** Whether there is no other after this one. */
  isLast: boolean;
}

/** An entry that is not tried any more. */
export interface DeadLetter {
  id: string;
  reason: string;
  /** Epoch ms. */
  at: number;
}

/**
 * Work beside requests. Guarantees: at least once; a handler runs on one process at a time per name; one that throws is logged, counted, and run again at
 * its next time. Handlers must therefore be safe to repeat.
 *
 * A queue holds ids of what is kept elsewhere, so that nothing of it has to be found and removed when that is. Guarantees: an entry is on disk when
 * `enqueue` resolves and outlives every process; it is tried until a try succeeds or there is none left, at least once, by one process at a time. What
 * was tried in vain is kept as a dead letter, the latest 10,000 of a queue.
 */
export interface Jobs {
  /** Run a handler at an interval; the first time one interval from now. */
  every(name: string, intervalMs: number, handler: () => Promise<void>): Promise<void>;
  /** Run it soon, whatever its interval. */
  trigger(name: string): Promise<void>;
  /** Work off a queue, four entries at a time. A try that throws is made again; one that resolves to `giveUp` is the last. Call it once a name. */
  work(queue: string, retries: Retries, handler: (one: QueueTry) => Promise<{ giveUp: string } | void>): Promise<void>;
  /** Put ids of 1 to 128 letters, digits and hyphens at the end of a queue that this process works off. One that waits, is tried or is dead is left where it is. */
  enqueue(queue: string, ids: readonly string[]): Promise<void>;
  /** How many dead letters a queue has, and the latest of them. */
  deadLetters(queue: string, first: number): Promise<{ total: number; latest: DeadLetter[] }>;
}
