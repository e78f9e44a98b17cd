import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CanonicalBytes } from '../../../src/core/exposures/canonical-bytes.js';
import {
  chainStart,
  eventHash,
  eventSealFault,
  type KeptEvent,
  pageHash,
  pageSealFault,
  sealedOfEvent,
} from '../../../src/core/exposures/chain.js';
import { keepPage, restorePage } from '../../../src/core/exposures/kept-page.js';
import { commitmentOf, seal, sealFault, withoutSalt } from '../../../src/core/exposures/seal.js';

const sha256 = (...parts: Uint8Array[]): string => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

// The layout by hand: fixed-width numbers, texts behind their length.
const u8 = (value: number): Buffer => Buffer.of(value);
const u32 = (value: number): Buffer => Buffer.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const f64 = (value: number): Buffer => Buffer.from(new Uint8Array(Float64Array.of(value).buffer).reverse());
const text = (value: string): Buffer => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
const absent = u32(0xffffffff);
const hex = (value: string): Buffer => Buffer.from(value, 'hex');

const SALT = '000102030405060708090a0b0c0d0e0f';
const PREVIOUS = 'ab'.repeat(32);
const bytes = new CanonicalBytes();

const event: KeptEvent = {
  id: 'e1',
  type: 'CLICK',
  userId: 'ann',
  occurredAt: 1_700_000_000_000,
  receivedAt: 1_700_000_000_500,
  writer: 3,
  seq: 12,
  itemNo: 7,
  itemId: 'böots',
  attribution: 'ATTRIBUTED',
  amount: 0,
};
const seals = { user: seal(bytes, SALT, sealedOfEvent(event)), target: null, referrer: null };

describe('a seal', () => {
  it('is the salt, then sha256 of salt, number of texts, and each text behind its length', () => {
    const commitment = sha256(hex(SALT), u32(3), text('ann'), absent, text(''));
    expect(seal(bytes, SALT, ['ann', null, ''])).toBe(SALT + commitment);
    expect(commitmentOf(SALT + commitment)).toBe(commitment);
  });

  it('differs for texts that differ only in where one ends, or in being absent or empty', () => {
    const of = (...texts: (string | null)[]): string => seal(bytes, SALT, texts);
    expect(new Set([of('ab', 'c'), of('a', 'bc'), of('abc', ''), of('abc', null), of('abc')]).size).toBe(5);
  });

  it('fits its texts, and after erasure the lack of them', () => {
    const sealed = seal(bytes, SALT, ['ann', 'session']);
    expect(sealFault(bytes, sealed, ['ann', 'session'])).toBeNull();
    expect(sealFault(bytes, sealed, ['ann', null])).toContain('differ from what was sealed');
    expect(sealFault(bytes, sealed, [null, null])).toContain('differ from what was sealed');
    expect(sealFault(bytes, withoutSalt(sealed), [null, null])).toBeNull();
    expect(sealFault(bytes, withoutSalt(sealed), ['ann', null])).toContain('erased');
    expect(sealFault(bytes, sealed.slice(2), ['ann', 'session'])).toContain('length');
    expect(sealFault(bytes, null, [null, undefined])).toBeNull();
    expect(sealFault(bytes, null, [null, 'session'])).toContain('no seal');
  });
});

describe('the chain of events', () => {
  it('starts with what it is a chain of', () => {
    const start = chainStart(bytes, { kind: 'events', day: '2026-11-22', writer: 3 });
    expect(start).toBe(sha256(u8(2), text('imago'), text('events'), text('2026-11-22'), f64(3)));
    expect(chainStart(bytes, { kind: 'events', day: '2026-11-22', writer: 3 }, 1)).toBe(
      sha256(u8(1), text('imago'), text('events'), text('2026-11-22'), f64(3)),
    );
    expect(chainStart(bytes, { kind: 'exposures', day: '2026-11-22', writer: 3 })).not.toBe(start);
    expect(chainStart(bytes, { kind: 'events', day: '2026-11-23', writer: 3 })).not.toBe(start);
    expect(chainStart(bytes, { kind: 'events', day: '2026-11-22', writer: 4 })).not.toBe(start);
  });

  it.each([1, 2] as const)('covers the entry before and every field, the personal ones by their commitment, in format %i', (format) => {
    const expected = sha256(
      hex(PREVIOUS),
      u8(format),
      u8(1), // an event
      f64(12),
      f64(1_700_000_000_500),
      f64(1_700_000_000_000),
      u8(2), // CLICK is the third type
      u8(1), // ATTRIBUTED is the second attribution
      hex(sha256(hex(SALT), u32(7), text('e1'), text('ann'), absent, absent, absent, absent, absent)),
      u8(0), // no target
      u8(0), // no referrer
      f64(7),
      text('böots'),
      absent, // exposureId
      absent, // surface
      absent, // platform
      u8(0), // no quantity
      Buffer.concat([u8(1), f64(0)]), // an amount of nothing
      absent, // currency
      u8(0), // no dwellMs
      u8(0), // no rating
      u8(0), // no sentiment
      absent, // campaign
      absent, // hideScope
    );
    expect(eventHash(bytes, PREVIOUS, event, { ...seals, format })).toBe(expected);
  });

  it('goes on after erasure as it was', () => {
    const { id: _id, userId: _userId, ...erased } = event;
    const cut = { ...seals, user: withoutSalt(seals.user) };
    expect(eventHash(bytes, PREVIOUS, erased, cut)).toBe(eventHash(bytes, PREVIOUS, event, seals));
    expect(eventSealFault(bytes, event, seals)).toBeNull();
    expect(eventSealFault(bytes, erased, cut)).toBeNull();
    expect(eventSealFault(bytes, event, cut)).toContain('erased');
  });

  it('has another hash for any other number, however near', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (a, b) => {
        const hash = (amount: number): string => eventHash(bytes, PREVIOUS, { ...event, amount }, seals);
        return (hash(a) === hash(b)) === Object.is(a, b);
      }),
    );
  });
});

describe('the chain of pages', () => {
  const page = {
    feedId: '019a0000-0000-7000-8000-000000000001',
    pageNo: 1,
    kind: 'rank' as const,
    userId: 'ann',
    sessionId: null,
    surface: 'home',
    pageId: null,
    servedAt: 1_700_000_000_000,
    scorer: 'RULES' as const,
    modelVersion: null,
    configVersion: 4,
    assignments: [],
    degraded: ['MODEL_MISSING' as const],
    relaxed: [],
    poolSize: 40,
    fixedByCaller: true,
    featureNames: ['x@1'],
    features: Float32Array.of(0.5),
    placed: [
      {
        itemNo: 7,
        itemId: 'boots',
        position: 21,
        score: 0.25,
        rankBefore: 2,
        sources: ['CREATORS' as const, 'SIMILAR' as const],
        exploration: false,
        promoted: true,
        repeat: false,
        propensity: 0.5,
        contributions: [{ name: 'x@1', value: 2 }],
        reasons: [{ code: 'FRIEND_BOUGHT' as const, userId: 'bob' }],
        productIds: ['laces'],
      },
    ],
  };
  const CATALOGUE = 'cd'.repeat(32);
  const salts = [SALT, '10'.repeat(16)];
  const keep = () => {
    let drawn = 0;
    return keepPage(page, { bytes, nextSalt: () => salts[drawn++], featureCatalogue: CATALOGUE });
  };

  it.each([1, 2] as const)('covers the entry before, the page, its features and its exposures in format %i', (format) => {
    const expected = sha256(
      hex(PREVIOUS),
      u8(format),
      u8(2), // a page
      f64(9), // seq
      f64(1_700_000_000_007), // received
      f64(1_700_000_000_000), // served
      text(page.feedId),
      f64(1),
      text('rank'),
      text('home'),
      u8(1),
      hex(sha256(hex(SALT), u32(3), text('ann'), absent, absent)),
      text('RULES'),
      absent, // model version
      f64(4),
      absent, // assignments
      Buffer.concat([u32(1), text('MODEL_MISSING')]),
      u32(0), // relaxed
      f64(40),
      u8(1), // fixed by the caller
      ...(format === 1 ? [] : [absent]), // widening
      u32(1), // people mentioned
      hex(sha256(hex(salts[1]), u32(1), text('bob'))),
      hex(CATALOGUE),
      Buffer.concat([u32(4), Buffer.of(0, 0, 0, 0x3f)]), // 0.5 as float32, little-endian
      // One name of three bytes; one term of it, 2 as float64, little-endian.
      Buffer.concat([u32(2 + 5 + 2 + 10), Buffer.of(1, 0, 3, 0), Buffer.from('x@1'), Buffer.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40)]),
      u32(1), // exposures
      f64(21),
      f64(7),
      text('boots'),
      f64(0.25),
      f64(2),
      f64(0b110), // CREATORS and SIMILAR are the second and third source
      Buffer.of(0, 1, 0),
      Buffer.concat([u8(1), f64(0.5)]),
      text('[{"mention":0,"code":"FRIEND_BOUGHT"}]'),
      Buffer.concat([u32(1), text('laces')]),
    );
    expect(pageHash(bytes, PREVIOUS, keep(), { seq: 9, receivedAt: 1_700_000_000_007, format })).toBe(expected);
  });

  it('covers what widening did on a page, which the first format had no place for', () => {
    const place = { seq: 9, receivedAt: 1_700_000_000_007 };
    const widened = { ...keep(), widening: '{"boost":0.15}' };
    expect(pageHash(bytes, PREVIOUS, widened, place)).not.toBe(pageHash(bytes, PREVIOUS, keep(), place));
    expect(pageHash(bytes, PREVIOUS, widened, { ...place, format: 1 })).toBe(pageHash(bytes, PREVIOUS, keep(), { ...place, format: 1 }));
  });

  it('goes on after erasure of the user and of a friend as it was', () => {
    const kept = keep();
    const erased = {
      ...kept,
      userId: null,
      seal: withoutSalt(kept.seal!),
      mentions: [null],
      mentionSeals: kept.mentionSeals.map(withoutSalt),
    };
    const place = { seq: 1, receivedAt: 5 };
    expect(pageHash(bytes, PREVIOUS, erased, place)).toBe(pageHash(bytes, PREVIOUS, kept, place));
    expect([kept, erased].map((one) => pageSealFault(bytes, one))).toEqual([null, null]);
    expect(pageSealFault(bytes, { ...erased, mentions: ['eve'] })).toContain('erased');
    expect(pageSealFault(bytes, { ...kept, mentions: [] })).toContain('without a seal');
    expect(restorePage(erased, page.featureNames).placed[0].reasons).toEqual([{ code: 'FRIEND_BOUGHT' }]);
    expect(restorePage(kept, page.featureNames)).toEqual(page);
  });
});
