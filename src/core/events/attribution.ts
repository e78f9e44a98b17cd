import { DAY_MS, HOUR_MS } from '../time.js';
import { type BatchFault } from './batch-fault.js';
import { type Attribution, type EventType, type ShopEvent } from './event.js';
import { CLOCK_SKEW_MS } from './read-event.js';

const CLICK_WINDOW_MS = 72 * HOUR_MS;
const ORDER_WINDOW_MS = 7 * DAY_MS;

/** Types by the window in which an event without `exposureId` is an outcome of the last exposure of its item; those that are not here never are. */
const WINDOWS: Partial<Record<EventType, number>> = {
  CLICK: CLICK_WINDOW_MS,
  VIEW: CLICK_WINDOW_MS,
  DWELL: CLICK_WINDOW_MS,
  SKIP: CLICK_WINDOW_MS,
  PLAY_END: CLICK_WINDOW_MS,
  LIKE: CLICK_WINDOW_MS,
  UNLIKE: CLICK_WINDOW_MS,
  SAVE: CLICK_WINDOW_MS,
  UNSAVE: CLICK_WINDOW_MS,
  COMMENT: CLICK_WINDOW_MS,
  SHARE: CLICK_WINDOW_MS,
  HELPFUL: CLICK_WINDOW_MS,
  ADD_TO_CART: CLICK_WINDOW_MS,
  REMOVE_FROM_CART: CLICK_WINDOW_MS,
  HIDE: CLICK_WINDOW_MS,
  UNHIDE: CLICK_WINDOW_MS,
  REPORT: CLICK_WINDOW_MS,
  CHECKOUT: ORDER_WINDOW_MS,
  PURCHASE: ORDER_WINDOW_MS,
  REFUND: ORDER_WINDOW_MS,
  REVIEW: ORDER_WINDOW_MS,
};

/**
 * How long after an exposure an event of this type is its outcome without saying so, in ms: 72 hours for what follows a click, 7 days for orders. Null:
 * never, as for FOLLOW, SEARCH and COST, which are of no item, and for RENDERED and IMPRESSION, which mean one exposure and have to name it.
 */
export const attributionWindowMs = (type: EventType): number | null => WINDOWS[type] ?? null;

/** What attribution needs to know of an exposure. `productIds`: goods that it was about when it was served. */
export interface ServedFacts {
  exposureId: string;
  userId: string | null;
  itemNo: number;
  productIds: readonly string[];
  servedAt: number;
}

type Claim = Pick<ShopEvent, 'type' | 'userId' | 'itemId' | 'exposureId' | 'occurredAt'>;

/** Whether the exposure was of the event's item or of content that named it. An event of no item fits any exposure. */
const isOfItem = (event: Claim, itemNo: number, facts: ServedFacts): boolean =>
  event.itemId === undefined || facts.itemNo === itemNo || facts.productIds.includes(event.itemId);

/** The fault of an event that claims an exposure served later than five minutes after it; null for one that may be true. */
export function exposureTimeFault(event: Claim, facts: ServedFacts): BatchFault | null {
  if (event.occurredAt >= facts.servedAt - CLOCK_SKEW_MS) return null;
  const [occurred, served] = [new Date(event.occurredAt).toISOString(), new Date(facts.servedAt).toISOString()];
  return {
    path: 'occurredAt',
    code: 'INVALID_TIME',
    message: `occurredAt is ${occurred}; it must be after its exposure, which was served at ${served}`,
  };
}

/**
 * Decide whose outcome an event is.
 *
 * With `exposureId` the claim is checked: an exposure of this user and of this item, or of content that named it, served no later than five minutes
 * after the event, is the one it is ATTRIBUTED to; any other claim, one of an unknown exposure too, makes it an ORPHAN, which keeps its claim as
 * evidence. An exposure of a feed for nobody in particular is nobody else's, and not this user's either: UNATTRIBUTED.
 * Without `exposureId` it is ATTRIBUTED to the exposure found for it, if that is within the window of its type.
 *
 * @param itemNo number of the event's item, -1 for none
 * @param facts  of the exposure claimed, or else of the latest one found for the user and item; null where there is none
 * @returns      `exposureId` is what to store, absent for none
 */
export function attribute(event: Claim, itemNo: number, facts: ServedFacts | null): { attribution: Attribution; exposureId?: string } {
  if (event.exposureId !== undefined) return attributeClaim(event, event.exposureId, itemNo, facts);
  const window = attributionWindowMs(event.type);
  if (facts === null || window === null || facts.userId !== event.userId || itemNo < 0 || !isOfItem(event, itemNo, facts))
    return { attribution: 'UNATTRIBUTED' };
  const age = event.occurredAt - facts.servedAt;
  return age >= -CLOCK_SKEW_MS && age <= window
    ? { attribution: 'ATTRIBUTED', exposureId: facts.exposureId }
    : { attribution: 'UNATTRIBUTED' };
}

function attributeClaim(
  event: Claim,
  exposureId: string,
  itemNo: number,
  facts: ServedFacts | null,
): { attribution: Attribution; exposureId?: string } {
  const orphan = facts === null || !isOfItem(event, itemNo, facts) || exposureTimeFault(event, facts) !== null;
  if (orphan || (facts.userId !== null && facts.userId !== event.userId)) return { attribution: 'ORPHAN', exposureId };
  return facts.userId === null ? { attribution: 'UNATTRIBUTED' } : { attribution: 'ATTRIBUTED', exposureId };
}
