import { EVENT_TYPE_NO, EVENT_TYPES } from '../events/event.js';
import { type ByteReader, type ByteWriter, numberForm } from './bytes.js';
import { sortedKeys, writeKey } from './packed-sums.js';
import { HIDDEN_KINDS, type UserState } from './state.js';

export function writeRecent(out: ByteWriter, { recent }: UserState): void {
  out.varint(recent.length);
  for (const { itemNo, type, occurredAt } of recent) {
    out.byte(EVENT_TYPE_NO[type]);
    out.varint(itemNo);
    out.time(occurredAt);
  }
}

export function readRecent(from: ByteReader, { recent }: UserState): void {
  for (let n = from.varint(); n > 0; n--) {
    const no = from.byte();
    if (no >= EVENT_TYPES.length) throw new RangeError(`a packed state has an act of type ${no}; ${EVENT_TYPES.length} are known`);
    const itemNo = from.varint();
    recent.push({ itemNo, type: EVENT_TYPES[no], occurredAt: from.time() });
  }
}

const SINGLE = 1;
const SPECIAL = 2;

/** What is owned, with the ownership of the items that have one, and the orders. */
export function writeOwned(out: ByteWriter, { purchases, ownership, orderTallies }: UserState): void {
  out.varint(purchases.size);
  let before = 0;
  for (const itemNo of sortedKeys(purchases.keys())) {
    const { quantity, lastBoughtAt } = purchases.get(itemNo)!;
    const special = ownership.get(itemNo);
    writeKey(out, itemNo, before, (quantity === 1 ? SINGLE : 0) + (special ? SPECIAL : 0));
    if (quantity !== 1) out.signed(quantity);
    out.time(lastBoughtAt);
    if (special) {
      for (const units of [special.bought, special.refunded]) out.varint(units);
      for (const at of [special.boughtAt, special.refundedAt, special.reviewedAt]) out.time(at);
    }
    before = itemNo;
  }
  out.varint(orderTallies.size);
  for (const order of sortedKeys(orderTallies.keys())) {
    const { units, at } = orderTallies.get(order)!;
    out.uint32(order);
    out.signed(units);
    out.time(at);
  }
}

export function readOwned(from: ByteReader, { purchases, ownership, orderTallies }: UserState): void {
  let itemNo = 0;
  for (let n = from.varint(); n > 0; n--) {
    const head = from.varint();
    itemNo += Math.floor(head / 4);
    const quantity = head & SINGLE ? 1 : from.signed();
    purchases.set(itemNo, { quantity, lastBoughtAt: from.time() });
    if (!(head & SPECIAL)) continue;
    const [bought, refunded] = [from.varint(), from.varint()];
    const [boughtAt, refundedAt, reviewedAt] = [from.time(), from.time(), from.time()];
    ownership.set(itemNo, { bought, boughtAt, refunded, refundedAt, reviewedAt });
  }
  for (let n = from.varint(); n > 0; n--) orderTallies.set(from.uint32(), { units: from.signed(), at: from.time() });
}

export function writeBoughtOn(out: ByteWriter, { boughtOn }: UserState): void {
  out.varint(boughtOn.size);
  for (const itemNo of sortedKeys(boughtOn.keys())) {
    const days = boughtOn.get(itemNo)!;
    out.varint(itemNo);
    out.varint(days.length);
    days.forEach((day, i) => out.signed(i === 0 ? day : day - days[i - 1]));
  }
}

export function readBoughtOn(from: ByteReader, { boughtOn }: UserState): void {
  for (let n = from.varint(); n > 0; n--) {
    const [itemNo, count] = [from.varint(), from.varint()];
    const days: number[] = [];
    for (let i = 0; i < count; i++) days.push(from.signed() + (i === 0 ? 0 : days[i - 1]));
    boughtOn.set(itemNo, days);
  }
}

const HIDDEN = 1;
const HAS_ACT = 2;

export function writeHidden(out: ByteWriter, state: UserState): void {
  const itemNos = sortedKeys(new Set([...state.hiddenItems, ...state.hideActs.keys()]));
  out.varint(itemNos.length);
  let before = 0;
  for (const itemNo of itemNos) {
    const at = state.hideActs.get(itemNo);
    writeKey(out, itemNo, before, (state.hiddenItems.has(itemNo) ? HIDDEN : 0) + (at === undefined ? 0 : HAS_ACT));
    if (at !== undefined) out.time(at);
    before = itemNo;
  }
  for (const kind of HIDDEN_KINDS) {
    writeTimes(out, state.hiddenNames[kind]);
    writeTimes(out, state.unhiddenNames[kind]);
  }
}

export function readHidden(from: ByteReader, state: UserState): void {
  let itemNo = 0;
  for (let n = from.varint(); n > 0; n--) {
    const head = from.varint();
    itemNo += Math.floor(head / 4);
    if (head & HIDDEN) state.hiddenItems.add(itemNo);
    if (head & HAS_ACT) state.hideActs.set(itemNo, from.time());
  }
  for (const kind of HIDDEN_KINDS) {
    state.hiddenNames[kind] = readTimes(from);
    state.unhiddenNames[kind] = readTimes(from);
  }
}

function writeTimes(out: ByteWriter, times: ReadonlyMap<number, number>): void {
  out.varint(times.size);
  for (const no of sortedKeys(times.keys())) {
    out.varint(no);
    out.time(times.get(no)!);
  }
}

function readTimes(from: ByteReader): Map<number, number> {
  const times = new Map<number, number>();
  for (let n = from.varint(); n > 0; n--) times.set(from.varint(), from.time());
  return times;
}

const TIED = 8;
const FOLLOW_ACT = 4;

/** Users followed or once followed; one byte says which of strength and last act there is, and in which form the strength. */
export function writeTies(out: ByteWriter, { ties, followActs }: UserState): void {
  const userIds = [...new Set([...ties.keys(), ...followActs.keys()])].sort();
  out.varint(userIds.length);
  for (const userId of userIds) {
    const tie = ties.get(userId);
    const at = followActs.get(userId);
    out.text(userId);
    out.byte((tie ? TIED + numberForm(tie.value) : 0) + (at === undefined ? 0 : FOLLOW_ACT));
    if (tie) out.number(tie.value, numberForm(tie.value));
    if (tie) out.time(tie.at);
    if (at !== undefined) out.time(at);
  }
}

export function readTies(from: ByteReader, { ties, followActs }: UserState): void {
  for (let n = from.varint(); n > 0; n--) {
    const userId = from.text();
    const head = from.byte();
    if (head & TIED) ties.set(userId, { value: from.number(head % 4), at: from.time() });
    if (head & FOLLOW_ACT) followActs.set(userId, from.time());
  }
}
