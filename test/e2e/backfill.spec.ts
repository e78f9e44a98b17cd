import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { REPLAYED_FEATURES } from '../../src/core/features/replayed-features.js';
import { imago } from '../cli/folders.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, openSmallShop, purchase, recordEvents } from '../support/small-shop.js';

interface Line {
  exposureId: string;
  features: Record<string, number | null>;
}

const USERS = ['ann', 'bob', 'cem'];
/** So that what was acknowledged was received before the next page is served. */
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('features of exposures of the past', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({});
    await openSmallShop(service);
    for (let round = 0; round < 4; round++)
      for (const userId of USERS) {
        const page = await feed(service, { userId, first: 6 });
        await tick();
        const [first, second, third] = page.items.map(({ item }) => item.id);
        await recordEvents(service, [
          event(userId, 'CLICK', { itemId: first }),
          event(userId, 'LIKE', { itemId: second }),
          event(userId, 'ADD_TO_CART', { itemId: second }),
          event(userId, round % 2 ? 'SKIP' : 'HIDE', { itemId: third }),
          ...(round === 1 ? [purchase(userId, first)] : []),
          event(userId, 'FOLLOW', { targetUserId: `friend-${round}` }),
        ]);
        await tick();
      }
    await tick();
  }, 60_000);
  afterAll(() => service.stop());

  const lines = async (what: string, parameters: Record<string, string> = {}): Promise<Line[]> => {
    const query = new URLSearchParams({ asOf: new Date().toISOString(), ...parameters });
    const answer = await service.http(`/exports/${what}?${query.toString()}`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Line); // prettier-ignore
  };

  it('are what was logged, to the last bit, where the ledger tells them, and null where it does not', async () => {
    const logged = await lines('exposures');
    const told = await lines('features');
    expect(told.map(({ exposureId }) => exposureId)).toEqual(logged.map(({ exposureId }) => exposureId));
    expect(told).toHaveLength(4 * 3 * 6);
    told.forEach(({ features }, i) => {
      expect(Object.keys(features)).toEqual(FEATURE_NAMES);
      const expected = Object.fromEntries(
        FEATURE_NAMES.map((name) => [name, REPLAYED_FEATURES.has(name) ? logged[i].features[name] : null]),
      );
      expect(features).toEqual(expected);
    });
    expect(new Set(told.map(({ features }) => features['user.activity@1'])).size).toBeGreaterThan(3);
  });

  it('are only those that are named', async () => {
    const told = await lines('features', { names: 'user.shown@1, cross.cf@1' });
    expect(Object.keys(told[0].features)).toEqual(['user.shown@1', 'cross.cf@1']);
    expect(told.some(({ features }) => features['user.shown@1']! > 0)).toBe(true);
    expect(told.every(({ features }) => features['cross.cf@1'] === null)).toBe(true);
  });

  it('are written to a file by the command line', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'imago-backfill-')), 'features.ndjson');
    const range = ['--from', '2026-01-01T00:00:00Z', '--names', 'user.owned@1'];
    const { code, notes } = await imago(['--url', service.url, 'features', 'backfill', '--out', file, ...range]);
    expect([code, notes]).toEqual([0, '']);
    const told = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    for (const line of told) expect(Object.keys((JSON.parse(line) as Line).features)).toEqual(['user.owned@1']);
    const refused = await imago(['--url', service.url, 'features', 'backfill', '--out', file, '--names', 'no.such@1']);
    expect([refused.code, refused.notes]).toEqual([1, expect.stringContaining('no.such@1')]);
  });

  it('are refused for what is no feature', async () => {
    const answer = await service.http('/exports/features?names=no.such@1');
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('no.such@1')]);
  });
});
