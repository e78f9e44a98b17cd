/**
 * Work beside requests. Guarantees: at least once; a handler runs on one process at a time per name; one that throws is logged, counted, and run again at
 * its next time. Handlers must therefore be safe to repeat.
 */
export interface Jobs {
  /** Run a handler at an interval; the first time one interval from now. */
  every(name: string, intervalMs: number, handler: () => Promise<void>): Promise<void>;
  /** Run it soon, whatever its interval. */
  trigger(name: string): Promise<void>;
}
