/**
 * Work that reads whole logs, done where no request waits for it. Guarantees: one run at a time; what it publishes goes through the stores, so that a run
 * that is cut off leaves what was there before.
 */
export interface HeavyWork {
  /** Do the jobs of these names, in this order. @throws Error when the run was cut off, or one of them failed */
  run(names: readonly string[]): Promise<void>;
  /** Cut off the run under way. */
  close(): Promise<void>;
}
