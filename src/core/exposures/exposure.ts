import { type CandidateSource } from '../candidates/sources.js';
import { type LedgerPosition } from '../events/event.js';
import { type PageWidening } from '../tags/cocoon/widening.js';
import { type Degradation, type LoggedKind, type Scorer, type SlateRule } from '../outcome.js';

export const REASON_CODES = [
  'FRIEND_BOUGHT', 'FRIEND_LIKED', 'FOLLOWED_CREATOR', 'SIMILAR_TO', 'BOUGHT_TOGETHER_WITH', 'LIKES_CATEGORY', 'LIKES_BRAND', 'TRENDING', 'NEW',
  'SOMETHING_DIFFERENT', 'POPULAR', 'EDITORIAL', 'SPONSORED', 'FRIEND_FOLLOWS', 'FOLLOWS_YOU', 'SAME_CIRCLE', 'LIKED_CREATOR', 'INFLUENTIAL',
] as const; // prettier-ignore
export type ReasonCode = (typeof REASON_CODES)[number];

/** Why an item is shown; the text is made at the edge, in the caller's language. */
export interface Reason {
  code: ReasonCode;
  itemId?: string;
  userId?: string;
  tag?: string;
  contribution?: number;
}

/** What is told of others, and of scarcity, beside an item; each part null where nothing may be said. */
export interface SocialProof {
  friendsWhoBought: number | null;
  recentBuyers: number | null;
  stockLeft: number | null;
}

/**
 * One item as it was placed, or one user suggested to follow: the latter is of no item (-1 and no id), and its reasons name the user. Kept for ever in the
 * exposure log, but for what erasure takes.
 */
export interface PlacedItem {
  itemNo: number;
  itemId: string;
  /** From 1, going on over the pages of a feed. */
  position: number;
  score: number;
  /** Rank by score before re-ranking, from 1. */
  rankBefore: number;
  sources: CandidateSource[];
  exploration: boolean;
  promoted: boolean;
  /** Shown to this user in the 30 days before. */
  repeat: boolean;
  propensity: number | null;
  /** Exact terms of the score, by feature. */
  contributions: { name: string; value: number }[];
  reasons: Reason[];
  /** Goods that content was about when it was served; buying one is an outcome of this exposure. */
  productIds: string[];
  /** What was said beside it of others and of scarcity; left out where nothing was. */
  socialProof?: SocialProof;
}

/** An experiment that a page took part in. */
export interface LoggedAssignment {
  experiment: string;
  variant: string;
  /** Of the experiment, from 1. */
  phase: number;
  /** A tester's: counted nowhere. */
  forced: boolean;
  /** The variant made, or could have made, a difference to this page. */
  triggered: boolean;
  /** Of an interleaved page: the ranking, 0 or 1, that placed each of its items, a character an item. */
  teams?: string;
}

/** One page as it was served: the unit of the exposure log and of its hash chain. */
export interface Page {
  /** UUIDv7, the same for all pages of one feed; its time names the log's day partition of the first page. */
  feedId: string;
  /** From 0. */
  pageNo: number;
  kind: LoggedKind;
  userId: string | null;
  sessionId: string | null;
  surface: string;
  /** The caller's page, over which no item is shown twice. */
  pageId: string | null;
  servedAt: number;
  scorer: Scorer;
  modelVersion: string | null;
  configVersion: number;
  assignments: LoggedAssignment[];
  degraded: Degradation[];
  relaxed: SlateRule[];
  /** What the loop out of the cocoon did; left out where it had nothing to do. */
  widening?: PageWidening;
  /** Candidates after filters. */
  poolSize: number;
  /** The caller fixed the categories (filter, rank, related), so the page says nothing of the cocoon. */
  fixedByCaller: boolean;
  /** Names of the feature columns, as `user.activity@1`. */
  featureNames: readonly string[];
  /** [placed * featureNames] row-major: the features as used. */
  features: Float32Array;
  placed: PlacedItem[];
}

/** A page with its place in the log. */
export interface LoggedPage extends Page, LedgerPosition {
  receivedAt: number;
  /** Hex sha256: covers this page and the one before it of the same writer and day. */
  hash: string;
}

/** `feedId.position`: names the partition, so that a look-up reads one. */
export const exposureId = (feedId: string, position: number): string => `${feedId}.${position}`;

const EXPOSURE_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\.([1-9][0-9]{0,5})$/;

/** The parts of an exposure id, or null for text that is none. */
export function parseExposureId(id: string): { feedId: string; position: number } | null {
  const match = EXPOSURE_ID.exec(id);
  return match && { feedId: match[1], position: Number(match[2]) };
}

/** When a UUIDv7 was made, in epoch ms. */
export const uuidTime = (uuid: string): number => parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
