import { withoutErased } from '../../../src/core/events/erased.js';
import { type LedgerEvent } from '../../../src/core/events/event.js';

const AT = 1_000;
const EVENT: LedgerEvent = {
  id: 'event-1',
  type: 'FOLLOW',
  userId: 'ann',
  targetUserId: 'bob',
  referrerUserId: 'cat',
  occurredAt: AT,
  receivedAt: AT + 5,
  writer: 1,
  seq: 7,
  itemNo: -1,
  attribution: 'UNATTRIBUTED',
};
const erased =
  (at: Record<string, number>) =>
  (userId: string): number | null =>
    at[userId] ?? null;

describe('an event read before users were erased', () => {
  it('is as it was where none of them has to do with it', () => {
    expect(withoutErased(EVENT, erased({ dan: AT + 1 }))).toBe(EVENT);
  });

  it('counts for nothing where one of them did it, at the very moment too', () => {
    for (const at of [AT, AT + 1]) expect(withoutErased(EVENT, erased({ ann: at }))).toBeNull();
  });

  it('is of somebody who came back where it happened later', () => {
    expect(withoutErased(EVENT, erased({ ann: AT - 1, bob: AT - 1, cat: AT - 1 }))).toBe(EVENT);
  });

  it.each([
    ['bob', 'targetUserId'],
    ['cat', 'referrerUserId'],
  ])('no longer names %s', (userId, field) => {
    const { [field]: _, ...rest } = EVENT as unknown as Record<string, unknown>;
    expect(withoutErased(EVENT, erased({ [userId]: AT }))).toEqual(rest);
  });
});
