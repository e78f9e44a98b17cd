import fc from 'fast-check';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { createPostgresReportStore } from '../../src/adapters/postgres/report-store.js';
import { factsOfLog, type ShopItem, type UserPage } from '../../src/core/evaluation/experiments/facts-of-log.js';
import { type UserFacts } from '../../src/core/evaluation/experiments/user-facts.js';
import { ATTRIBUTIONS, EVENT_TYPES } from '../../src/core/events/event.js';
import { exposureId, type Page } from '../../src/core/exposures/exposure.js';
import { DAY_MS, HOUR_MS } from '../../src/core/time.js';
import { type IncomingEvent } from '../../src/ports/ledger.js';
import { type ReportRange } from '../../src/ports/report-store.js';
import { NOW, someEvent } from '../contract/arbitrary-events.js';
import { feedIdAt, somePage, somePlaced } from '../contract/arbitrary-pages.js';
import { kept } from '../contract/exposure-log.contract.js';
import { openTestDatabase, type OpenTestDatabase } from './postgres-logs.js';

const TIME_ZONE = 'Asia/Shanghai';
const ITEMS = 24;
const USERS = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'];
const FROM = NOW - 20 * DAY_MS;
const TO = NOW + HOUR_MS;
const RANGE: ReportRange = { from: FROM, to: TO, surface: null, segment: null, dimension: 'NONE' };

/** Every fourth is commercial, every fifth was taken out; categories are 1 to 5, creators 0 to 4. */
const itemAt = (no: number): ShopItem => ({
  category: 1 + (no % 5),
  createdAt: NOW - no * 2 * DAY_MS,
  commercial: no % 4 === 0,
  creatorNo: no % 5,
  isRemoved: no % 5 === 4,
});
const itemByNo = new Map(Array.from({ length: ITEMS }, (_, no) => [no, itemAt(no)]));

describe('reports from PostgreSQL', () => {
  let database: OpenTestDatabase;
  let now = NOW;
  beforeEach(async () => {
    now = NOW;
    database = await openTestDatabase();
    for (const [no, item] of itemByNo)
      await database.pool.query(
        `INSERT INTO items (no, id, kind, title, category_nos, brand_no, creator_no, commercial, details, created_at, first_seen, removed_at, written_revision, revision)
         VALUES ($1, $2, 0, '', $3, 0, $4, $5, '{}', $6, 0, $7, 1, $8)`,
        [no, `i${no}`, [9, item.category], item.creatorNo, item.commercial, item.createdAt, item.isRemoved ? 1 : null, no + 1],
      );
  });
  afterEach(() => database.close());

  const clock = () => now;
  const store = () =>
    createPostgresReportStore({ pool: database.pool, clock, timeZone: TIME_ZONE, currency: 'CNY', isAnalysedByDefault: true });
  const write = async (pages: Page[], events: IncomingEvent[]): Promise<void> => {
    const logs = { pool: database.pool, clock, retentionDays: 400 };
    const [log, ledger] = [createPostgresExposureLog(logs), createPostgresLedger(logs)];
    for (const page of [...pages].sort((a, b) => a.servedAt - b.servedAt)) {
      now = page.servedAt;
      await kept(log, page);
    }
    now = NOW;
    if (events.length > 0) await ledger.append(events.map((event) => ({ ...event, receivedAt: NOW })));
  };
  const factsIn = async (range: ReportRange): Promise<Map<string, UserFacts>> => {
    const found = new Map<string, UserFacts>();
    for await (const batch of store().facts(range)) for (const { userId, facts } of batch) found.set(userId, facts);
    return found;
  };
  const inCore = (pages: Page[], events: IncomingEvent[]) =>
    factsOfLog(
      { pages: pages as UserPage[], events: events },
      { from: FROM, to: TO, asOf: NOW, timeZone: TIME_ZONE, currency: 'CNY', itemByNo },
    );

  const expectAlike = (found: Map<string, UserFacts>, expected: Map<string, UserFacts>): void => {
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [userId, facts] of expected)
      for (const [fact, value] of Object.entries(facts) as [keyof UserFacts, number][]) {
        const difference = Math.abs(found.get(userId)![fact] - value);
        if (!(difference <= 1e-9 * Math.max(1, Math.abs(value))))
          throw new Error(`${fact} of ${userId} is ${found.get(userId)![fact]}, not ${value}`);
      }
  };

  const anyPage = fc.record({
    user: fc.nat(USERS.length - 1),
    at: fc.integer({ min: -60 * 24, max: 0 }),
    surface: fc.constantFrom('home', 'cart'),
    scorer: fc.constantFrom('MODEL', 'RULES', 'POPULARITY'),
    degraded: fc.subarray(['TOO_FEW_CANDIDATES', 'MODEL_SLOW']),
    kind: fc.constantFrom('feed', 'feed', 'feed', 'rank', 'follow'),
    items: fc.array(fc.record({ no: fc.integer({ min: -1, max: ITEMS + 1 }), flags: fc.nat(7), source: fc.constantFrom('FRIENDS', 'CREATORS', 'FRESH') }), { maxLength: 6 }),
  }); // prettier-ignore
  const anyAct = fc.record({
    user: fc.nat(USERS.length - 1),
    at: fc.integer({ min: -60 * 24 * 6, max: 0 }),
    type: fc.oneof(fc.constantFrom(...EVENT_TYPES), fc.constantFrom('PURCHASE', 'REFUND', 'CLICK', 'IMPRESSION')),
    item: fc.integer({ min: 0, max: ITEMS - 1 }),
    attribution: fc.constantFrom(...ATTRIBUTIONS),
    page: fc.nat(),
    order: fc.option(fc.nat(4)),
    quantity: fc.integer({ min: 1, max: 3 }),
    amount: fc.option(fc.double({ min: 0, max: 1_000, noNaN: true })),
    currency: fc.constantFrom(undefined, 'CNY', 'EUR'),
    share: fc.option(fc.nat(2)),
    referrer: fc.option(fc.nat(USERS.length - 1)),
  });

  it('come to what the core counts on the same entries, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPage, { maxLength: 25 }), fc.array(anyAct, { maxLength: 60 }), async (pagesOf, actsOf) => {
        await database.pool.query('TRUNCATE exposure_pages, exposures, exposure_products, events, event_ids, writers');
        const pages = pagesOf.map(({ user, at, items, ...page }) => {
          const servedAt = NOW + at * HOUR_MS;
          const placed = items.map(({ no, flags, source }, i) =>
            somePlaced(i + 1, { itemNo: no, itemId: no < 0 ? '' : `i${no}`, exploration: (flags & 1) > 0, promoted: (flags & 2) > 0, repeat: (flags & 4) > 0, sources: [source as 'FRIENDS'] }),
          ); // prettier-ignore
          return somePage({ ...page, feedId: feedIdAt(servedAt), userId: USERS[user], servedAt, placed } as Partial<Page>);
        });
        const events = actsOf.map(({ user, at, type, item, attribution, page, order, amount, share, referrer, ...rest }) => {
          const claimed = pages.length === 0 ? undefined : pages[page % pages.length];
          const place = claimed?.placed[page % Math.max(1, claimed.placed.length)];
          const isOutcome = attribution !== 'UNATTRIBUTED' && claimed !== undefined && place !== undefined;
          return someEvent({
            ...rest,
            userId: isOutcome ? claimed.userId! : USERS[user],
            type: type,
            occurredAt: NOW + at * 10 * 60_000,
            itemNo: item,
            itemId: `i${item}`,
            attribution: isOutcome ? attribution : 'UNATTRIBUTED',
            ...(isOutcome ? { exposureId: exposureId(claimed.feedId, place.position) } : {}),
            ...(order === null ? {} : { orderId: `o${order}` }),
            ...(amount === null ? {} : { amount }),
            ...(share === null ? {} : { shareId: `s${share}` }),
            ...(referrer === null || referrer === user ? {} : { referrerUserId: USERS[referrer] }),
            ...(type === 'REVIEW' ? { rating: 4 } : {}),
            ...(type === 'DWELL' ? { dwellMs: 1_500 } : {}),
          });
        });
        await write(pages, events);
        expectAlike(await factsIn(RANGE), inCore(pages, events));
      }),
      { numRuns: 40, seed: 7 },
    );
  }, 120_000);
});
