import { type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { DAY_MS } from '../time.js';
import { BOUNDS, type HiddenKind, type UserState } from './state.js';

/** An item is hidden for good, a name for so long. */
export const NAME_HIDDEN_MS = 90 * DAY_MS;

/**
 * Note that an item, or its creator, brand or narrowest category, is hidden or no longer so. The act that occurred last holds, whichever comes last;
 * of two at one instant HIDE does. An item that has no such name, or is not known, is hidden itself: that much was certainly meant.
 */
export function foldHide(state: UserState, event: LedgerEvent, item: NumberedItem | undefined): void {
  const hide = event.type === 'HIDE';
  const name = scopedName(event, item);
  if (name) foldName(state, name.kind, name.no, hide, event.occurredAt);
  else if (event.itemNo >= 0) foldItem(state, event.itemNo, hide, event.occurredAt);
}

function scopedName({ hideScope }: LedgerEvent, item: NumberedItem | undefined): { kind: HiddenKind; no: number } | null {
  if (!item || !hideScope || hideScope === 'ITEM') return null;
  if (hideScope === 'CREATOR') return item.creatorNo > 0 ? { kind: 'creator', no: item.creatorNo } : null;
  if (hideScope === 'BRAND') return item.brandNo > 0 ? { kind: 'brand', no: item.brandNo } : null;
  const narrowest = item.categoryNos[item.categoryNos.length - 1];
  return narrowest > 0 ? { kind: 'category', no: narrowest } : null;
}

function foldItem(state: UserState, itemNo: number, hide: boolean, at: number): void {
  const last = state.hideActs.get(itemNo) ?? -Infinity;
  if (at < last || (at === last && !hide)) return;
  state.hideActs.set(itemNo, at);
  if (hide) state.hiddenItems.add(itemNo);
  else state.hiddenItems.delete(itemNo);
}

function foldName(state: UserState, kind: HiddenKind, no: number, hide: boolean, at: number): void {
  const hidden = state.hiddenNames[kind];
  const unhidden = state.unhiddenNames[kind];
  const until = hidden.get(no) ?? -Infinity;
  if (hide) {
    if (at >= (unhidden.get(no) ?? -Infinity)) setBounded(hidden, no, Math.max(until, at + NAME_HIDDEN_MS));
    return;
  }
  setBounded(unhidden, no, Math.max(unhidden.get(no) ?? -Infinity, at));
  if (until - NAME_HIDDEN_MS < at) hidden.delete(no);
}

/** Of more than 256 names the one with the earliest time is dropped; its hiding is the first to end. */
function setBounded(times: Map<number, number>, no: number, time: number): void {
  times.set(no, time);
  if (times.size <= BOUNDS.hiddenNames) return;
  let [earliest, least] = [no, time];
  for (const [name, at] of times) if (at < least || (at === least && name < earliest)) [earliest, least] = [name, at];
  times.delete(earliest);
}
