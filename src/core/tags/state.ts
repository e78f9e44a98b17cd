import { EVENT_TYPES, type EventType } from '../events/event.js';
import { type CocoonState, emptyCocoon } from './cocoon/cocoon-state.js';
import { emptyCursor, type FoldCursor } from './cursor.js';
import { type Decayed } from './decayed.js';
import { emptyHabits, type Habits } from './habits.js';
import { emptyWeariness, type Weariness } from './weariness.js';

export { type Decayed } from './decayed.js';

/** Something the user did with an item, newest first in `recent`. */
export interface RecentAct {
  itemNo: number;
  type: EventType;
  occurredAt: number;
}

/** What the user owns of one item. */
export interface Owned {
  /** Bought minus refunded; 0 or less lifts the hold. */
  quantity: number;
  /** When it was last bought, or where only a review tells of it, reviewed; 0 for neither. */
  lastBoughtAt: number;
}

/** What it takes to fold further events of an item that was refunded or reviewed, in any order. Times are 0 for never. */
export interface Ownership {
  bought: number;
  boughtAt: number;
  refunded: number;
  refundedAt: number;
  reviewedAt: number;
}

/** Units of one order that were bought and not refunded, and when its first line was bought (0 while only a refund is known). */
export interface OrderTally {
  units: number;
  at: number;
}

export const AFFINITY_FAMILIES = ['category', 'brand', 'creator', 'priceBand'] as const;
export type AffinityFamily = (typeof AFFINITY_FAMILIES)[number];

export const HIDDEN_KINDS = ['category', 'brand', 'creator'] as const;
export type HiddenKind = (typeof HIDDEN_KINDS)[number];

/** How much of each a state holds at most. */
export const BOUNDS = {
  affinity: 64,
  recent: 50,
  hiddenNames: 256,
  ties: 500,
  followActs: 1000,
  shown: 400,
  orderTallies: 16,
  boughtOn: 8,
} as const;

/**
 * Everything the service knows of one user while serving, derived from the ledger and the exposure log. Names and items are numbers of the
 * vocabularies and of the catalogue. Bounded, but for `purchases` and `hiddenItems`, which are exact.
 */
export interface UserState {
  /** Which events are folded. */
  events: FoldCursor;
  /** Which served pages are folded into `shown`. */
  pages: FoldCursor;
  /** Latest `occurredAt` of what the user did; 0 for nobody yet. */
  updatedAt: number;
  /** The earliest one; 0 for nobody yet. */
  firstSeenAt: number;
  eventCount: number;
  /** How many events of each type, by the number of the type. */
  counts: Uint32Array;
  /** Strength per name, below 0 for what is refused; at most 64 a family, cut back to the strongest 48 when full. Price bands are those of `priceBand`. */
  affinity: Record<AffinityFamily, Map<number, Decayed>>;
  /** At most 50, newest first; equal times by type, then item. What was only drawn, seen or skipped is no act. */
  recent: RecentAct[];
  purchases: Map<number, Owned>;
  /** Only for items that were refunded or reviewed. */
  ownership: Map<number, Ownership>;
  /** Days since the epoch (UTC) on which items were bought, of those that were on more than one; ascending, the latest 8. */
  boughtOn: Map<number, number[]>;
  hiddenItems: Set<number>;
  /** When each item was last hidden or unhidden, so that a late event does not undo a later one. */
  hideActs: Map<number, number>;
  /** Until when (epoch ms) a name is hidden. */
  hiddenNames: Record<HiddenKind, Map<number, number>>;
  /** When a name was last unhidden. */
  unhiddenNames: Record<HiddenKind, Map<number, number>>;
  /** Whom the user follows, by user id, with the strength of the tie; at most 500, the weakest dropped. */
  ties: Map<string, Decayed>;
  /** When each user was last followed or unfollowed. */
  followActs: Map<string, number>;
  /** Shown items with a decayed number of showings; at most 400, the oldest dropped. */
  shown: Map<number, Decayed>;
  /** When a page was last served to the user; 0 for never. */
  lastServedAt: number;
  /** Decayed activity by hour of the day in TIME_ZONE, 24 values as of `hoursAt`. */
  hours: Float64Array;
  hoursAt: number;
  firstBoughtAt: number;
  lastBoughtAt: number;
  /** Decayed number of orders and amount spent. */
  orders: Decayed;
  spent: Decayed;
  /** The latest 16 orders, by hash of their ids, so that the lines of one count once. */
  orderTallies: Map<number, OrderTally>;
  habits: Habits;
  cocoon: CocoonState;
  weariness: Weariness;
}

/** The state of someone of whom nothing is known. */
export function emptyState(): UserState {
  return {
    events: emptyCursor(),
    pages: emptyCursor(),
    updatedAt: 0,
    firstSeenAt: 0,
    eventCount: 0,
    counts: new Uint32Array(EVENT_TYPES.length),
    affinity: { category: new Map(), brand: new Map(), creator: new Map(), priceBand: new Map() },
    recent: [],
    purchases: new Map(),
    ownership: new Map(),
    boughtOn: new Map(),
    hiddenItems: new Set(),
    hideActs: new Map(),
    hiddenNames: { category: new Map(), brand: new Map(), creator: new Map() },
    unhiddenNames: { category: new Map(), brand: new Map(), creator: new Map() },
    ties: new Map(),
    followActs: new Map(),
    shown: new Map(),
    lastServedAt: 0,
    hours: new Float64Array(24),
    hoursAt: 0,
    firstBoughtAt: 0,
    lastBoughtAt: 0,
    orders: { value: 0, at: 0 },
    spent: { value: 0, at: 0 },
    orderTallies: new Map(),
    habits: emptyHabits(),
    cocoon: emptyCocoon(),
    weariness: emptyWeariness(),
  };
}
