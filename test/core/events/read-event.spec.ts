import fc from 'fast-check';
import { EVENT_TYPES } from '../../../src/core/events/event.js';
import { readEvent } from '../../../src/core/events/read-event.js';

const NOW = Date.UTC(2026, 10, 21, 12);
const iso = (at: number) => new Date(at).toISOString();
const click = { id: 'e1', type: 'CLICK', userId: 'u1', itemId: 'i1', occurredAt: iso(NOW) };
const order = { ...click, type: 'PURCHASE', orderId: 'o1', amount: 9.9, currency: 'CNY' };

const eventOf = (input: unknown) => {
  const read = readEvent(input, NOW);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.event;
};
const faultsOf = (input: unknown) => {
  const read = readEvent(input, NOW);
  return 'faults' in read ? read.faults : [];
};
const codesOf = (input: unknown) => faultsOf(input).map(({ code, path }) => `${code} ${path}`);

describe('readEvent', () => {
  it('gives the event with its time as a number and nothing that was not given', () => {
    expect(eventOf(click)).toEqual({ id: 'e1', type: 'CLICK', userId: 'u1', itemId: 'i1', occurredAt: NOW });
    expect(Object.keys(eventOf({ ...click, sessionId: null, query: undefined }))).toEqual(['id', 'type', 'userId', 'occurredAt', 'itemId']);
  });

  it('takes an id of any characters that can be kept, numbers as GraphQL does', () => {
    for (const id of ['__proto__', 'constructor', "' OR 1=1--", '%00', '{}', '*', '用户', '👩‍👩‍👧', 'e\u0301', ' ', 'x'.repeat(128)])
      expect(eventOf({ ...click, id, userId: id, itemId: id })).toMatchObject({ id, userId: id, itemId: id });
    expect(eventOf({ ...click, id: 7 }).id).toBe('7');
  });

  it('fills in what an order and a refusal leave open', () => {
    expect(eventOf(order).quantity).toBe(1);
    expect(eventOf({ ...order, type: 'REFUND', quantity: 3 }).quantity).toBe(3);
    expect(eventOf({ ...click, type: 'HIDE' }).hideScope).toBe('ITEM');
    expect(eventOf({ ...click, type: 'UNHIDE', hideScope: 'BRAND' }).hideScope).toBe('BRAND');
    expect(eventOf(click)).not.toHaveProperty('quantity');
    expect(Object.is(eventOf({ ...order, amount: -0 }).amount, 0)).toBe(true);
  });

  it('asks of each type what it says nothing without', () => {
    const { itemId: _, ...bare } = click;
    const missing = Object.fromEntries(EVENT_TYPES.map((type) => [type, codesOf({ ...bare, type })]));
    expect(missing.FOLLOW).toEqual(['MISSING_FIELD targetUserId']);
    expect(missing.UNFOLLOW).toEqual(['MISSING_FIELD targetUserId']);
    expect(missing.INVITE).toEqual(['MISSING_FIELD targetUserId']);
    expect(missing.SEARCH).toEqual(['MISSING_FIELD query']);
    expect(missing.CHECKOUT).toEqual([]);
    expect(missing.COST).toEqual(['MISSING_FIELD amount']);
    expect(missing.DWELL).toEqual(['MISSING_FIELD itemId', 'MISSING_FIELD dwellMs']);
    expect(missing.REVIEW).toEqual(['MISSING_FIELD itemId', 'MISSING_FIELD rating']);
    const others = EVENT_TYPES.filter(
      (type) => !['FOLLOW', 'UNFOLLOW', 'INVITE', 'SEARCH', 'CHECKOUT', 'COST', 'DWELL', 'REVIEW'].includes(type),
    );
    for (const type of others) expect([type, missing[type]]).toEqual([type, ['MISSING_FIELD itemId']]);
  });

  // The catalogue of bad events, by the letter and number it is known under there, with the answer that the contract gives.
  it.each([
    ['no id', { id: undefined }, 'MISSING_FIELD id'],
    ['an empty id', { id: '' }, 'INVALID_ID id'],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, 'INVALID_ID id'],
    ['an id that is no text', { id: 1.5 }, 'INVALID_ID id'],
    ['a control character in an id', { id: 'a\u0000b' }, 'INVALID_ID id'],
    ['a delete in an id', { userId: 'a\u007f' }, 'INVALID_ID userId'],
    ['half a surrogate pair in an id', { itemId: 'a\ud800' }, 'INVALID_ID itemId'],
    ['the other half', { itemId: '\udc00a' }, 'INVALID_ID itemId'],
    ['nobody', { userId: undefined }, 'MISSING_FIELD userId'],
    ['an identity without its account', { userId: undefined, identity: { platform: 'p' } }, 'MISSING_FIELD identity.externalId'],
    ['an identity that is none', { userId: undefined, identity: 'p' }, 'INVALID_VALUE identity'],
    ['a user and an identity', { identity: { platform: 'p', externalId: 'x' } }, 'INVALID_VALUE identity'],
    ['an hour ahead', { occurredAt: iso(NOW + 3_600_000) }, 'INVALID_TIME occurredAt'],
    ['five minutes and a millisecond ahead', { occurredAt: iso(NOW + 300_001) }, 'INVALID_TIME occurredAt'],
    ['1970', { occurredAt: '1970-01-01T00:00:00Z' }, 'INVALID_TIME occurredAt'],
    ['the end of 1999', { occurredAt: '1999-12-31T23:59:59.999Z' }, 'INVALID_TIME occurredAt'],
    ['292 million years', { occurredAt: '+292278994-08-17T07:12:55Z' }, 'INVALID_TIME occurredAt'],
    ['yesterday', { occurredAt: 'yesterday' }, 'INVALID_TIME occurredAt'],
    ['a local time', { occurredAt: '2026-11-21T12:00:00' }, 'INVALID_TIME occurredAt'],
    ['a time as a number', { occurredAt: NOW }, 'INVALID_TIME occurredAt'],
    ['no time', { occurredAt: undefined }, 'MISSING_FIELD occurredAt'],
    ['an amount that is no number', { amount: NaN }, 'INVALID_VALUE amount'],
    ['a negative amount', { amount: -1 }, 'INVALID_VALUE amount'],
    ['an amount of 1e15', { amount: 1e15 }, 'INVALID_VALUE amount'],
    ['an endless amount', { amount: Infinity }, 'INVALID_VALUE amount'],
    ['an amount as text', { amount: '9.90' }, 'INVALID_VALUE amount'],
    ['nothing bought', { quantity: 0 }, 'INVALID_VALUE quantity'],
    ['half of one', { quantity: 0.5 }, 'INVALID_VALUE quantity'],
    ['10,001 of one', { quantity: 10_001 }, 'INVALID_VALUE quantity'],
    ['no currency', { currency: 'XXX' }, 'INVALID_VALUE currency'],
    ['a currency in small letters', { currency: 'cny' }, 'INVALID_VALUE currency'],
    ['an unknown type', { type: 'BUY' }, 'INVALID_VALUE type'],
    ['no type', { type: undefined }, 'MISSING_FIELD type'],
    ['a type that every object has', { type: 'constructor' }, 'INVALID_VALUE type'],
    ['a field that is none', { quantitty: 2 }, 'INVALID_VALUE quantitty'],
    ['a negative dwell', { type: 'DWELL', dwellMs: -5 }, 'INVALID_VALUE dwellMs'],
    ['a dwell of 1e9 ms', { type: 'DWELL', dwellMs: 1e9 }, 'INVALID_VALUE dwellMs'],
    ['six stars', { type: 'REVIEW', rating: 6 }, 'INVALID_VALUE rating'],
    ['no star', { type: 'REVIEW', rating: 0 }, 'INVALID_VALUE rating'],
    ['a sentiment of 2', { type: 'COMMENT', sentiment: 2 }, 'INVALID_VALUE sentiment'],
    ['a 64 KB query', { type: 'SEARCH', query: 'x'.repeat(65_536) }, 'TOO_LARGE query'],
    ['a query of nothing', { type: 'SEARCH', query: '' }, 'INVALID_VALUE query'],
    ['NUL in a query', { type: 'SEARCH', query: 'a\u0000' }, 'INVALID_VALUE query'],
    ['half a pair in a query', { type: 'SEARCH', query: '\ud83d' }, 'INVALID_VALUE query'],
    ['a surface that is a path', { surface: '../home' }, 'INVALID_VALUE surface'],
    ['a scope on a click', { hideScope: 'ITEM' }, 'INVALID_VALUE hideScope'],
    ['an unknown scope', { type: 'HIDE', hideScope: 'SHOP' }, 'INVALID_VALUE hideScope'],
    ['following oneself', { type: 'FOLLOW', targetUserId: 'u1' }, 'INVALID_VALUE targetUserId'],
  ])('refuses %s', (_, change, expected) => expect(codesOf({ ...click, ...change })).toEqual([expected]));

  it('takes what only looks odd', () => {
    for (const occurredAt of [
      '2000-01-01T00:00:00Z',
      iso(NOW - 30 * 86_400_000),
      iso(NOW + 300_000),
      '2016-12-31T23:59:60Z',
      '2026-03-29T02:30:00+02:00',
    ])
      expect(codesOf({ ...click, occurredAt })).toEqual([]);
    expect(codesOf({ ...click, type: 'ADD_TO_CART', quantity: 2, amount: 5, currency: 'USD' })).toEqual([]);
    expect(codesOf({ ...click, type: 'SEARCH', query: 'two\nlines' })).toEqual([]);
    expect(codesOf({ ...order, amount: undefined, orderId: undefined })).toEqual([]);
  });

  it('refuses a field of the prototype that a line of JSON smuggles in', () => {
    const line = `{"id":"e","type":"CLICK","userId":"u","itemId":"i","occurredAt":"${iso(NOW)}","__proto__":{"admin":true}}`;
    expect(codesOf(JSON.parse(line))).toEqual(['INVALID_VALUE __proto__']);
  });

  it('names every fault at once, with value and allowed range', () => {
    const faults = faultsOf({ ...order, id: '', quantity: -1, amount: -3, rating: 9, currency: 'EURO' });
    expect(faults.map(({ path }) => path)).toEqual(['id', 'quantity', 'amount', 'currency', 'rating']);
    expect(faults[1].message).toBe('quantity is -1; it must be a whole number from 1 to 10000');
    expect(faults[3].message).toBe('currency is "EURO"; it must be an ISO 4217 code in capital letters, as CNY');
    expect(faultsOf({ ...click, occurredAt: '2027-01-01T00:00:00Z' })[0].message).toBe(
      'occurredAt is "2027-01-01T00:00:00Z"; it must be from 2000-01-01T00:00:00.000Z to 2026-11-21T12:05:00.000Z',
    );
  });

  it('lists no more than 32 faults and never shows a long value whole', () => {
    const faults = faultsOf(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`.padEnd(5000, 'x'), i])));
    expect(faults).toHaveLength(32);
    expect(Math.max(...faults.map(({ message }) => message.length))).toBeLessThan(600);
  });

  it.each([null, 5, 'text', [], undefined, true])('says that %j is no event', (input) => {
    expect(faultsOf(input)).toEqual([
      { path: '', code: 'INVALID_VALUE', message: expect.stringContaining('it must be an object') as string },
    ]);
  });

  it('never throws, whatever it is given, and takes its own output again', () => {
    const names = [
      'id',
      'type',
      'userId',
      'itemId',
      'occurredAt',
      'amount',
      'quantity',
      'query',
      'currency',
      'hideScope',
      'rating',
      'dwellMs',
      'other',
    ];
    const value = fc.oneof(fc.anything(), fc.constantFrom(...EVENT_TYPES, 'CNY', iso(NOW), 3, 'i1'));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (input) => {
        const read = readEvent(input, NOW);
        if ('faults' in read) expect(read.faults.length).toBeGreaterThan(0);
        else expect(readEvent({ ...read.event, occurredAt: iso(read.event.occurredAt) }, NOW)).toEqual(read);
      }),
      { numRuns: 500 },
    );
  });
});
