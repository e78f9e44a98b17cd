import { EVENT_TYPE_NO, type EventType, type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { hash32 } from '../random.js';
import { addToMap, type Decayed, keepStrongest } from './decayed.js';
import { HABIT_BOUNDS, type Habits } from './habits.js';
import { foldBought, foldMet, foldSeen, foldTouch } from './habits-of-items.js';
import { LATELY_DAYS, PLACE, placesUnder } from './measures.js';
import { type LocalTime } from './local-time.js';
import { foldSession } from './sessions.js';
import { addToSketch } from './sketches.js';
import { DayTally } from './sums.js';
import { addToWindow } from './windows.js';
import { DAY_MS } from '../time.js';

const only = (...types: EventType[]): ReadonlySet<EventType> => new Set(types);
/** Acts by which a user turns to an item. */
export const TOUCHES = only('CLICK', 'VIEW', 'PLAY_END', 'LIKE', 'SAVE', 'COMMENT', 'SHARE', 'HELPFUL', 'ADD_TO_CART', 'CHECKOUT', 'PURCHASE', 'REVIEW'); // prettier-ignore
/** Acts that take more than a glance. */
export const DEEP = only('LIKE', 'SAVE', 'COMMENT', 'SHARE', 'ADD_TO_CART', 'CHECKOUT', 'PURCHASE', 'REVIEW');

const TYPE = placesUnder('type');
const WEEKDAYS = Object.values(placesUnder('weekday'));
const TOUCH = placesUnder('touch');
const DWELL = placesUnder('dwell');
const STAY = placesUnder('stay');
const PLAY = placesUnder('play');
const QUERY = placesUnder('query');
const COMMENT = placesUnder('comment');
const SPENT = placesUnder('spent');
const BUY = placesUnder('buy');
const REFUND = placesUnder('refund');
const REVIEW = placesUnder('review');
const EVER = placesUnder('ever');
const HIDE = placesUnder('hide');
const { buy: BOUGHT, dwell: DWELLED } = PLACE;

const GLANCE_S = 3;
const LONG_S = 60;
const FULL = 0.9;
const EARLY = 0.1;
const PRECISE_WORDS = 3;
const NEGATIVE = -0.2;
/** A price paid this much below the list is a discount, less is rounding. */
const DISCOUNT_FROM = 0.02;
const DAYS_A_WEEK = 7;
/** Days since 1970-01-01, a Thursday, to the first Monday after it. */
const FIRST_MONDAY = 4;

export const weekOf = (day: number): number => Math.floor((day - FIRST_MONDAY) / DAYS_A_WEEK);

/** Let an event change the habits. Orphans and costs are none, and are not given here. */
export function foldHabits(habits: Habits, event: LedgerEvent, item: NumberedItem | undefined, local: LocalTime): void {
  const { type, occurredAt: at } = event;
  const typeNo = EVENT_TYPE_NO[type];
  const tally = new DayTally(habits.sums, habits, local.day);
  tally.add(TYPE[type]);
  habits.lastAt[typeNo] = Math.max(habits.lastAt[typeNo], at);
  if (type === 'RENDERED') return;
  if (type === 'IMPRESSION') {
    if (item) foldSeen(tally, item, at);
    return;
  }
  tally.add(WEEKDAYS[local.weekday]);
  addToWindow(habits.activeDays, local.day);
  foldSession(habits.sessions, at, DEEP.has(type), type === 'PURCHASE');
  foldPlace(habits.platforms, event.platform, at);
  foldPlace(habits.surfaces, event.surface, at);
  if (item && TOUCHES.has(type)) {
    foldTouch(tally, event, item);
    foldMet(habits, item, local.day);
  }
  KINDS[type]?.(habits, tally, event, item, local);
}

function foldPlace(places: Map<string, Decayed>, name: string | undefined, at: number): void {
  if (name === undefined) return;
  addToMap(places, name, 1, at, LATELY_DAYS * DAY_MS);
  if (places.size > HABIT_BOUNDS.places) keepStrongest(places, HABIT_BOUNDS.places, LATELY_DAYS * DAY_MS);
}

type FoldKind = (habits: Habits, tally: DayTally, event: LedgerEvent, item: NumberedItem | undefined, local: LocalTime) => void;

/** What is peculiar to one type of event. */
const KINDS: Partial<Record<EventType, FoldKind>> = {
  DWELL(habits, tally, event, _, local) {
    foldDwell(tally, event);
    if (event.dwellMs !== undefined) foldLongestStay(habits.sums, event.dwellMs / 1000, local.day);
  },
  PLAY_END: (_, tally, event, item) => foldWatching(tally, event, item),
  SEARCH: (habits, tally, event) => foldSearch(habits, tally, event),
  COMMENT: (_, tally, event) => foldComment(tally, event),
  REVIEW: (_, tally, event) => foldReview(tally, event),
  PURCHASE(habits, tally, event, item, local) {
    foldPurchase(tally, event, item, local);
    addToWindow(habits.buyingWeeks, weekOf(local.day));
    if (item) foldBought(tally, habits, event, item);
  },
  REFUND(_, tally, { amount = 0 }) {
    tally.add(REFUND.amount, amount);
    tally.add(EVER.amount, -amount);
  },
  HIDE(_, tally, { hideScope }) {
    if (hideScope && hideScope !== 'ITEM') tally.add(HIDE[hideScope]);
  },
};

function foldDwell(tally: DayTally, { dwellMs }: LedgerEvent): void {
  if (dwellMs === undefined) return;
  const seconds = dwellMs / 1000;
  tally.add(DWELLED);
  tally.add(DWELL.seconds, seconds);
  tally.add(DWELL.secondsSquared, seconds ** 2);
  if (seconds < GLANCE_S) tally.add(DWELL.glance);
  if (seconds > LONG_S) tally.add(DWELL.long);
}

/** The longest of the newest day, in whatever order stays come. */
function foldLongestStay(sums: Float32Array, seconds: number, day: number): void {
  if (day < sums[STAY.day]) return;
  sums[STAY.seconds] = day > sums[STAY.day] ? seconds : Math.max(sums[STAY.seconds], seconds);
  sums[STAY.day] = day;
}

function foldWatching(tally: DayTally, { dwellMs }: LedgerEvent, item: NumberedItem | undefined): void {
  if (dwellMs === undefined) return;
  tally.add(PLAY.seconds, dwellMs / 1000);
  const durationMs = item?.item.durationMs ?? 0;
  if (durationMs <= 0) return;
  const completion = Math.min(1, dwellMs / durationMs);
  tally.add(PLAY.timed);
  tally.add(PLAY.completion, completion);
  if (completion >= FULL) tally.add(PLAY.full);
  if (completion <= EARLY) tally.add(PLAY.early);
}

function foldSearch({ sketches }: Habits, tally: DayTally, { query }: LedgerEvent): void {
  const words = query?.trim().toLowerCase().split(/\s+/) ?? [];
  if (words.length === 0 || words[0] === '') return;
  tally.add(QUERY.words, words.length);
  if (words.length >= PRECISE_WORDS) tally.add(QUERY.precise);
  addToSketch(sketches, 'queries', hash32(words.join(' ')));
}

function foldComment(tally: DayTally, { sentiment }: LedgerEvent): void {
  if (sentiment === undefined) return;
  tally.add(COMMENT.felt);
  tally.add(COMMENT.sentiment, sentiment);
  tally.add(COMMENT.sentimentSquared, sentiment ** 2);
  if (sentiment < NEGATIVE) tally.add(COMMENT.negative);
}

const DAY_PARTS = [BUY.night, BUY.morning, BUY.afternoon, BUY.evening];
const SATURDAY = 5;

function foldPurchase(tally: DayTally, event: LedgerEvent, item: NumberedItem | undefined, { hour, weekday }: LocalTime): void {
  const { quantity = 1, amount = 0, exposureId } = event;
  tally.add(BOUGHT);
  tally.add(BUY.units, quantity);
  if (quantity > 1) tally.add(BUY.multiple);
  tally.add(DAY_PARTS[Math.floor(hour / 6)]);
  if (weekday >= SATURDAY) tally.add(BUY.weekend);
  if (exposureId !== undefined) tally.add(BUY.led);
  if (amount <= 0) return;
  tally.add(BUY.paid);
  tally.add(BUY.amount, amount);
  tally.add(BUY.amountSquared, amount ** 2);
  tally.add(SPENT.lately, amount);
  tally.add(EVER.amount, amount);
  const listed = (item?.item.price ?? 0) * quantity;
  if (listed <= 0) return;
  const discount = Math.min(1, Math.max(0, 1 - amount / listed));
  tally.add(BUY.compared);
  tally.add(BUY.discount, discount);
  tally.add(BUY.saved, Math.max(0, listed - amount));
  if (discount > DISCOUNT_FROM) tally.add(BUY.discounted);
}

function foldReview(tally: DayTally, { rating }: LedgerEvent): void {
  if (rating === undefined) return;
  tally.add(REVIEW.rated);
  tally.add(REVIEW.stars, rating);
  tally.add(REVIEW.starsSquared, rating ** 2);
  if (rating <= 2) tally.add(REVIEW.low);
  if (rating <= 1 || rating >= 5) tally.add(REVIEW.extreme);
}

/** What a user does at the hand of others: through whom he came, and whether he follows who made the item. */
export function foldCompany(
  habits: Habits,
  { type, referrerUserId }: LedgerEvent,
  { followed, day }: { followed: boolean; day: number },
): void {
  if (!TOUCHES.has(type)) return;
  const tally = new DayTally(habits.sums, habits, day);
  if (referrerUserId !== undefined) {
    tally.add(TOUCH.referred);
    if (type === 'PURCHASE') tally.add(BUY.referred);
    addToSketch(habits.sketches, 'referrers', hash32(referrerUserId));
  }
  if (!followed) return;
  tally.add(TOUCH.followed);
  if (type === 'PURCHASE') tally.add(BUY.followed);
}
