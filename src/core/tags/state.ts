import { type EventType } from '../events/event.js';
import { emptyCursor, type FoldCursor } from './cursor.js';

/** A weight that halves every half-life of its family; `value` is as of `at` (epoch ms). Read it with `decayedValue`. */
export interface Decayed {
  value: number;
  at: number;
}

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
  lastBoughtAt: number;
}

export const AFFINITY_FAMILIES = ['category', 'brand', 'creator', 'priceBand'] as const;
export type AffinityFamily = (typeof AFFINITY_FAMILIES)[number];

/**
 * Everything the service knows of one user while serving, derived from the ledger and the exposure log. Names and items are numbers of the
 * vocabularies and of the catalogue. Bounded, but for `purchases` and `hiddenItems`, which are exact.
 */
export interface UserState {
  /** Which events are folded. */
  events: FoldCursor;
  /** Which served pages are folded into `shown`. */
  pages: FoldCursor;
  /** Latest `occurredAt` folded; 0 for nobody yet. */
  updatedAt: number;
  eventCount: number;
  /** Strength per name, at most 64 a family, the weakest dropped. */
  affinity: Record<AffinityFamily, Map<number, Decayed>>;
  /** At most 50, newest first; equal times by type, then item. */
  recent: RecentAct[];
  purchases: Map<number, Owned>;
  hiddenItems: Set<number>;
  /** Until when (epoch ms) a name is hidden. */
  hiddenNames: Record<'category' | 'brand' | 'creator', Map<number, number>>;
  /** Whom the user follows, by user id, with the strength of the tie; at most 500, the weakest dropped. */
  ties: Map<string, Decayed>;
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
}

/** The state of someone of whom nothing is known. */
export function emptyState(): UserState {
  return {
    events: emptyCursor(),
    pages: emptyCursor(),
    updatedAt: 0,
    eventCount: 0,
    affinity: { category: new Map(), brand: new Map(), creator: new Map(), priceBand: new Map() },
    recent: [],
    purchases: new Map(),
    hiddenItems: new Set(),
    hiddenNames: { category: new Map(), brand: new Map(), creator: new Map() },
    ties: new Map(),
    shown: new Map(),
    lastServedAt: 0,
    hours: new Float64Array(24),
    hoursAt: 0,
    firstBoughtAt: 0,
    lastBoughtAt: 0,
    orders: { value: 0, at: 0 },
    spent: { value: 0, at: 0 },
  };
}
