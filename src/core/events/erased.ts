import { type LedgerEvent } from './event.js';

/**
 * What counts of an event that was read before users were erased: nothing where it is of one of them, else all but whom it names of them. What happened after
 * an erasure is of somebody who came back.
 *
 * @param erasedAt epoch ms, null for never
 * @returns null for an event of which nothing counts
 */
export function withoutErased(event: LedgerEvent, erasedAt: (userId: string) => number | null): LedgerEvent | null {
  const isErased = (userId: string | undefined): boolean => userId !== undefined && event.occurredAt <= (erasedAt(userId) ?? -Infinity);
  if (isErased(event.userId)) return null;
  const { targetUserId, referrerUserId, ...rest } = event;
  if (!isErased(targetUserId) && !isErased(referrerUserId)) return event;
  return {
    ...rest,
    ...(!isErased(targetUserId) && { targetUserId }),
    ...(!isErased(referrerUserId) && { referrerUserId }),
  };
}
