import { type LedgerEvent } from '../../../src/core/events/event.js';
import { foldEvent } from '../../../src/core/tags/fold.js';
import { BOUNDS, emptyState } from '../../../src/core/tags/state.js';
import { DAY, event, folded, NOW, numbered, OPTIONS } from './history.js';

const shoe = numbered(7, { categoryNos: [1, 2], brandNo: 3, creatorNo: 4, price: 30 });

describe('what is hidden', () => {
  const hide = (type: 'HIDE' | 'UNHIDE', hours: number, change: Partial<LedgerEvent> = {}) =>
    event(type, { occurredAt: NOW + hours * 3_600_000, hideScope: 'ITEM', ...change });

  it('is an item for good, a name for 90 days', () => {
    const state = folded(
      [hide('HIDE', 0), shoe],
      [hide('HIDE', 0, { hideScope: 'CREATOR' }), shoe],
      [hide('HIDE', 1, { hideScope: 'BRAND' }), shoe],
      [hide('HIDE', 2, { hideScope: 'CATEGORY' }), shoe],
    );
    expect([...state.hiddenItems]).toEqual([7]);
    expect([...state.hiddenNames.creator]).toEqual([[4, NOW + 90 * DAY]]);
    expect([...state.hiddenNames.brand]).toEqual([[3, NOW + 90 * DAY + 3_600_000]]);
    expect([...state.hiddenNames.category]).toEqual([[2, NOW + 90 * DAY + 7_200_000]]); // the narrowest one
  });

  it('is decided by the act that occurred last, whichever comes last', () => {
    expect(folded([hide('HIDE', 2), shoe], [hide('UNHIDE', 1), shoe]).hiddenItems.has(7)).toBe(true);
    expect(folded([hide('UNHIDE', 2), shoe], [hide('HIDE', 1), shoe]).hiddenItems.has(7)).toBe(false);
    expect(folded([hide('UNHIDE', 2), shoe], [hide('HIDE', 2), shoe]).hiddenItems.has(7)).toBe(true);
    const scope = { hideScope: 'BRAND' } as const;
    expect(folded([hide('HIDE', 1, scope), shoe], [hide('UNHIDE', 2, scope), shoe]).hiddenNames.brand.size).toBe(0);
    expect(folded([hide('UNHIDE', 2, scope), shoe], [hide('HIDE', 1, scope), shoe]).hiddenNames.brand.size).toBe(0);
    expect(folded([hide('HIDE', 2, scope), shoe], [hide('UNHIDE', 1, scope), shoe]).hiddenNames.brand.size).toBe(1);
  });

  it('is the item itself where it has no such name', () => {
    const state = folded([hide('HIDE', 0, { hideScope: 'BRAND' }), numbered(9, { brandNo: 0 })]);
    expect([...state.hiddenItems]).toEqual([9]);
    expect(state.hiddenNames.brand.size).toBe(0);
  });
});

describe('ties', () => {
  const follow = (type: 'FOLLOW' | 'UNFOLLOW', hours: number, targetUserId = 'maker') =>
    event(type, { targetUserId, occurredAt: NOW + hours * 3_600_000 });
  const made = numbered(5, { creatorId: 'maker' });

  it('begin with 1 and end with UNFOLLOW, whichever comes last', () => {
    expect([...folded([follow('FOLLOW', 0)]).ties]).toEqual([['maker', { value: 1, at: NOW }]]);
    expect(folded([follow('FOLLOW', 0)], [follow('UNFOLLOW', 1)]).ties.size).toBe(0);
    expect(folded([follow('UNFOLLOW', 1)], [follow('FOLLOW', 0)]).ties.size).toBe(0);
    expect(folded([follow('FOLLOW', 1)], [follow('UNFOLLOW', 0)]).ties.size).toBe(1);
  });

  it('grow by a quarter of what is done with the creator’s items, by half of what he led to, by inviting him', () => {
    const strength = (...steps: Parameters<typeof folded>) => folded([follow('FOLLOW', 0)], ...steps).ties.get('maker')!.value;
    expect(strength([event('PURCHASE'), made])).toBe(1 + 4 / 4);
    expect(strength([event('CLICK', { referrerUserId: 'maker' }), shoe])).toBe(1 + 1 / 2);
    expect(strength([event('INVITE', { targetUserId: 'maker' })])).toBe(2);
    expect(strength([event('SKIP'), made])).toBe(1);
  });

  it('are of those who are followed only, also under names that every object has', () => {
    expect(folded([event('PURCHASE', { referrerUserId: 'other' }), made]).ties.size).toBe(0);
    expect([...folded([follow('FOLLOW', 0, '__proto__')]).ties.keys()]).toEqual(['__proto__']);
  });

  it('are 500 at most, the weakest dropped, with a bounded memory of acts', () => {
    const state = emptyState();
    for (let i = 0; i < 600; i++) foldEvent(state, follow('FOLLOW', i, `f${i}`), undefined, OPTIONS);
    expect([state.ties.size, state.ties.has('f99'), state.ties.has('f100')]).toEqual([500, false, true]);
    for (let i = 0; i < 1000; i++) foldEvent(state, follow('UNFOLLOW', 600 + i, `g${i}`), undefined, OPTIONS);
    expect(state.followActs.size).toBe(BOUNDS.followActs);
  });
});
