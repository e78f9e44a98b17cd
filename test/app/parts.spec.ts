import { randomBytes } from 'node:crypto';
import { type BatchTally, type Entry } from '../../src/app/batches.js';
import { createCursors } from '../../src/app/cursors.js';
import { createFeedIds } from '../../src/app/feed-ids.js';
import { importLines } from '../../src/app/import-lines.js';
import { createPipelineStatistics } from '../../src/app/pipeline-statistics.js';
import { coalesced } from '../../src/app/coalesced.js';
import { uuidTime } from '../../src/core/exposures/exposure.js';

const later = (ms = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('cursors', () => {
  const cursor = { modelVersion: 'v1', feedId: '019', pageNo: 2, placed: 20, configVersion: 3, seed: 7, issuedAt: 1_000, inputHash: 'abc' };

  it('come back as they were given out, on any process with the secret', () => {
    const secret = randomBytes(32);
    expect(createCursors(secret).decode(createCursors(secret).encode(cursor), 'abc')).toEqual(cursor);
  });

  it('are refused when forged, cut, changed in one bit, or of another feed', () => {
    const cursors = createCursors(randomBytes(32));
    const text = cursors.encode(cursor);
    const flipped = Buffer.from(text, 'base64url');
    flipped[20] ^= 1;
    for (const wrong of [
      'bm90LWEtY3Vyc29y',
      '',
      text.slice(0, -2),
      flipped.toString('base64url'),
      createCursors(randomBytes(32)).encode(cursor),
    ])
      expect(() => cursors.decode(wrong, 'abc')).toThrow('after is not a cursor of this feed');
    expect(() => cursors.decode(text, 'other')).toThrow('after is not a cursor of this feed');
  });
});

describe('a stream of lines', () => {
  async function* lines(count: number): AsyncIterable<string> {
    for (let i = 0; i < count; i++) {
      await Promise.resolve();
      yield JSON.stringify({ id: `${i}` });
    }
  }
  const accept = async (entries: Entry[], tally: BatchTally): Promise<void> => {
    await later();
    tally.accepted += entries.length;
  };

  it('is written whole, whatever its length', async () => {
    expect(await importLines(lines(2_345), accept)).toMatchObject({ accepted: 2_345, rejectedTotal: 0 });
  });

  it('names each line that is no object by its number, and skips blank ones', async () => {
    async function* mixed(): AsyncIterable<string> {
      await Promise.resolve();
      yield* ['{"id":"a"}', '', '{"broken', '[]', '7', `{"id":"${'x'.repeat(70_000)}"}`, '{"id":"b"}'];
    }
    const result = await importLines(mixed(), accept);
    expect([result.accepted, result.rejectedTotal]).toEqual([2, 4]);
    expect(result.rejected.map(({ index, code }) => [index, code])).toEqual([[2, 'INVALID_VALUE'], [3, 'INVALID_VALUE'], [4, 'INVALID_VALUE'], [5, 'TOO_LARGE']]); // prettier-ignore
  });

  it('stops at a batch that cannot be written, and says why', async () => {
    let read = 0;
    async function* endless(): AsyncIterable<string> {
      for (;;) {
        read++;
        await Promise.resolve();
        yield '{}';
      }
    }
    await expect(importLines(endless(), () => Promise.reject(new Error('the store is away')))).rejects.toThrow('the store is away');
    expect(read).toBeLessThan(10_000);
  });

  it('keeps at most three batches in memory', async () => {
    let inFlight = 0;
    let most = 0;
    await importLines(lines(20_000), async () => {
      most = Math.max(most, ++inFlight);
      await later(2);
      inFlight--;
    });
    expect(most).toBe(3);
  });
});

describe('coalesced work', () => {
  it('runs once more for all calls that come while it runs, so that the last caller sees its own change', async () => {
    let runs = 0;
    let value = 0;
    let seen = -1;
    const refresh = coalesced(async () => {
      runs++;
      const read = value;
      await later(5);
      seen = read;
    });
    const first = refresh();
    value = 1;
    await Promise.all([first, refresh(), refresh(), refresh()]);
    expect([runs, seen]).toEqual([2, 1]);
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const refresh = coalesced(() => (runs++ === 0 ? Promise.reject(new Error('away')) : Promise.resolve()));
    await expect(refresh()).rejects.toThrow('away');
    await refresh();
    expect(runs).toBe(2);
  });
});

describe('ids of feeds', () => {
  it('tell their time, and differ from each other within one draw of randomness and over the next', () => {
    const at = Date.UTC(2026, 0, 15, 12);
    const next = createFeedIds(() => at);
    const ids = Array.from({ length: 1_000 }, next);
    expect(new Set(ids).size).toBe(1_000);
    expect([...new Set(ids.map(uuidTime))]).toEqual([at]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('pipeline statistics', () => {
  it('tell medians and means of the last five minutes only', () => {
    const statistics = createPipelineStatistics();
    const at = 10_000_000;
    statistics.observe([{ stage: 'filter', name: 'bought', in: 900, out: 900, ms: 50 }], at - 300_001);
    for (const [ms, out] of [[1, 10], [2, 20], [3, 30]]) statistics.observe([{ stage: 'filter', name: 'bought', in: 40, out, ms }], at); // prettier-ignore
    expect(statistics.of('filter', 'bought', at)).toEqual({ p50Ms: 2, p99Ms: 3, in: 40, out: 20 });
    expect(statistics.of('filter', 'other', at)).toBeNull();
  });
});
