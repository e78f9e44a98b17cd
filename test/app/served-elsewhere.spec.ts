import { createPostgresNotices } from '../../src/adapters/postgres/notices.js';
import { type ServedElsewhere, shareServed } from '../../src/app/served-elsewhere.js';
import { openTestDatabase, type OpenTestDatabase } from '../adapters/postgres-logs.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';

describe('what processes tell each other they served', () => {
  let database: OpenTestDatabase;
  const closers: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  afterAll(() => database.close());

  async function open(): Promise<{ shared: ServedElsewhere; heard: Map<number, number> }> {
    const heard = new Map<number, number>();
    const notices = await createPostgresNotices({ url: database.url, pool: database.pool, log: keptLog() });
    const shared = shareServed({
      notices,
      onServed: (itemNo, times) => void heard.set(itemNo, (heard.get(itemNo) ?? 0) + times),
      onError: () => undefined,
      tellMs: 3_600_000,
    });
    closers.push(() => shared.close(), () => notices.close()); // prettier-ignore
    return { shared, heard };
  }
  const items = (...nos: number[]) => nos.map((itemNo) => ({ itemNo }));

  it('is how often which item was, to all others and once', async () => {
    const [first, second, third] = [await open(), await open(), await open()];
    first.shared.note(items(7, 3, 1_000_000));
    first.shared.note(items(7, -1));
    await first.shared.tell();
    await first.shared.tell();
    second.shared.note(items(0));
    await second.shared.tell();
    const wanted = new Map([[3, 1], [7, 2], [1_000_000, 1]]); // prettier-ignore
    await eventually(() => {
      expect(third.heard).toEqual(new Map([...wanted, [0, 1]]));
      expect(second.heard).toEqual(wanted);
      expect(first.heard).toEqual(new Map([[0, 1]]));
    });
  });

  it('goes in notices of bounded length, and what is too much for one time is told the next', async () => {
    const [first, second] = [await open(), await open()];
    // An entry is `1,`, but the first of a notice: 6,900 bytes hold 3,450, and after the first notice, which begins at 0, one less.
    first.shared.note(items(...Array.from({ length: 20_000 }, (_, n) => n)));
    await first.shared.tell();
    await eventually(() => expect(second.heard.size).toBe(4 * 3_450 - 3));
    await first.shared.tell();
    await eventually(() => expect(second.heard.size).toBe(20_000));
    expect(new Set(second.heard.values())).toEqual(new Set([1]));
  });

  it('is kept when it cannot be told', async () => {
    const [first, second] = [await open(), await open()];
    let away = true;
    const notices = await createPostgresNotices({ url: database.url, pool: database.pool, log: keptLog() });
    closers.push(() => notices.close());
    const shaky = shareServed({
      notices: {
        subscribe: () => undefined,
        publish: (...args) => (away ? Promise.reject(new Error('away')) : notices.publish(...args)),
      },
      onServed: () => undefined,
      onError: () => undefined,
    });
    closers.push(() => shaky.close());
    shaky.note(items(5, 5));
    await expect(shaky.tell()).rejects.toThrow('away');
    shaky.note(items(5));
    away = false;
    await shaky.tell();
    await eventually(() => expect([first.heard.get(5), second.heard.get(5)]).toEqual([3, 3]));
  });
});
