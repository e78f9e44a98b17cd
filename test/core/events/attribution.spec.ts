import { attribute, attributionWindowMs, exposureTimeFault } from '../../../src/core/events/attribution.js';
import { EVENT_TYPES, type EventType } from '../../../src/core/events/event.js';

const HOUR = 3_600_000;
const SERVED = Date.UTC(2026, 10, 21, 12);
const facts = { exposureId: 'f.1', userId: 'u1', itemNo: 4, productIds: ['p9'], servedAt: SERVED };
const event = (type: EventType, change: object = {}) => ({ type, userId: 'u1', itemId: 'i4', occurredAt: SERVED + HOUR, ...change });
const claim = { exposureId: 'f.1' };

describe('attributionWindowMs', () => {
  it('is three days for what follows a click, seven for orders, none for the rest', () => {
    const windows = new Map(EVENT_TYPES.map((type) => [type, attributionWindowMs(type)]));
    expect([windows.get('CLICK'), windows.get('ADD_TO_CART'), windows.get('PURCHASE'), windows.get('REVIEW')]).toEqual([
      72 * HOUR,
      72 * HOUR,
      168 * HOUR,
      168 * HOUR,
    ]);
    const never = EVENT_TYPES.filter((type) => windows.get(type) === null);
    expect(never).toEqual(['RENDERED', 'IMPRESSION', 'FOLLOW', 'UNFOLLOW', 'INVITE', 'SEARCH', 'COST']);
  });
});

describe('attribute', () => {
  it('obeys a claim that holds: own exposure, of the item or of content that named it', () => {
    expect(attribute(event('CLICK', claim), 4, facts)).toEqual({ attribution: 'ATTRIBUTED', exposureId: 'f.1' });
    expect(attribute(event('PURCHASE', { ...claim, itemId: 'p9' }), 9, facts)).toEqual({ attribution: 'ATTRIBUTED', exposureId: 'f.1' });
    expect(attribute(event('IMPRESSION', claim), 4, facts)).toEqual({ attribution: 'ATTRIBUTED', exposureId: 'f.1' });
    expect(attribute(event('FOLLOW', { ...claim, itemId: undefined }), -1, facts)).toEqual({
      attribution: 'ATTRIBUTED',
      exposureId: 'f.1',
    });
  });

  it('keeps a claim as long as one likes: only what is not claimed has a window', () => {
    expect(attribute(event('CLICK', { ...claim, occurredAt: SERVED + 1000 * HOUR }), 4, facts).attribution).toBe('ATTRIBUTED');
  });

  it.each([
    ['an exposure that does not exist', {}, 4, null],
    ['an exposure of another user', { userId: 'u2' }, 4, facts],
    ['an exposure of another item', { itemId: 'i5' }, 5, facts],
    ['an exposure served six minutes later', { occurredAt: SERVED - 6 * 60_000 }, 4, facts],
  ])('makes an orphan of what claims %s', (_, change, itemNo, given) => {
    expect(attribute(event('CLICK', { ...claim, ...change }), itemNo, given)).toEqual({ attribution: 'ORPHAN', exposureId: 'f.1' });
  });

  it('forgives a clock that is five minutes slow', () => {
    const slow = event('CLICK', { ...claim, occurredAt: SERVED - 5 * 60_000 });
    expect(attribute(slow, 4, facts).attribution).toBe('ATTRIBUTED');
    expect(exposureTimeFault(slow, facts)).toBeNull();
    expect(exposureTimeFault({ ...slow, occurredAt: slow.occurredAt - 1 }, facts)).toMatchObject({
      code: 'INVALID_TIME',
      path: 'occurredAt',
    });
  });

  it('takes an exposure of nobody in particular for nobody else’s: the event counts for the user alone', () => {
    expect(attribute(event('PURCHASE', claim), 4, { ...facts, userId: null })).toEqual({ attribution: 'UNATTRIBUTED' });
  });

  it('finds the exposure of what claims none, within the window', () => {
    const at = (type: EventType, hours: number) => attribute(event(type, { occurredAt: SERVED + hours * HOUR }), 4, facts);
    expect(at('CLICK', 72)).toEqual({ attribution: 'ATTRIBUTED', exposureId: 'f.1' });
    expect(at('CLICK', 72.01)).toEqual({ attribution: 'UNATTRIBUTED' });
    expect(at('PURCHASE', 168)).toEqual({ attribution: 'ATTRIBUTED', exposureId: 'f.1' });
    expect(at('PURCHASE', 168.01)).toEqual({ attribution: 'UNATTRIBUTED' });
    expect(at('CLICK', -1)).toEqual({ attribution: 'UNATTRIBUTED' });
    expect(at('IMPRESSION', 1)).toEqual({ attribution: 'UNATTRIBUTED' });
  });

  it('never makes an orphan of what claims nothing', () => {
    expect(attribute(event('CLICK'), 4, null)).toEqual({ attribution: 'UNATTRIBUTED' });
    expect(attribute(event('CLICK', { userId: 'u2' }), 4, facts)).toEqual({ attribution: 'UNATTRIBUTED' });
    expect(attribute(event('CLICK', { itemId: 'i5' }), 5, facts)).toEqual({ attribution: 'UNATTRIBUTED' });
    expect(attribute(event('SEARCH', { itemId: undefined }), -1, null)).toEqual({ attribution: 'UNATTRIBUTED' });
  });
});
