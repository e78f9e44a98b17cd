import { type LedgerEvent } from '../core/events/event.js';
import { type ChainHead } from '../core/exposures/chain-heads.js';
import { type FoldCursor } from '../core/tags/cursor.js';

/** An event that passed every check, ready to be kept. */
export type IncomingEvent = Omit<LedgerEvent, 'writer' | 'seq'>;

/** What became of one event: kept at its place, or known before by its id. */
export type Appended = { status: 'accepted'; event: LedgerEvent } | { status: 'duplicate' };

/** An entry of a hash chain that does not follow from the one before it. */
export interface ChainFault {
  day: string;
  writer: number;
  /** The first entry that is wrong, missing or out of place. */
  seq: number;
  reason: string;
}

/**
 * The truth about what users did: append-only, partitioned by UTC day of receipt, hash-chained per (day, writer).
 *
 * Guarantees: an accepted event is on disk when `append` resolves (`synchronous_commit=on`) and is never lost by the death of any process; an id is
 * accepted once for as long as it is retained, over partitions and processes; of one call either all new events are kept or none (it throws
 * `UNAVAILABLE`, and a repeat of the call is safe). Calls are gathered into group commits; the order of one call is kept.
 */
export interface Ledger {
  /** One outcome per event, in the order given. An id that occurs twice in a call is accepted at its first place. */
  append(events: IncomingEvent[]): Promise<Appended[]>;
  /** All events of a user that the cursor does not cover, by (receivedAt, writer, seq); orphans too. */
  eventsOfUser(userId: string, cursor: FoldCursor): Promise<LedgerEvent[]>;
  /** Those of these users of whom any event is retained, orphans too. */
  usersWithEvents(userIds: readonly string[]): Promise<Set<string>>;
  /** All events that the cursor does not cover, in batches, by (receivedAt, writer, seq). Memory is bounded by a batch. */
  eventsSince(cursor: FoldCursor): AsyncIterable<LedgerEvent[]>;
  /** Events accepted so far, by all processes and whether or not they are still retained. */
  appended(): Promise<number>;
  /** Attributed outcomes of one exposure, by time. */
  outcomesOf(exposureId: string): Promise<Pick<LedgerEvent, 'type' | 'occurredAt'>[]>;
  /** Recompute every chain of the days given (all when left out), hold it against what was published of it, and name the first bad entry, or null. */
  verify(days?: string[], heads?: readonly ChainHead[]): Promise<ChainFault | null>;
}
