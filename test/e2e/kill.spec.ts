import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { createPostgresExposureLog } from '../../src/adapters/postgres/exposure-log.js';
import { createPostgresLedger } from '../../src/adapters/postgres/ledger.js';
import { seededRandom } from '../../src/core/random.js';
import { type ChildService, endChildService, startChildService } from '../support/child-service.js';
import { createTestDatabase } from '../support/postgres.js';

const KILLS = Number(process.env.KILLS ?? 3);
const WRITERS = 4;
const BATCH = 20;
const RECORD = 'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted duplicates rejectedTotal } }';
const FEED = '{ feed(input: {userId: "u0", first: 10}) { items { exposureId } } }';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function post<T>(url: string, query: string, variables?: object): Promise<T> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(5_000),
  });
  const { data } = (await answer.json()) as { data?: T };
  if (!data) throw new Error(`HTTP ${answer.status}`);
  return data;
}

describe('a service that is killed while clients retry', () => {
  it(
    `keeps every acknowledged event and exposure, once, with its chains whole, over ${KILLS} kills`,
    async () => {
      const random = seededRandom(5);
      const database = await createTestDatabase();
      const start = (): Promise<ChildService> => startChildService({ DATABASE_URL: database.url });
      let service = await start();
      await post(
        service.url,
        'mutation { upsertItems(items: [{ id: "i", kind: PRODUCT, title: "One", categories: ["c"] }]) { accepted } }',
      );

      const acknowledged: string[] = [];
      const served: string[] = [];
      let sent = 0;
      let going = true;
      const write = async (): Promise<void> => {
        while (going) {
          const events = Array.from({ length: BATCH }, () => ({
            id: randomUUID(),
            type: 'CLICK',
            userId: `u${sent++ % 7}`,
            itemId: 'i',
            occurredAt: new Date().toISOString(),
          }));
          for (let acked = false; !acked && going;) {
            const done = await post<{ recordEvents: { accepted: number; duplicates: number } }>(service.url, RECORD, { e: events }).catch(
              () => null,
            );
            acked = done !== null && done.recordEvents.accepted + done.recordEvents.duplicates === BATCH;
            if (!acked) await pause(100);
          }
          acknowledged.push(...(going ? events.map(({ id }) => id) : []));
        }
      };
      const read = async (): Promise<void> => {
        while (going) {
          const page = await post<{ feed: { items: { exposureId: string }[] } }>(service.url, FEED).catch(() => null);
          served.push(...(page?.feed.items.map(({ exposureId }) => exposureId) ?? []));
          await pause(20);
        }
      };
      const clients = [...Array.from({ length: WRITERS }, write), read()];
      for (let kill = 0; kill < KILLS; kill++) {
        await pause(200 + random() * 800);
        await endChildService(service, 'SIGKILL');
        service = await start();
      }
      await pause(500);
      going = false;
      await Promise.all(clients);
      await endChildService(service, 'SIGTERM');

      const pool = new Pool({ connectionString: database.url, max: 4 });
      const deps = { pool, clock: () => Date.now(), retentionDays: 400 };
      const { rows } = await pool.query<{ id: string; n: string }>('SELECT id, count(*) AS n FROM events GROUP BY id');
      const stored = new Map(rows.map(({ id, n }) => [id, Number(n)]));
      expect(acknowledged.length).toBeGreaterThan(KILLS * BATCH);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      expect([...stored.values()].filter((n) => n !== 1)).toEqual([]);
      expect(stored.size).toBeLessThanOrEqual(sent);
      expect(served.length).toBeGreaterThan(0);
      expect((await createPostgresExposureLog(deps).find(served)).filter((facts) => facts === null)).toEqual([]);
      expect(await createPostgresLedger(deps).verify()).toBeNull();
      expect(await createPostgresExposureLog(deps).verify()).toBeNull();
      await pool.end();
      await database.drop();
    },
    60_000 + KILLS * 20_000,
  );
});
