import { type Page } from '../core/exposures/exposure.js';
import { type LabelledOutcome } from '../core/exposures/labels.js';
import { type SampledPool } from '../core/exposures/pool.js';

/** Which pages to read. Times are epoch ms. */
export interface ExportRange {
  /** Served at this time or later. */
  from: number;
  /** Served before this time. */
  to: number;
  /** Null is all. */
  surface: string | null;
  /** Received before this time, pages and outcomes. */
  asOf: number;
}

export interface ExportedOutcome extends LabelledOutcome {
  exposureId: string;
}

export interface ExportedPage {
  page: Page;
  /**
   * What is attributed to its exposures, and refunds of the orders bought through them, under the exposure of the purchase; by time, then by place in the
   * ledger.
   */
  outcomes: ExportedOutcome[];
}

export interface ExportedPool extends ExportedPage {
  pool: SampledPool;
}

/**
 * Reading the exposure log and the ledger for training and replay.
 *
 * Guarantees: entries come by (day of receipt, writer, seq); what was received at `asOf` or later is not read, so that one range gives one sequence once
 * all writes received before `asOf` are committed; memory is bounded by a batch, and nothing in the store is held between two batches, however slow the
 * reader is. Left out are pages of nobody in particular and of users who were erased, to which no outcome is ever attributed, and suggestions of whom to
 * follow, which are of no item. Throws `UNAVAILABLE` when the store cannot be reached.
 */
export interface ExposureExports {
  /** Pages with their features and outcomes, in batches. */
  pages(range: ExportRange): AsyncIterable<ExportedPage[]>;
  /** The pages of which the pool was kept, without features of their own, in batches. */
  pools(range: ExportRange): AsyncIterable<ExportedPool[]>;
}
