import { type EventType, type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { decay } from '../time.js';
import { type ByteReader, type ByteWriter, numberForm } from './bytes.js';
import { TAKEN } from './cocoon/card-names.js';
import { HALF_LIFE_MS } from './decayed.js';
import { localTime } from './local-time.js';
import { sortedKeys } from './packed-sums.js';

/** How often one item was shown on a day, by what is told of it. */
export interface Showings {
  served: number;
  rendered: number;
  seen: number;
}

/** Showings of one kind of thing and what came of them; all three halve in a day, as of `at` (epoch ms). */
export interface Tally {
  served: number;
  seen: number;
  /** Showings that the user did something with. */
  answered: number;
  at: number;
}

/** What a user may be tired of. */
export interface Weariness {
  /** Days since the epoch in the shop's time zone: of the latest day with a showing. */
  day: number;
  /** Of that day alone; at most 400, those that came first. */
  items: Map<number, Showings>;
  /** By number; at most 64, cut back to the 48 shown most. */
  creators: Map<number, Tally>;
  /** All that is paid for. */
  promotion: Tally;
  /** Items of that day beside which something was said of others or of scarcity. */
  badges: number;
}

const MOST_ITEMS = 400;
const MOST_CREATORS = 64;
const KEPT_CREATORS = 48;

const emptyTally = (at = 0): Tally => ({ served: 0, seen: 0, answered: 0, at });
export const emptyWeariness = (): Weariness => ({ day: 0, items: new Map(), creators: new Map(), promotion: emptyTally(), badges: 0 });

type Counted = 'served' | 'seen' | 'answered';

/** Add one to a tally, in place; the same up to rounding in whatever order. */
function count(tally: Tally, what: Counted, at: number): void {
  if (at > tally.at) {
    const left = decay(at - tally.at, HALF_LIFE_MS.shown);
    for (const each of ['served', 'seen', 'answered'] as const) tally[each] = Math.fround(tally[each] * left);
    tally.at = at;
  }
  tally[what] = Math.fround(tally[what] + decay(tally.at - at, HALF_LIFE_MS.shown));
}

function countFor(weariness: Weariness, item: NumberedItem | undefined, what: Counted, at: number): void {
  if (!item) return;
  if (item.item.commercial) count(weariness.promotion, what, at);
  if (item.creatorNo === 0) return;
  let tally = weariness.creators.get(item.creatorNo);
  if (!tally) weariness.creators.set(item.creatorNo, (tally = emptyTally(at)));
  count(tally, what, at);
  if (weariness.creators.size > MOST_CREATORS) dropWeakest(weariness.creators);
}

function dropWeakest(creators: Map<number, Tally>): void {
  const sizeOf = ({ served, seen, answered, at }: Tally): number => Math.log2(served + seen + answered) + at / HALF_LIFE_MS.shown;
  const ranked = [...creators].sort((a, b) => sizeOf(b[1]) - sizeOf(a[1]) || a[0] - b[0]);
  for (const [creatorNo] of ranked.slice(KEPT_CREATORS)) creators.delete(creatorNo);
}

/** The showings of an item on a day; undefined for a day that is over, and where there is no room. */
function showingsOn(weariness: Weariness, day: number, itemNo: number): Showings | undefined {
  if (day < weariness.day) return undefined;
  if (day > weariness.day) {
    weariness.day = day;
    weariness.items.clear();
    weariness.badges = 0;
  }
  let showings = weariness.items.get(itemNo);
  if (!showings && weariness.items.size < MOST_ITEMS) weariness.items.set(itemNo, (showings = { served: 0, rendered: 0, seen: 0 }));
  return showings;
}

/** Take in a served page, in place. Without `itemOf` its creators are not counted. */
export function foldServed(
  weariness: Weariness,
  { placed, servedAt }: { placed: readonly { itemNo: number; socialProof?: unknown }[]; servedAt: number },
  { timeZone, itemOf }: { timeZone: string; itemOf?: (itemNo: number) => NumberedItem | undefined },
): void {
  const { day } = localTime(servedAt, timeZone);
  for (const { itemNo, socialProof } of placed) {
    if (itemNo < 0) continue;
    const showings = showingsOn(weariness, day, itemNo);
    if (showings) showings.served++;
    if (socialProof && day === weariness.day) weariness.badges++;
    countFor(weariness, itemOf?.(itemNo), 'served', servedAt);
  }
}

/** Take in what an event tells of a showing: that it was drawn or seen, or that something came of it. */
export function foldShowing(
  weariness: Weariness,
  { type, itemNo, occurredAt }: Pick<LedgerEvent, 'type' | 'itemNo' | 'occurredAt'>,
  item: NumberedItem | undefined,
  timeZone: string,
): void {
  if (itemNo < 0) return;
  if (type === 'RENDERED' || type === 'IMPRESSION') {
    const showings = showingsOn(weariness, localTime(occurredAt, timeZone).day, itemNo);
    if (showings) showings[type === 'RENDERED' ? 'rendered' : 'seen']++;
    if (type === 'IMPRESSION') countFor(weariness, item, 'seen', occurredAt);
  } else if (ANSWERS.has(type)) countFor(weariness, item, 'answered', occurredAt);
}

const ANSWERS: ReadonlySet<EventType> = new Set([...TAKEN, 'CLICK']);

export function writeWeariness(out: ByteWriter, { day, items, creators, promotion, badges }: Weariness): void {
  out.varint(day);
  out.varint(badges);
  out.varint(items.size);
  for (const itemNo of sortedKeys(items.keys())) {
    const { served, rendered, seen } = items.get(itemNo)!;
    for (const value of [itemNo, served, rendered, seen]) out.varint(value);
  }
  out.varint(creators.size);
  for (const creatorNo of sortedKeys(creators.keys())) {
    out.varint(creatorNo);
    writeTally(out, creators.get(creatorNo)!);
  }
  writeTally(out, promotion);
}

export function readWeariness(from: ByteReader): Weariness {
  const weariness = emptyWeariness();
  weariness.day = from.varint();
  weariness.badges = from.varint();
  for (let n = from.varint(); n > 0; n--)
    weariness.items.set(from.varint(), { served: from.varint(), rendered: from.varint(), seen: from.varint() });
  for (let n = from.varint(); n > 0; n--) weariness.creators.set(from.varint(), readTally(from));
  weariness.promotion = readTally(from);
  return weariness;
}

function writeTally(out: ByteWriter, { served, seen, answered, at }: Tally): void {
  for (const value of [served, seen, answered]) {
    const form = numberForm(value);
    out.byte(form);
    out.number(value, form);
  }
  out.time(at);
}

function readTally(from: ByteReader): Tally {
  const next = (): number => from.number(from.byte() % 4);
  return { served: next(), seen: next(), answered: next(), at: from.time() };
}
