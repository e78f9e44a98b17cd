import { type LoggedPage, type Page } from '../core/exposures/exposure.js';
import { type SampledPool } from '../core/exposures/pool.js';
import { type ChainHead } from '../core/exposures/chain-heads.js';
import { type FoldCursor } from '../core/tags/cursor.js';
import { type ChainFault } from './ledger.js';

/** A retry key: the same key with the same input within two minutes is answered with the answer kept here. */
export interface RequestClaim {
  requestId: string;
  /** Digest of the whole input. */
  inputHash: string;
  /** The answer to give again, as JSON. */
  answer: string;
}

export type RequestReplay = { status: 'unknown' } | { status: 'replay'; answer: string } | { status: 'conflict' };

/** What became of a page; a deferred one is on this machine's disk, and in the log as soon as that can be reached. */
export type PageOutcome = { status: 'appended'; page: LoggedPage } | { status: 'deferred' } | Exclude<RequestReplay, { status: 'unknown' }>;

/** What attribution needs to know of an exposure. */
export interface ExposureFacts {
  exposureId: string;
  userId: string | null;
  itemNo: number;
  productIds: string[];
  servedAt: number;
}

/** One exposure with its page, as `exposure` shows it. */
export interface ExposureEntry {
  page: Omit<LoggedPage, 'placed' | 'features'>;
  placed: LoggedPage['placed'][number];
  /** By name, as used. */
  features: Record<string, number>;
}

/**
 * The record of everything served: append-only, partitioned by UTC day of receipt, hash-chained per (day, writer).
 *
 * Guarantees: a page is committed when `append` resolves, so it survives the death of any process; either a page and its exposures are kept whole or
 * not at all (throws `UNAVAILABLE`). Of two appends with one request id, on any process, exactly one is kept and both get its answer.
 */
export interface ExposureLog {
  /**
   * Keep a page, and with it the pool that it was chosen from where one is given: both or neither. With a claim that is already taken nothing is kept, and
   * the answer tells what to do instead. The hash chain covers the page alone.
   */
  append(page: Page, claim?: RequestClaim, pool?: SampledPool): Promise<PageOutcome>;
  /** What is kept for a request id that is younger than two minutes. */
  replay(requestId: string, inputHash: string): Promise<RequestReplay>;
  /** One answer per id, null for an exposure that does not exist. */
  find(exposureIds: string[]): Promise<(ExposureFacts | null)[]>;
  /** Per query the latest exposure of the item to the user in `[from, to]`, as an item or by the content that named it; null for none. */
  findLatest(queries: { userId: string; itemNo: number; itemId: string; from: number; to: number }[]): Promise<(ExposureFacts | null)[]>;
  /** Numbers of the items that a feed placed so far, in order of position. */
  itemsOfFeed(feedId: string): Promise<{ itemNo: number; position: number }[]>;
  /** Numbers of the items that all feeds of a caller's page placed in the last two hours. */
  itemsOfPage(pageId: string): Promise<number[]>;
  /** Pages served to a user that the cursor does not cover and that were served at or after `from`, by (receivedAt, writer, seq); features are left empty. */
  pagesOfUser(userId: string, cursor: FoldCursor, from: number): Promise<LoggedPage[]>;
  /** Those of these users to whom any page was served that is retained. */
  usersWithPages(userIds: readonly string[]): Promise<Set<string>>;
  /** One exposure with all that led to it, or null. */
  entry(exposureId: string): Promise<ExposureEntry | null>;
  /** Recompute every chain of the days given (all when left out), hold it against what was published of it, and name the first bad entry, or null. */
  verify(days?: string[], heads?: readonly ChainHead[]): Promise<ChainFault | null>;
}
