import { EVENT_TYPE_NO, type EventType, type LedgerEvent, type LedgerPosition } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { type Purpose } from '../privacy/purposes.js';
import { hash32 } from '../random.js';
import { decay } from '../time.js';
import { type CardOptions, foldCards, foldOwnTaste, foldReport, type PageOfCards } from './cocoon/fold-cards.js';
import { foldAnswer } from './cocoon/widening.js';
import { advance, isFolded } from './cursor.js';
import { addToMap, HALF_LIFE_MS, keepNewest } from './decayed.js';
import { foldCompany, foldHabits } from './fold-habits.js';
import { foldHide } from './hidden.js';
import { actWeight, foldInterest } from './interest.js';
import { localTime } from './local-time.js';
import { foldOrder, inCurrency } from './orders.js';
import { foldOwnership } from './ownership.js';
import { addToSketch } from './sketches.js';
import { BOUNDS, type RecentAct, type UserState } from './state.js';
import { foldFollow, foldTies } from './ties.js';
import { foldServed, foldShowing } from './weariness.js';

export interface FoldOptions {
  /** In which the hours of a day are counted. */
  timeZone: string;
  /** In which money is summed; amounts in others are left out. Undefined takes every amount as it is. */
  currency?: string;
  /** What the user consented to when the event came in; everything when left out. Without PERSONALISATION nothing but facts is kept of it. */
  purposes?: ReadonlySet<Purpose>;
  /** Epoch ms: what was received before says nothing of tastes, since the user had them forgotten. */
  interestsSince?: number;
}

/** A served page, as far as it is remembered. */
export interface ServedPage extends LedgerPosition {
  receivedAt: number;
  servedAt: number;
  placed: readonly { itemNo: number; socialProof?: unknown }[];
}

/** What happens to an item without the user doing anything with it, so that it would only push the acts out of `recent`. */
const NO_ACTS: ReadonlySet<EventType> = new Set(['RENDERED', 'IMPRESSION', 'SKIP']);

/**
 * Take an event into a user's state, in place. Folding an event again changes nothing; events that come late, or in another order, give the same state
 * up to rounding, but for what a bound had dropped by then and for a tie that was followed after it was strengthened.
 *
 * An orphan only advances the cursor. COST is what the shop did, so it is counted and is no sign of life. Without PERSONALISATION only what is owned and
 * hidden is kept, without SOCIAL_GRAPH no ties.
 *
 * @param item the event's item, undefined where it has none
 */
export function foldEvent(state: UserState, event: LedgerEvent, item: NumberedItem | undefined, options: FoldOptions): void {
  if (isFolded(state.events, event)) return;
  advance(state.events, event);
  if (event.attribution === 'ORPHAN') return;
  const { purposes } = options;
  const { type } = event;
  const weight = actWeight(event);
  if (event.deviceHash !== undefined && type !== 'COST') addToSketch(state.habits.sketches, 'devices', hash32(event.deviceHash));
  if (type === 'PURCHASE' || type === 'REFUND' || type === 'REVIEW') foldOwnership(state, event);
  if (type === 'HIDE' || type === 'UNHIDE') foldHide(state, event, item);
  foldReport(state.cocoon, event, item);
  if (!purposes || purposes.has('PERSONALISATION')) foldBehaviour(state, event, item, weight, options);
  if (!purposes || purposes.has('SOCIAL_GRAPH')) foldSocial(state, event, item, weight, options.timeZone);
}

/** What a user does, and what it says of his taste. */
function foldBehaviour(state: UserState, event: LedgerEvent, item: NumberedItem | undefined, weight: number, options: FoldOptions): void {
  const { type, occurredAt } = event;
  state.eventCount++;
  state.counts[EVENT_TYPE_NO[type]]++;
  if (type === 'COST') return;

  state.updatedAt = Math.max(state.updatedAt, occurredAt);
  state.firstSeenAt = state.firstSeenAt === 0 ? occurredAt : Math.min(state.firstSeenAt, occurredAt);
  if (type === 'PURCHASE' || type === 'REFUND') foldOrder(state, event, options.currency);
  if (event.receivedAt < (options.interestsSince ?? 0)) return;
  const local = localTime(occurredAt, options.timeZone);
  foldHabits(state.habits, inCurrency(event, options.currency) ? event : { ...event, amount: undefined }, item, local);
  foldShowing(state.weariness, event, item, options.timeZone);
  if (type === 'RENDERED' || type === 'IMPRESSION') return;
  foldHour(state, occurredAt, local.hour);
  if (item) foldInterest(state, event, item, weight);
  foldOwnTaste(state.cocoon, event, item);
  foldAnswer(state.cocoon, event, item);
  if (event.itemNo >= 0 && !NO_ACTS.has(type)) foldRecent(state.recent, { itemNo: event.itemNo, type, occurredAt });
}

/** Whom a user follows, and what he does at the hand of others. */
function foldSocial(state: UserState, event: LedgerEvent, item: NumberedItem | undefined, weight: number, timeZone: string): void {
  if (event.type === 'FOLLOW' || event.type === 'UNFOLLOW') foldFollow(state, event);
  foldTies(state, event, item, weight);
  const creatorId = item?.item.creatorId;
  const followed = typeof creatorId === 'string' && state.ties.has(creatorId);
  if (followed || event.referrerUserId !== undefined)
    foldCompany(state.habits, event, { followed, day: localTime(event.occurredAt, timeZone).day });
}

/** Count an act in its hour of the day; all 24 sums share one time. */
function foldHour(state: UserState, at: number, hour: number): void {
  const { hours } = state;
  if (at > state.hoursAt) {
    const left = decay(at - state.hoursAt, HALF_LIFE_MS.hours);
    for (let hour = 0; hour < 24; hour++) hours[hour] = Math.fround(hours[hour] * left);
    state.hoursAt = at;
  }
  hours[hour] = Math.fround(hours[hour] + decay(state.hoursAt - at, HALF_LIFE_MS.hours));
}

/** Below 0 when `a` comes first: the newer one, else the one with the lower type, else with the lower item. */
const compareActs = (a: RecentAct, b: RecentAct): number =>
  b.occurredAt - a.occurredAt || EVENT_TYPE_NO[a.type] - EVENT_TYPE_NO[b.type] || a.itemNo - b.itemNo;

function foldRecent(recent: RecentAct[], act: RecentAct): void {
  let place = 0;
  while (place < recent.length && compareActs(recent[place], act) <= 0) place++;
  if (place >= BOUNDS.recent) return;
  recent.splice(place, 0, act);
  if (recent.length > BOUNDS.recent) recent.length = BOUNDS.recent;
}

/** A page whose cards count for the cocoon, and how. */
export interface ShownCards extends CardOptions {
  page: PageOfCards;
  /** In which days are counted; UTC when left out. */
  timeZone?: string;
}

/** Remember what a page showed, in place, with its cards where they are given. Folding a page again changes nothing. */
export function foldPage(state: UserState, page: ServedPage, shown?: ShownCards): void {
  if (isFolded(state.pages, page)) return;
  advance(state.pages, page);
  state.lastServedAt = Math.max(state.lastServedAt, page.servedAt);
  if (shown) foldCards(state.cocoon, shown.page, shown);
  foldServed(state.weariness, page, { timeZone: shown?.timeZone ?? 'UTC', itemOf: shown?.itemOf });
  for (const { itemNo } of page.placed) if (itemNo >= 0) addToMap(state.shown, itemNo, 1, page.servedAt, HALF_LIFE_MS.shown);
  if (state.shown.size > BOUNDS.shown) keepNewest(state.shown, BOUNDS.shown);
}
