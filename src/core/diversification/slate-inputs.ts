import { type MixOwed } from '../candidates/mix-owed.js';
import { type WideningPlan } from '../candidates/widening-plan.js';
import { type PageKind } from '../outcome.js';
import { type ReceiptLevel } from '../settings.js';
import { type SlateColumns } from './slate-rules.js';

/** What tells which share an item counts towards: columns of equal length. */
export interface MixFacts {
  /** Epoch ms. */
  createdAt: Float64Array;
  /** Exposures of the item's creator in 30 days; NaN where it has none. */
  creatorShown: Float64Array;
  /** Place among the styles plus one, 0 for none. */
  style: Uint8Array;
}

/** All else that the mix of a page is decided by, as plain data. */
export interface MixInputs {
  /** Exposures of the median creator in 30 days; NaN while they are not counted. */
  medianShown: number;
  owed: MixOwed;
  /** [styles] how often the user turned to each of late; null where that is not known. */
  styles: Float64Array | null;
}

/** What is known of things that are placed, or stand in front of them: columns of equal length. */
export interface SlateFacts extends SlateColumns, Partial<MixFacts> {
  /** [n * MAX_DEPTH] categories from broad to narrow, then zeros. */
  paths: Int32Array;
}

/** What tells who is new and how often it was tried: columns of equal length, a row per candidate. */
export interface TrialFacts {
  /** Epoch ms, of the items and of their brands; the latter -Infinity where there is none. */
  createdAt: Float64Array;
  brandSince: Float64Array;
  shown: Readonly<Record<ReceiptLevel, Uint32Array>>;
  clicks: Uint32Array;
  meanRate: Readonly<Record<ReceiptLevel, number>>;
}

/**
 * Everything that candidates in the order of their scores are placed by, but for the scores and the settings: what was known when the page was made, as plain
 * data. Placement reads nothing else, and what is added here is logged with pools, so that a page can be placed again as it was, or by other settings. Only
 * numbers, text, typed arrays and plain objects of these may be added, and what is added later has to be optional: older pools lack it.
 */
export interface SlateInputs {
  kind: PageKind;
  /** How many to place. */
  first: number;
  /** How many earlier pages of the feed placed. */
  placedBefore: number;
  /** What the caller of a ranking asked for; everything on other pages. */
  policy: { caps: boolean; diversity: boolean; exploration: boolean };
  /** Epoch ms. */
  now: number;
  /** Of the candidates, best first. */
  columns: SlateFacts;
  /** Of what stands in front of the page, in order: as much as the widest window may look at. */
  before: SlateFacts;
  /** What the user's taste may be read for: categories liked, with how much; null where nothing is known or may be used. */
  liked: { categories: Int32Array; strengths: Float64Array } | null;
  /** What shares are decided by; left out where none is asked for and the pool is not kept. */
  mix?: MixInputs;
  /** Chance may have a part: what is known of the user may be used. */
  isKnown: boolean;
  /** Null where nothing is left to chance and the pool is not kept. */
  trials: TrialFacts | null;
  /** Seeds the chance of this page. */
  chance: number;
  /** What the loop out of the cocoon wants, and (1) which candidates only its source named, null for none; left out where it wants nothing. */
  widening?: { plan: WideningPlan; isOnly: Uint8Array | null };
  /** What lateness took: soft variety, and the search for rules to give up, from this attempt on; null where nothing. */
  late: { variety: boolean; attempt: number | null };
}
