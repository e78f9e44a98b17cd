import { findCandidates } from '../../../src/core/candidates/find-candidates.js';
import { gatherSignals } from '../../../src/core/candidates/signals.js';
import { FEATURE_COUNT } from '../../../src/core/features/catalogue.js';
import { PageFeatures } from '../../../src/core/features/page-features.js';
import { buildPage } from '../../../src/core/feed.js';
import { type EventType } from '../../../src/core/events/event.js';
import { type PageInputs } from '../../../src/core/page.js';
import { PipelineRun } from '../../../src/core/pipeline.js';
import { type Random, seededRandom } from '../../../src/core/random.js';
import { columnsRead } from '../../../src/core/scoring/columns-read.js';
import { candidatesFor, DAY, inputsFor, neighboursOf, NOW, TestShop } from '../shop-fixture.js';

const ITEMS = 150;
const TYPES: EventType[] = [
  'CLICK',
  'VIEW',
  'LIKE',
  'SAVE',
  'UNSAVE',
  'ADD_TO_CART',
  'REMOVE_FROM_CART',
  'PURCHASE',
  'HIDE',
  'SKIP',
  'REVIEW',
];
const CELLS = ['wx4g0', 'wx4ep', 'u4pru'];

const below = (random: Random, n: number): number => Math.floor(random() * n);
const oneOf = <T>(random: Random, all: readonly T[]): T => all[below(random, all.length)];

/** A shop in which everything that a feature reads is there for some and missing for others. */
function randomShop(random: Random): TestShop {
  const shop = new TestShop();
  for (let i = 0; i < ITEMS; i++)
    shop.put({
      kind: oneOf(random, ['PRODUCT', 'PRODUCT', 'NOTE', 'VIDEO', 'LIVE']),
      style: oneOf(random, [null, 'PRACTICAL', 'EMOTIONAL', 'SOCIAL']),
      categories: [`r${below(random, 4)}`, `l${below(random, 12)}`],
      brand: oneOf(random, [null, 'a', 'b']),
      creatorId: oneOf(random, [null, 'f0', 'f1', 'c']),
      price: oneOf(random, [null, 0, below(random, 500)]),
      stock: oneOf(random, [null, 3, 50]),
      geohash: oneOf(random, [null, ...CELLS]),
      availableUntil: oneOf(random, [null, NOW + below(random, 9 * DAY)]),
      createdAt: NOW - (below(random, 300) - 2) * DAY,
      repurchaseDays: oneOf(random, [null, 0]),
      commercial: random() < 0.1,
    });
  for (let i = 0; i < 900; i++) shop.observe(randomEvent(shop, `f${below(random, 20)}`, random));
  return shop;
}

const randomEvent = (shop: TestShop, userId: string, random: Random) =>
  shop.event(userId, oneOf(random, TYPES), below(random, ITEMS), {
    occurredAt: NOW - random() ** 3 * 90 * DAY,
    rating: 1 + below(random, 5),
  });

function randomInputs(shop: TestShop, random: Random): PageInputs {
  const rows = Object.fromEntries(
    Array.from({ length: ITEMS }, (_, no) => [no, Array.from({ length: 8 }, () => [below(random, ITEMS), random()] as [number, number])]),
  );
  const similar = neighboursOf(ITEMS, rows);
  const acts = Array.from({ length: below(random, 70) }, () => randomEvent(shop, 'u', random));
  const follows = Array.from({ length: below(random, 8) }, (_, i) => shop.event('u', 'FOLLOW', -1, { targetUserId: `f${i}` }));
  const state = shop.stateAfter(...acts, ...follows);
  for (let i = below(random, 30); i > 0; i--) state.shown.set(below(random, ITEMS), { value: 1 + random(), at: NOW - random() * DAY });
  state.lastServedAt = oneOf(random, [0, NOW - DAY]);
  const kind = oneOf(random, ['feed', 'feed', 'rank', 'related'] as const);
  const request = {
    kind,
    first: 5 + below(random, 30),
    hour: below(random, 24),
    geohash: oneOf(random, [null, ...CELLS]),
    contextItems: oneOf(random, [[], [below(random, ITEMS)]]),
    candidates: kind === 'rank' ? candidatesFor([...new Set(Array.from({ length: 40 }, () => below(random, ITEMS)))]) : null,
    basket: kind === 'related' ? { itemNos: [below(random, ITEMS)], relation: 'SIMILAR' as const } : null,
  };
  return inputsFor(shop.shop({ similar, boughtTogether: similar }), { state: random() < 0.1 ? null : state, request });
}

/** The bytes of every feature of some rows, with the columns of the rules filled first and the rest for the rows alone, or all for all candidates. */
function bytesOf(inputs: PageInputs, rowsOf: (rows: number) => Uint32Array, lazily: boolean): { rows: number; bytes: Buffer } {
  const run = new PipelineRun(inputs);
  const signals = gatherSignals(inputs, run);
  const candidates = findCandidates(signals, run);
  const features = new PageFeatures(signals, candidates, run);
  const rows = rowsOf(candidates.itemNos.length);
  if (lazily) features.fill(columnsRead(signals.settings));
  else features.of(Uint32Array.from(candidates.itemNos.keys()));
  const values = features.of(rows);
  expect(run.trace.filter(({ failed }) => failed !== undefined)).toEqual([]);
  expect(values).toHaveLength(rows.length * FEATURE_COUNT);
  return { rows: rows.length, bytes: Buffer.from(values.buffer) };
}

describe('features of placed rows', () => {
  it('are the same bytes whether only they were filled or all candidates', () => {
    const random = seededRandom(11);
    let exposures = 0;
    for (let shops = 0; exposures < 1000; shops++) {
      const shop = randomShop(random);
      for (let pages = 0; pages < 10; pages++) {
        const inputs = randomInputs(shop, random);
        const seed = below(random, 1 << 30);
        const some = (rows: number): Uint32Array => {
          const draw = seededRandom(seed);
          return Uint32Array.from({ length: Math.floor(rows / 3) }, () => below(draw, rows));
        };
        const lazy = bytesOf(inputs, some, true);
        expect(lazy.bytes.equals(bytesOf(inputs, some, false).bytes)).toBe(true);
        exposures += lazy.rows;
      }
      expect(shops).toBeLessThan(30);
    }
  });

  it('do not depend on the order in which candidates come', () => {
    const random = seededRandom(12);
    const inputs = randomInputs(randomShop(random), random);
    const nos = Array.from({ length: 60 }, (_, i) => (i * 7) % ITEMS);
    const ranked = (order: number[]): PageInputs => ({
      ...inputs,
      request: { ...inputs.request, kind: 'rank', basket: null, candidates: candidatesFor(order, { prior: new Float32Array(60) }) },
    });
    const all = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => row);
    expect(bytesOf(ranked(nos), all, false).bytes.equals(bytesOf(ranked([...nos].reverse()), all, false).bytes)).toBe(true);
  });

  it('are those of the pool of their page', async () => {
    const random = seededRandom(13);
    const built = await buildPage(randomInputs(randomShop(random), random));
    const pool = built.pool();
    built.placed.forEach(({ rankBefore }, i) => {
      const row = (values: Float32Array, at: number): Float32Array => values.slice(at * FEATURE_COUNT, (at + 1) * FEATURE_COUNT);
      expect(row(built.features, i)).toEqual(row(pool.features, rankBefore - 1));
    });
  });
});
