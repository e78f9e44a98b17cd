/** How much waits, and what could not be read. */
export interface SpoolState {
  bytes: number;
  isFull: boolean;
  /** Damaged segments, and records that were refused, that are kept aside for a person to look at. */
  quarantined: number;
}

/**
 * What was acknowledged while the store that it belongs in is away: a bounded queue on the disk of this machine.
 *
 * Guarantees: a record is on disk when `append` resolves and survives the death of the process, whose successor takes it over; records are handed over in the
 * order in which they were kept, at least once each; one whose checksum does not fit is never handed over, nor deleted.
 */
export interface Spool {
  /** Keep a record: plain data, typed arrays, maps and sets. @throws AppError UNAVAILABLE, with nothing kept, where it is full or the disk does not take it */
  append(record: unknown): Promise<void>;
  /**
   * Hand over what waits, oldest first, in batches. `take` gives back the records of a batch that can never be taken, which are put aside; where it rejects,
   * its segment is handed over again by the next call.
   *
   * @returns how many records were handed over
   */
  drain(take: (records: unknown[]) => Promise<unknown[]>): Promise<number>;
  state(): SpoolState;
  /** Resolves when what was appended is on disk. */
  close(): Promise<void>;
}
