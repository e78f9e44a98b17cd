import fc from 'fast-check';
import { ATTRIBUTIONS, EVENT_TYPES, HIDE_SCOPES } from '../../src/core/events/event.js';
import { type IncomingEvent } from '../../src/ports/ledger.js';

/** 2026-11-22T10:00:00Z: when the tests take place. */
export const NOW = Date.UTC(2026, 10, 22, 10);

let made = 0;

/** A plain event with an id of its own. */
export const someEvent = (fields: Partial<IncomingEvent> = {}): IncomingEvent => ({
  id: `event-${++made}`,
  type: 'CLICK',
  userId: 'ann',
  occurredAt: NOW - 1000,
  receivedAt: NOW,
  itemNo: 7,
  itemId: 'boots',
  attribution: 'UNATTRIBUTED',
  ...fields,
});

/** Any text that can be kept: all of Unicode but NUL. */
export const anyText = (maxLength = 40): fc.Arbitrary<string> =>
  fc.oneof(fc.string({ unit: 'grapheme', maxLength }), fc.string({ unit: 'binary', maxLength })).map((text) => text.replaceAll('\0', ''));

export const anyId: fc.Arbitrary<string> = anyText().filter((text) => text.length > 0);

export const anyNumber: fc.Arbitrary<number> = fc.double({ noNaN: true, noDefaultInfinity: true });

const anyTime = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(9999, 0, 1) });

const optionalFields = {
  sessionId: anyId,
  itemId: anyId,
  targetUserId: anyId,
  exposureId: anyId,
  surface: anyText(),
  platform: anyText(),
  orderId: anyId,
  quantity: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  amount: anyNumber,
  currency: anyText(3),
  dwellMs: fc.integer({ min: 0, max: 604_800_000 }),
  rating: anyNumber,
  sentiment: anyNumber,
  query: anyText(512),
  shareId: anyId,
  referrerUserId: anyId,
  hideScope: fc.constantFrom(...HIDE_SCOPES),
  campaign: anyText(),
  deviceHash: anyText(),
};

/** Any event that the ledger may be given, all received at NOW so that their order is that of the call. */
export const anyEvent: fc.Arbitrary<IncomingEvent> = fc.record(
  {
    id: anyId.map((text) => `${text} ${++made}`),
    type: fc.constantFrom(...EVENT_TYPES),
    userId: anyId,
    occurredAt: anyTime,
    receivedAt: fc.constant(NOW),
    itemNo: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    attribution: fc.constantFrom(...ATTRIBUTIONS),
    ...optionalFields,
  },
  { requiredKeys: ['id', 'type', 'userId', 'occurredAt', 'receivedAt', 'itemNo', 'attribution'] },
);

/** An event that has every field. */
export const fullEvent = (fields: Partial<IncomingEvent> = {}): IncomingEvent =>
  someEvent({
    sessionId: 'session',
    targetUserId: 'bob',
    exposureId: '019a0000-0000-7000-8000-000000000001.3',
    surface: 'home',
    platform: 'ios',
    orderId: 'order',
    quantity: 2,
    amount: 12.34,
    currency: 'CNY',
    dwellMs: 1500,
    rating: 4.5,
    sentiment: -0.25,
    query: 'red boots',
    shareId: 'share',
    referrerUserId: 'cleo',
    hideScope: 'BRAND',
    campaign: 'autumn',
    deviceHash: 'd41d8cd9',
    ...fields,
  });
