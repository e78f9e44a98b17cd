import fc from 'fast-check';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { createPostgresReportStore } from '../../src/adapters/postgres/report-store.js';
import { factsOfLog, type ShopItem, type UserPage } from '../../src/core/evaluation/experiments/facts-of-log.js';
import { type UserFacts } from '../../src/core/evaluation/experiments/user-facts.js';
import { type Page } from '../../src/core/exposures/exposure.js';
import { DAY_MS, HOUR_MS } from '../../src/core/time.js';
import { type IncomingEvent } from '../../src/ports/ledger.js';
import { type ReportRange } from '../../src/ports/report-store.js';
import { NOW, someEvent } from '../contract/arbitrary-events.js';
import { feedIdAt } from '../contract/arbitrary-pages.js';
import { anyAct, anyPage, ITEMS, logsOf } from '../contract/arbitrary-logs.js';
import { TEN_DAYS, twelveUsers } from '../contract/twelve-users.js';
import { metricOf, totalOf } from '../../src/core/evaluation/experiments/metric-catalogue.js';
import { kept } from '../contract/exposure-log.contract.js';
import { openTestDatabase, type OpenTestDatabase } from './postgres-logs.js';

const TIME_ZONE = 'Asia/Shanghai';
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
  const inCore = (pages: Page[], events: IncomingEvent[], { from, to } = { from: FROM, to: TO }) =>
    factsOfLog({ pages: pages as UserPage[], events: events }, { from, to, asOf: NOW, timeZone: TIME_ZONE, currency: 'CNY', itemByNo });

  const expectAlike = (found: Map<string, UserFacts>, expected: Map<string, UserFacts>): void => {
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [userId, facts] of expected)
      for (const [fact, value] of Object.entries(facts) as [keyof UserFacts, number][]) {
        const difference = Math.abs(found.get(userId)![fact] - value);
        if (!(difference <= 1e-9 * Math.max(1, Math.abs(value))))
          throw new Error(`${fact} of ${userId} is ${found.get(userId)![fact]}, not ${value}`);
      }
  };

  it('come to what the core counts on the same entries, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPage, { maxLength: 25 }), fc.array(anyAct, { maxLength: 60 }), async (pagesOf, actsOf) => {
        await database.pool.query('TRUNCATE exposure_pages, exposure_items, exposure_products, events, event_ids, writers');
        const { pages, events } = logsOf(pagesOf, actsOf);
        await write(pages, events);
        expectAlike(await factsIn(RANGE), inCore(pages, events));
      }),
      { numRuns: 40, seed: 7 },
    );
  }, 120_000);

  describe('of twelve users', () => {
    const range = { ...RANGE, ...TEN_DAYS };
    // Shown: 3 + 4 + 2 + 5 + 2 + 1 + 1 + 2 = 20, of which 5 were clicked. Nine users were served a page: all but u5, u10 and u11.
    const expected: [key: string, value: number, users: number][] = [
      ['CLICK_RATE', 5 / 20, 9],
      ['CONVERSION_RATE', 3 / 9, 9],
      ['ADD_TO_CART_RATE', 1 / 9, 9],
      // 100 + 60 + 30 of users exposed; of all users 310 by 5 orders, and 60 of it given back.
      ['REVENUE_PER_USER', 190 / 9, 9],
      ['NET_REVENUE_PER_USER', 130 / 9, 9],
      ['ORDER_VALUE', 310 / 5, 12],
      ['REFUND_RATE', 1 / 5, 12],
      ['ATTRIBUTED_REVENUE_SHARE', 100 / 310, 12],
      ['VIRAL_COEFFICIENT', 2 / 9, 9],
      // u7 and u8 were brought, u7 bought.
      ['REFERRED_CONVERSION_RATE', 1 / 2, 2],
      // 310 - 60 - 12 by 12; the euros are none of the shop's.
      ['ROI', 238 / 12, 12],
      ['COST_PER_USER', 12 / 9, 9],
      // One claim of six outcomes of clicks, one cart, one purchase, sixteen impressions: 1 / (6 + 1 + 1 + 15).
      ['ORPHAN_RATE', 1 / 23, 12],
      ['MODEL_SHARE', 1 / 9, 9],
      // Nobody else was seen before the period: all but u12 came in it, but u10, who took back a follow, came too.
      ['ACQUISITION_COST', 12 / 11, 12],
      // All nine met their first page two days ago or more; u1, u2, u3, u7 and u12 did something on the day after.
      ['RETENTION_D1', 5 / 9, 9],
      ['RETENTION_D7', 1, 1],
      ['UNFOLLOW_RATE', 0, 9],
    ];
    it('metrics come to what the log says', async () => {
      const { pages, events } = twelveUsers();
      await write(pages, events);
      const found = [...(await factsIn(range)).values()];
      for (const [key, value, users] of expected) {
        const total = totalOf(metricOf(key)!, found);
        expect([key, total.value]).toEqual([key, expect.closeTo(value, 12)]);
        expect([key, total.users]).toEqual([key, users]);
      }
    });

    it('every fact is that of the core, in whatever order events came', async () => {
      const { pages, events } = twelveUsers();
      await write(pages, events);
      const found = await factsIn(range);
      expectAlike(found, inCore(pages, events, TEN_DAYS));
      expect(found.get('u12')).toMatchObject({
        shown: 2,
        newCategoryShown: 1,
        clicks: 1,
        returnedDay1: 1,
        returnedDay7: 1,
        isAcquired: 0,
        followedDays: 9,
      });
      expect(found.get('u11')).toMatchObject({ likes: 1, saves: 1, sessions: 2, activeDays: 1, feeds: 0 });
      expect(found.get('u5')).toMatchObject({ orders: 2, revenue: 120, firstOrderAgeDays: 9, orderDays30: 2, isNewBuyer: 1 });
      await database.pool.query('TRUNCATE exposure_pages, exposure_items, exposure_products, events, event_ids, writers');
      await write(pages, [...events].reverse());
      expect(await factsIn(range)).toEqual(found);
    });

    const groups = async (dimension: ReportRange['dimension'], over: Partial<ReportRange> = {}) => {
      const { pages, events } = twelveUsers();
      await write(pages, events);
      const shown: Record<string, number> = {};
      const clicks: Record<string, number> = {};
      for await (const batch of store().facts({ ...range, dimension, ...over }))
        for (const { group, facts } of batch) {
          shown[group!] = (shown[group!] ?? 0) + facts.shown;
          clicks[group!] = (clicks[group!] ?? 0) + facts.clicks;
        }
      return { shown, clicks };
    };
    // Of the 20 shown items five are on the surface "cart"; its one click was led there.
    it.each([
      ['SURFACE', {}, { home: 15, cart: 5 }, { home: 4, cart: 1 }],
      ['NONE', { surface: 'cart' }, { null: 5 }, { null: 1 }],
      ['CONFIG_VERSION', {}, { 1: 20 }, { 1: 5 }],
      ['MODEL_VERSION', {}, { none: 20 }, { none: 5 }],
      // Each card is of two sources.
      ['SOURCE', {}, { SIMILAR: 20, TRENDING: 20 }, { SIMILAR: 5, TRENDING: 5 }],
      ['ITEM_KIND', {}, { PRODUCT: 20 }, { PRODUCT: 5 }],
      ['REGION', {}, { Hubei: 2, unknown: 18 }, { Hubei: 1, unknown: 4 }],
      [
        'DAY',
        {},
        { '2026-11-13': 2, '2026-11-17': 7, '2026-11-18': 2, '2026-11-19': 5, '2026-11-20': 4 },
        { '2026-11-13': 1, '2026-11-17': 3, '2026-11-19': 1 },
      ],
    ] as const)('groups by %s over %j', async (dimension, over, shown, clicks) => {
      await database.pool.query(`INSERT INTO users (id, region, attributes) VALUES ('u12', 'Hubei', '{}')`);
      const found = await groups(dimension, over);
      const above = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      expect(above(found.shown)).toEqual(shown);
      expect(above(found.clicks)).toEqual(clicks);
    });

    it('counts a category where what led there was exposed', async () => {
      await database.pool.query(`INSERT INTO names (kind, no, name, revision) VALUES (0, 9, 'tea', 1)`);
      const { shown, clicks } = await groups('CATEGORY');
      expect([shown, clicks]).toEqual([{ tea: 20 }, { tea: 5 }]);
    });

    it('refuses a dimension that pages are logged without', async () => {
      await expect(groups('PLATFORM')).rejects.toThrow('dimension is PLATFORM; it must be another');
    });

    it('narrows step by step', async () => {
      const { pages, events } = twelveUsers();
      await write(pages, events);
      // Shown something: all but u5, u6, u10 and u11. Of them only u9 did nothing; nobody followed.
      expect((await store().funnel(range)).map(({ users }) => users)).toEqual([8, 7, 0, 0, 0, 0]);
      const whole = new Map((await store().whole(range)).map(({ metric, value }) => [metric, value]));
      expect([whole.get('ACTIVE_USERS'), whole.get('FEEDS_SERVED'), whole.get('ORDERS'), whole.get('REVENUE')]).toEqual([12, 9, 5, 310]);
      expect(whole.get('CATALOGUE_COVERAGE')).toBeCloseTo(6 / 20, 12);
    });

    it('looks at seven days from the first follow on', async () => {
      const { pages, events } = twelveUsers();
      const follow = (daysAgo: number) => someEvent({ userId: 'u12', type: 'FOLLOW', occurredAt: NOW - daysAgo * DAY_MS, targetUserId: 'star', itemNo: -1, itemId: undefined }); // prettier-ignore
      await write(pages, [...events, follow(9.5), follow(5), { ...follow(3), userId: 'u1' }]);
      const found = [];
      for await (const batch of store().afterFollow(range)) found.push(...batch);
      // u12 searched eight days ago and clicked nine days ago; his search of two days ago is too late, and the seven days of u1 are not over.
      expect(found.map(({ userId, facts }) => [userId, facts.follows, facts.clicks, facts.searches])).toEqual([['u12', 2, 1, 1]]);
    });

    it('is of persons: what an identity did is of the user to whom it belongs, and who refuses analytics is left out', async () => {
      const visitor = '\u0001web\u0001cookie';
      const { pages, events } = twelveUsers();
      await write(
        pages,
        events.map((event) => (event.userId === 'u11' ? { ...event, userId: visitor } : event)),
      );
      expect([...(await factsIn(range)).keys()]).toContain(visitor);
      await database.pool.query(
        `INSERT INTO identity_links (platform, external_id, user_id, linked_at) VALUES ('web', 'cookie', 'u5', 1);
         INSERT INTO consents (user_id, at, purposes) VALUES ('u1', 1, '{ANALYTICS}'), ('u2', 1, '{ANALYTICS}'), ('u2', 2, '{ESSENTIAL}')`,
      );
      const found = await factsIn(range);
      expect([...found.keys()].sort()).toEqual(['u1', 'u10', 'u12', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9']);
      expect(found.get('u5')).toMatchObject({ likes: 1, saves: 1, orders: 2 });
    });

    it('meets users of a phase from their first page of it on, with the days before', async () => {
      const { pages, events } = twelveUsers();
      const assigned = (variant: string, forced: boolean, triggered: boolean) => ({
        assignments: [{ experiment: 'wide', variant, phase: 2, forced, triggered }],
      });
      const before = { ...pages[1], feedId: feedIdAt(NOW - 8 * DAY_MS), servedAt: NOW - 8 * DAY_MS };
      const marked = pages.map((page) => {
        if (page.userId === 'u1') return { ...page, ...assigned('a', false, true) };
        if (page.userId === 'u2') return { ...page, ...assigned('b', true, false) };
        return page;
      });
      await write([...marked, before], events);
      const met = [];
      for await (const batch of store().metUsers({ experiment: 'wide', phase: 2, from: NOW - 6 * DAY_MS, to: NOW, daysBefore: 7 }))
        met.push(...batch);
      const own = {
        userEvents: events.filter(({ userId }) => userId === 'u1'),
        userPages: [...marked, before].filter(({ userId }) => userId === 'u1'),
      };
      const since = NOW - 5 * DAY_MS;
      expect(met.map(({ variants, isForced, isTriggered }) => ({ variants, isForced, isTriggered }))).toEqual([
        { variants: ['a'], isForced: false, isTriggered: true },
        { variants: ['b'], isForced: true, isTriggered: false },
      ]);
      const ofU1 = inCore(own.userPages, own.userEvents, { from: since, to: NOW }).get('u1')!;
      const { isAcquired, tailShown, smallCreatorShown, referred, ...counted } = met[0].facts;
      expect(counted).toEqual(Object.fromEntries(Object.keys(counted).map((fact) => [fact, ofU1[fact as keyof UserFacts]])));
      expect([isAcquired, tailShown >= 0, smallCreatorShown >= 0, referred]).toEqual([0, true, true, 1]);
      expect(met[0].before).toMatchObject({ served: 4, clicks: 0, feeds: 1 });
      expect(met[1].before).toBeNull();
    });
  });
});
