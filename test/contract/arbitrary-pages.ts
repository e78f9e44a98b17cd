import fc from 'fast-check';
import { CANDIDATE_SOURCES } from '../../src/core/candidates/sources.js';
import { type Page, type PlacedItem, REASON_CODES, type Reason } from '../../src/core/exposures/exposure.js';
import { DEGRADATIONS, SLATE_RULES } from '../../src/core/outcome.js';
import { anyId, anyNumber, anyText, NOW } from './arbitrary-events.js';

let made = 0;

/** A UUIDv7 of an instant, another on every call. */
export function feedIdAt(at: number): string {
  const time = at.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(++made).toString(16).padStart(12, '0')}`;
}

/** An item at a position, plain but for what is given. */
export const somePlaced = (position: number, fields: Partial<PlacedItem> = {}): PlacedItem => ({
  itemNo: 100 + position,
  itemId: `item-${100 + position}`,
  position,
  score: 1 / (position + 2),
  rankBefore: position,
  sources: ['SIMILAR', 'TRENDING'],
  exploration: false,
  promoted: false,
  repeat: false,
  propensity: null,
  contributions: [
    { name: 'user.affinity@1', value: 0.1 * position },
    { name: 'item.trend@1', value: -0.2 },
  ],
  reasons: [{ code: 'TRENDING', contribution: 0.3 }],
  productIds: [],
  ...fields,
});

const FEATURE_NAMES = ['user.affinity@1', 'item.trend@1', 'item.age@1'];

/** A page of three items, plain but for what is given. */
export function somePage(fields: Partial<Page> = {}): Page {
  const placed = fields.placed ?? [1, 2, 3].map((position) => somePlaced(position));
  return {
    feedId: feedIdAt(NOW),
    pageNo: 0,
    kind: 'feed',
    userId: 'ann',
    sessionId: null,
    surface: 'home',
    pageId: null,
    servedAt: NOW,
    scorer: 'RULES',
    modelVersion: null,
    configVersion: 1,
    assignments: [],
    degraded: [],
    relaxed: [],
    poolSize: 40,
    fixedByCaller: false,
    featureNames: FEATURE_NAMES,
    features: Float32Array.from({ length: placed.length * FEATURE_NAMES.length }, (_, i) => i / 7),
    placed,
    ...fields,
  };
}

/** A page with something in every field. */
export const fullPage = (fields: Partial<Page> = {}): Page =>
  somePage({
    sessionId: 'session',
    pageId: `page-${++made}`,
    modelVersion: '2026.11.21-1',
    assignments: [{ experiment: 'layers', variant: 'a', phase: 2, forced: false, triggered: true }],
    degraded: ['MODEL_SLOW', 'STALE_CATALOGUE'],
    relaxed: ['BRAND_CAP', 'CATEGORY_CAP'],
    placed: [
      somePlaced(1),
      somePlaced(2, {
        propensity: 0.05,
        exploration: true,
        reasons: [{ code: 'FRIEND_BOUGHT', userId: 'bob', itemId: 'boots', tag: 'tie', contribution: 0.25 }],
        productIds: ['boots', 'laces'],
      }),
      somePlaced(3, { reasons: [{ code: 'FRIEND_LIKED', userId: 'cleo' }, { code: 'NEW' }], repeat: true, promoted: true }),
    ],
    ...fields,
  });

const anyReason: fc.Arbitrary<Reason> = fc.record(
  {
    code: fc.constantFrom(...REASON_CODES),
    itemId: anyId,
    userId: anyId,
    tag: anyText(),
    // JSON has no negative zero.
    contribution: anyNumber.map((value) => value + 0),
  },
  { requiredKeys: ['code'] },
);

const anyFloat = fc.double({ noNaN: true });

const anyPlaced: fc.Arbitrary<Omit<PlacedItem, 'position'>> = fc.record({
  itemNo: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  itemId: anyId,
  score: anyFloat,
  rankBefore: fc.integer({ min: 1, max: 500 }),
  sources: fc.subarray([...CANDIDATE_SOURCES]),
  exploration: fc.boolean(),
  promoted: fc.boolean(),
  repeat: fc.boolean(),
  propensity: fc.option(anyFloat),
  contributions: fc.array(fc.record({ name: anyText(), value: anyFloat }), { maxLength: 5 }),
  reasons: fc.array(anyReason, { maxLength: 3 }),
  productIds: fc.array(anyText(), { maxLength: 3 }),
});

/** Any page that the log may be given. */
export const anyPage: fc.Arbitrary<Page> = fc
  .record({
    first: fc.integer({ min: 1, max: 5000 }),
    placed: fc.array(anyPlaced, { maxLength: 6 }),
    featureNames: fc.uniqueArray(anyText(), { maxLength: 4 }),
    rest: fc.record({
      pageNo: fc.integer({ min: 0, max: 100 }),
      kind: fc.constantFrom<Page['kind']>('feed', 'rank', 'related'),
      userId: fc.option(anyId),
      sessionId: fc.option(anyId),
      surface: anyText(32),
      pageId: fc.option(anyId),
      servedAt: fc.integer({ min: NOW - 60_000, max: NOW }),
      scorer: fc.constantFrom<Page['scorer']>('MODEL', 'RULES', 'POPULARITY'),
      modelVersion: fc.option(anyText()),
      configVersion: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      assignments: fc.array(
        fc.record({ experiment: anyText(), variant: anyText(), phase: fc.nat(9), forced: fc.boolean(), triggered: fc.boolean() }),
        { maxLength: 3 },
      ),
      degraded: fc.subarray([...DEGRADATIONS]),
      relaxed: fc.subarray([...SLATE_RULES]),
      poolSize: fc.integer({ min: 0, max: 500 }),
      fixedByCaller: fc.boolean(),
    }),
  })
  .chain(({ first, placed, featureNames, rest }) =>
    fc.float32Array({ minLength: placed.length * featureNames.length, maxLength: placed.length * featureNames.length }).map((features) => ({
      ...rest,
      feedId: feedIdAt(NOW),
      featureNames,
      features,
      placed: placed.map((item, i) => ({ ...item, position: first + i })),
    })),
  );
