/** Event types in the order of their stored numbers; append only. */
export const EVENT_TYPES = [
  'RENDERED', 'IMPRESSION', 'CLICK', 'VIEW', 'DWELL', 'SKIP', 'PLAY_END', 'LIKE', 'UNLIKE', 'SAVE', 'UNSAVE', 'COMMENT', 'SHARE', 'HELPFUL',
  'FOLLOW', 'UNFOLLOW', 'INVITE', 'SEARCH', 'ADD_TO_CART', 'REMOVE_FROM_CART', 'CHECKOUT', 'PURCHASE', 'REFUND', 'REVIEW', 'HIDE', 'UNHIDE',
  'REPORT', 'COST',
] as const; // prettier-ignore
export type EventType = (typeof EVENT_TYPES)[number];

/** The stored number of every type. */
export const EVENT_TYPE_NO = Object.fromEntries(EVENT_TYPES.map((type, no) => [type, no])) as Record<EventType, number>;

export const HIDE_SCOPES = ['ITEM', 'CREATOR', 'BRAND', 'CATEGORY'] as const;
export type HideScope = (typeof HIDE_SCOPES)[number];

/** A checked event. Times are epoch milliseconds. Optional fields are absent, not null, when not given. */
export interface ShopEvent {
  id: string;
  type: EventType;
  userId: string;
  occurredAt: number;
  sessionId?: string;
  itemId?: string;
  targetUserId?: string;
  exposureId?: string;
  surface?: string;
  platform?: string;
  orderId?: string;
  quantity?: number;
  amount?: number;
  currency?: string;
  dwellMs?: number;
  rating?: number;
  sentiment?: number;
  query?: string;
  shareId?: string;
  referrerUserId?: string;
  hideScope?: HideScope;
  campaign?: string;
  deviceHash?: string;
}

/**
 * ATTRIBUTED: an outcome of `exposureId`. UNATTRIBUTED: counts for the user, not for an item's exposure. ORPHAN: claims an exposure of another
 * user or item; kept, counted, left out of everything derived.
 */
export const ATTRIBUTIONS = ['UNATTRIBUTED', 'ATTRIBUTED', 'ORPHAN'] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];

/** Place of an entry in the ledger or the exposure log: unique, and growing for one writer. */
export interface LedgerPosition {
  /** Number of the writing process's chain; a process takes a new one at start, every day, and after a commit whose outcome is unknown. */
  writer: number;
  /** From 1, without gaps within a writer. */
  seq: number;
}

/** An event as the ledger keeps it. `itemNo` is -1 where there is no item. */
export interface LedgerEvent extends ShopEvent, LedgerPosition {
  receivedAt: number;
  itemNo: number;
  attribution: Attribution;
}
