import { type LedgerEvent } from '../events/event.js';
import { type NumberedItem } from '../item.js';
import { addToMap, decayedValue, HALF_LIFE_MS, keepStrongest } from './decayed.js';
import { BOUNDS, type UserState } from './state.js';

/** Strength of a new tie; nothing makes it less but time. */
const FOLLOW_STRENGTH = 1;
/** Shares of an act's weight that go to the tie with the creator of the item, and with the one who brought the user to it. */
const CREATOR_SHARE = 0.25;
const REFERRER_SHARE = 0.5;
const INVITE_STRENGTH = 1;

/** Follow or no longer follow. The act that occurred last holds, whichever comes last; of two at one instant FOLLOW does. */
export function foldFollow(state: UserState, { type, targetUserId, occurredAt: at }: LedgerEvent): void {
  if (targetUserId === undefined) return;
  const follow = type === 'FOLLOW';
  const last = state.followActs.get(targetUserId) ?? -Infinity;
  if (at < last || (at === last && !follow)) return;
  state.followActs.set(targetUserId, at);
  if (!follow) state.ties.delete(targetUserId);
  else refresh(state, targetUserId, at);
  bound(state);
}

/** Following again makes a tie that faded as strong as a new one, and leaves a stronger one as it is. */
function refresh(state: UserState, userId: string, at: number): void {
  const tie = state.ties.get(userId);
  if (!tie) state.ties.set(userId, { value: FOLLOW_STRENGTH, at });
  else if (decayedValue(tie, at, HALF_LIFE_MS.tie) < FOLLOW_STRENGTH)
    state.ties.set(userId, { value: FOLLOW_STRENGTH, at: Math.max(at, tie.at) });
}

/** Drop the weakest ties, and of the acts that stand for no tie the oldest. */
function bound(state: UserState): void {
  if (state.ties.size > BOUNDS.ties) keepStrongest(state.ties, BOUNDS.ties, HALF_LIFE_MS.tie);
  const excess = state.followActs.size - BOUNDS.followActs;
  if (excess <= 0) return;
  const tieless = [...state.followActs].filter(([userId]) => !state.ties.has(userId));
  tieless.sort(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1));
  for (const [userId] of tieless.slice(0, excess)) state.followActs.delete(userId);
}

/** Strengthen ties there are: by what is done with a followed creator's items, by coming through a followed user's share, by inviting him. */
export function foldTies(state: UserState, event: LedgerEvent, item: NumberedItem | undefined, weight: number): void {
  if (state.ties.size === 0) return;
  if (event.type === 'INVITE') strengthen(state, event.targetUserId, INVITE_STRENGTH, event.occurredAt);
  if (weight <= 0) return;
  strengthen(state, item?.item.creatorId, weight * CREATOR_SHARE, event.occurredAt);
  strengthen(state, event.referrerUserId, weight * REFERRER_SHARE, event.occurredAt);
}

function strengthen(state: UserState, userId: string | null | undefined, weight: number, at: number): void {
  if (userId !== null && userId !== undefined && state.ties.has(userId)) addToMap(state.ties, userId, weight, at, HALF_LIFE_MS.tie);
}
