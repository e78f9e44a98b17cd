import fc from 'fast-check';
import { exposureId, type LoggedPage, type Page } from '../../src/core/exposures/exposure.js';
import { advance, emptyCursor } from '../../src/core/tags/cursor.js';
import { type ExposureLog } from '../../src/ports/exposure-log.js';
import { NOW } from './arbitrary-events.js';
import { anyPage, feedIdAt, fullPage, somePage, somePlaced } from './arbitrary-pages.js';

/** One place where pages are kept, empty at first. */
export interface ExposureLogStore {
  /** An instance of the port over the store, as one more process has it. */
  open(): ExposureLog;
  close(): Promise<void>;
}

/** Keep a page, which must be kept. */
export async function kept(log: ExposureLog, page: Page): Promise<LoggedPage> {
  const outcome = await log.append(page);
  if (outcome.status !== 'appended') throw new Error(`the page was not kept: ${outcome.status}`);
  return outcome.page;
}

const withoutFeatures = (page: LoggedPage): LoggedPage => ({ ...page, featureNames: [], features: new Float32Array(0) });

/** What every exposure log keeps to. The store's clock is read from `time`. */
export function exposureLogContract(name: string, openStore: (clock: () => number) => Promise<ExposureLogStore>): void {
  describe(`${name} as an exposure log`, () => {
    let now = NOW;
    let store: ExposureLogStore;
    let log: ExposureLog;
    beforeEach(async () => {
      now = NOW;
      store = await openStore(() => now);
      log = store.open();
    });
    afterEach(() => store.close());

    it('gives a page its place and shows it to every other process', async () => {
      const page = fullPage();
      const logged = await kept(log, page);
      expect(logged).toEqual({ ...page, writer: logged.writer, seq: 1, receivedAt: NOW, hash: logged.hash });
      expect(logged.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(await store.open().pagesOfUser('ann', emptyCursor(), 0)).toEqual([withoutFeatures(logged)]);
    });

    it('gives back every page as it was, whatever is on it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyPage, { minLength: 1, maxLength: 4 }), async (pages) => {
          const logged = await Promise.all(pages.map((page) => kept(log, page)));
          for (const [i, page] of pages.entries()) {
            if (page.userId !== null) {
              const own = await log.pagesOfUser(page.userId, emptyCursor(), 0);
              expect(own.find(({ feedId }) => feedId === page.feedId)).toEqual(withoutFeatures(logged[i]));
            }
            const { placed, features, ...frame } = logged[i];
            for (const [row, item] of placed.entries()) {
              const names = page.featureNames;
              expect(await log.entry(exposureId(page.feedId, item.position))).toEqual({
                page: frame,
                placed: item,
                features: Object.fromEntries(names.map((name, column) => [name, features[row * names.length + column]])),
              });
            }
          }
        }),
        { numRuns: 30 },
      );
      expect(await log.verify()).toBeNull();
    });

    it('keeps a page on which nothing was placed', async () => {
      const page = somePage({ placed: [], features: new Float32Array(0) });
      await kept(log, page);
      expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toMatchObject([{ feedId: page.feedId, placed: [] }]);
      expect(await log.verify()).toBeNull();
    });

    it('refuses a page that could not be read back', async () => {
      await expect(log.append(somePage({ placed: [somePlaced(2), somePlaced(1), somePlaced(3)] }))).rejects.toThrow(
        'position 1 follows position 2',
      );
      await expect(log.append(somePage({ features: new Float32Array(8) }))).rejects.toThrow('8 feature values do not make 3 rows of 3');
      expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toEqual([]);
    });

    it('gives a position of a feed once', async () => {
      const page = await kept(log, somePage());
      const others = [somePage(), somePage()].map((other) => log.append(other));
      const twice = {
        ...somePage(),
        feedId: page.feedId,
        pageNo: 1,
        placed: [1, 2].map((position) => somePlaced(position)),
        features: new Float32Array(6),
      };
      await expect(log.append(twice)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('positions 1 to 2') as string,
      });
      expect((await Promise.all(others)).map(({ status }) => status)).toEqual(['appended', 'appended']);
      expect(await log.itemsOfFeed(page.feedId)).toHaveLength(3);
      expect(await log.verify()).toBeNull();
    });

    it('finds exposures by id, in the order asked, with those that nobody served as null', async () => {
      const page = await kept(log, fullPage());
      const id = (position: number): string => exposureId(page.feedId, position);
      const ids = [id(2), id(9), 'nonsense', exposureId(feedIdAt(NOW), 1), exposureId(feedIdAt(2 ** 48 - 1), 1), id(1), id(2)];
      const facts = { userId: 'ann', servedAt: NOW };
      const second = { ...facts, exposureId: id(2), itemNo: 102, productIds: ['boots', 'laces'] };
      expect(await log.find(ids)).toEqual([
        second,
        null,
        null,
        null,
        null,
        { ...facts, exposureId: id(1), itemNo: 101, productIds: [] },
        second,
      ]);
      expect(await log.find([])).toEqual([]);
    });

    it('finds a page that was asked for the day after its feed began', async () => {
      now = Date.UTC(2026, 10, 22, 23, 50);
      const feedId = feedIdAt(now);
      await kept(log, somePage({ feedId, servedAt: now }));
      now += 20 * 60_000;
      await kept(store.open(), somePage({ feedId, pageNo: 1, servedAt: now, placed: [4, 5, 6].map((position) => somePlaced(position)) }));
      expect((await log.itemsOfFeed(feedId)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await log.find([exposureId(feedId, 5)]))[0]).toMatchObject({ itemNo: 105, servedAt: now });
      expect(await log.verify(['2026-11-22', '2026-11-23'])).toBeNull();
    });

    it('finds the latest exposure of an item in a window, as an item or by content that named it', async () => {
      const serve = (at: number, fields: Partial<Page>) => kept(log, somePage({ servedAt: at, feedId: feedIdAt(at), ...fields }));
      const boots = somePlaced(1, { itemNo: 7, itemId: 'boots' });
      const note = somePlaced(1, { itemNo: 8, itemId: 'note', productIds: ['laces', 'boots'] });
      const one = (item: typeof boots) => ({ placed: [item], features: new Float32Array(3) });
      const first = await serve(NOW - 3000, one(boots));
      const second = await serve(NOW - 2000, one(note));
      const third = await serve(NOW - 1000, one(boots));
      await serve(NOW - 500, { ...one(boots), userId: 'bob' });
      await serve(NOW - 500, { ...one(boots), userId: null });
      const query = { userId: 'ann', itemNo: 7, itemId: 'boots', from: NOW - 10_000, to: NOW };
      const found = await log.findLatest([
        query,
        { ...query, to: NOW - 1001 },
        { ...query, to: NOW - 2001 },
        { ...query, to: NOW - 3001 },
        { ...query, from: NOW - 999 },
        { ...query, itemNo: 9, itemId: 'laces' },
        { ...query, userId: 'dora' },
        { ...query, from: NOW - 1000, to: NOW - 1000 },
      ]);
      const expected = [third, second, first, null, null, second, null, third];
      expect(found.map((facts) => facts?.exposureId ?? null)).toEqual(expected.map((page) => page && exposureId(page.feedId, 1)));
      expect(found[1]).toMatchObject({ userId: 'ann', itemNo: 8, productIds: ['laces', 'boots'], servedAt: NOW - 2000 });
      expect(await log.findLatest([])).toEqual([]);
    });

    it('prefers the item itself to content of the same page that named it', async () => {
      const placed = [somePlaced(1, { productIds: ['boots'] }), somePlaced(2, { itemNo: 7, itemId: 'boots' }), somePlaced(3)];
      const page = await kept(log, somePage({ placed }));
      const [facts] = await log.findLatest([{ userId: 'ann', itemNo: 7, itemId: 'boots', from: NOW - 1, to: NOW }]);
      expect(facts?.exposureId).toBe(exposureId(page.feedId, 2));
    });

    it('tells the items of a feed by position and those of a page over its feeds for two hours', async () => {
      const feedId = feedIdAt(NOW);
      await kept(log, somePage({ feedId, pageNo: 1, pageId: 'start', placed: [4, 5, 6].map((position) => somePlaced(position)) }));
      await kept(store.open(), somePage({ feedId, pageId: 'start' }));
      await kept(log, somePage({ pageId: 'start', placed: [1, 2, 3].map((position) => somePlaced(position, { itemNo: position + 2 })) }));
      await kept(log, somePage({ pageId: 'other' }));
      expect(await log.itemsOfFeed(feedId)).toEqual([1, 2, 3, 4, 5, 6].map((position) => ({ itemNo: 100 + position, position })));
      expect((await log.itemsOfPage('start')).sort((a, b) => a - b)).toEqual([3, 4, 5, 101, 102, 103, 104, 105, 106]);
      expect(await log.itemsOfFeed(feedIdAt(NOW))).toEqual([]);
      expect(await log.itemsOfFeed('nonsense')).toEqual([]);
      now += 2 * 3_600_000 + 1;
      expect(await log.itemsOfPage('start')).toEqual([]);
    });

    it('tells to which users it showed anything', async () => {
      await kept(log, somePage());
      await kept(log, somePage());
      await kept(log, somePage({ userId: 'bob' }));
      expect(await log.usersWithPages(['nobody', 'ann', 'bob', 'ann'])).toEqual(new Set(['ann', 'bob']));
      expect(await log.usersWithPages(['nobody'])).toEqual(new Set());
    });

    it('gives the pages of a user that the cursor does not cover and that are young enough', async () => {
      const pages: LoggedPage[] = [];
      for (let i = 0; i < 4; i++) {
        now = NOW + i * 1000;
        pages.push(withoutFeatures(await kept(i === 2 ? store.open() : log, somePage({ servedAt: now - 10 }))));
        await kept(log, somePage({ userId: 'bob' }));
      }
      expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toEqual(pages);
      expect(await log.pagesOfUser('ann', emptyCursor(), NOW + 990)).toEqual(pages.slice(1));
      const cursor = emptyCursor();
      advance(cursor, pages[0]);
      advance(cursor, pages[1]);
      expect(await log.pagesOfUser('ann', cursor, 0)).toEqual(pages.slice(2));
      expect(await log.pagesOfUser('ann', { since: NOW + 2001, last: new Map() }, 0)).toEqual(pages.slice(3));
    });

    it('knows no exposure that was not served', async () => {
      await kept(log, somePage());
      expect(await log.entry(exposureId(feedIdAt(NOW), 1))).toBeNull();
      expect(await log.entry('nonsense')).toBeNull();
    });

    describe('with a request id', () => {
      const claim = (requestId: string, inputHash = 'input', answer = '{"the":"answer"}') => ({ requestId, inputHash, answer });

      it('answers a repeat with what was kept, and another input with a conflict', async () => {
        expect(await log.replay('r', 'input')).toEqual({ status: 'unknown' });
        expect(await log.append(somePage(), claim('r'))).toMatchObject({ status: 'appended' });
        expect(await log.replay('r', 'input')).toEqual({ status: 'replay', answer: '{"the":"answer"}' });
        expect(await log.replay('r', 'other')).toEqual({ status: 'conflict' });
        expect(await store.open().append(somePage(), claim('r', 'input', 'a later answer'))).toEqual({
          status: 'replay',
          answer: '{"the":"answer"}',
        });
        expect(await store.open().append(somePage(), claim('r', 'other'))).toEqual({ status: 'conflict' });
        expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toHaveLength(1);
      });

      it('forgets after two minutes', async () => {
        await log.append(somePage(), claim('r'));
        now += 119_999;
        expect(await log.replay('r', 'input')).toMatchObject({ status: 'replay' });
        now += 1;
        expect(await log.replay('r', 'input')).toEqual({ status: 'unknown' });
        expect(await log.append(somePage(), claim('r', 'other', 'new'))).toMatchObject({ status: 'appended' });
        expect(await log.replay('r', 'other')).toEqual({ status: 'replay', answer: 'new' });
        expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toHaveLength(2);
        expect(await log.verify()).toBeNull();
      });

      it('keeps one page of twenty that are sent at once to several processes, and gives all its answer', async () => {
        const logs = [log, store.open(), store.open()];
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, i) => logs[i % 3].append(somePage(), claim('race', 'input', `answer ${i}`))),
        );
        const winner = outcomes.findIndex(({ status }) => status === 'appended');
        const replay = { status: 'replay', answer: `answer ${winner}` };
        outcomes.forEach((outcome, i) => expect(outcome).toMatchObject(i === winner ? { status: 'appended' } : replay));
        expect(await log.pagesOfUser('ann', emptyCursor(), 0)).toHaveLength(1);
        expect(await log.verify()).toBeNull();
      });

      it('lets a claim that is taken spoil no other page of the same commit', async () => {
        await log.append(somePage(), claim('taken'));
        const outcomes = await Promise.all([
          log.append(somePage({ userId: 'bob' })),
          log.append(somePage({ userId: 'bob' }), claim('taken')),
          log.append(somePage({ userId: 'bob' }), claim('free')),
          log.append(somePage({ userId: 'bob' }), claim('free', 'other')),
          log.append(somePage({ userId: 'bob' }), claim('free')),
          log.append(somePage({ userId: 'bob' })),
        ]);
        expect(outcomes.map(({ status }) => status)).toEqual(['appended', 'replay', 'appended', 'conflict', 'replay', 'appended']);
        expect(await log.pagesOfUser('bob', emptyCursor(), 0)).toHaveLength(3);
        expect(await log.verify()).toBeNull();
      });
    });
  });
}
