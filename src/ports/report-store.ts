import { type MetUser } from '../core/evaluation/experiments/report.js';
import { type UserFacts } from '../core/evaluation/experiments/user-facts.js';

export const REPORT_DIMENSIONS = [
  'NONE', 'DAY', 'SURFACE', 'SEGMENT', 'LIFECYCLE', 'VARIANT', 'MODEL_VERSION', 'CONFIG_VERSION', 'SOURCE', 'CATEGORY', 'ITEM_KIND', 'PLATFORM', 'REGION', 'DEVICE',
] as const; // prettier-ignore
export type ReportDimension = (typeof REPORT_DIMENSIONS)[number];

/** What a report is about. Times are epoch ms, the end excluded. */
export interface ReportRange {
  from: number;
  to: number;
  /** Null is all. */
  surface: string | null;
  /** Only users of this segment; null is all. */
  segment: string | null;
  dimension: ReportDimension;
}

/** What is counted of one user in one group of a report. */
export interface GroupedFacts {
  /** Value of the dimension, as `BEAUTY` of CATEGORY; null without a dimension. */
  group: string | null;
  userId: string;
  facts: UserFacts;
}

/** A metric that is of the service or the catalogue as a whole. */
export interface WholeValue {
  group: string | null;
  metric: string;
  value: number | null;
  /** Pages, acts or items that it was made of. */
  sample: number;
}

/** Users who took a step and all steps before it. */
export interface FunnelCount {
  group: string | null;
  step: 'EXPOSURE' | 'INTERACTION' | 'FOLLOW' | 'ADD_TO_CART' | 'PURCHASE' | 'REPURCHASE';
  users: number;
}

/** A phase of an experiment whose users are counted. Times are epoch ms. */
export interface CountedPhase {
  experiment: string;
  phase: number;
  /** Nothing before this is of the phase. */
  from: number;
  /** Nothing at or after this is counted. */
  to: number;
  /** How far before a user's first exposure the covariate reaches. */
  daysBefore: number;
}

/**
 * What is counted on the exposure log and the ledger. Guarantees: everything that was committed before the call is in; users are persons (what was done
 * under identities that belong to one now counts as his, once); erased users, users without consent to ANALYTICS, and suggestions of whom to follow are
 * left out; orphans count only where a fact names them; memory is bounded by a batch. Equal to `factsOf` of the core on the same entries. Throws
 * `UNAVAILABLE` when the store cannot be reached.
 */
export interface ReportStore {
  /** Facts of every user with a page or an act in the range, a user once per group, in batches by group and user. */
  facts(range: ReportRange): AsyncIterable<GroupedFacts[]>;
  /** Values of metrics that are not of users. */
  whole(range: ReportRange): Promise<WholeValue[]>;
  /** Counts of all steps, group by group. */
  funnel(range: ReportRange): Promise<FunnelCount[]>;
  /**
   * Facts of everyone who followed somebody in the range, from his first follow on for seven days; only those whose days are over. Dimension and segment are
   * not obeyed.
   */
  afterFollow(range: ReportRange): AsyncIterable<GroupedFacts[]>;
  /** Users whom a phase met, with facts from their first exposure to it on and of the days before, in batches. */
  metUsers(phase: CountedPhase): AsyncIterable<MetUser[]>;
  /** Epoch ms until which everything that happened has been received, as far as one can tell. */
  dataCompleteUntil(): Promise<number>;
}
