import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { startService } from '../../src/service.js';
import { createTestDatabase } from '../support/postgres.js';

const CANARY = 'canary-7f3a91';

describe('logs and metrics', () => {
  it('never name a user, at any level, whatever is asked, refused or erased', async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-logs-'));
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const config = readConfig({ DATABASE_URL: database.url, DATA_DIR: dataDir, PORT: '0', SAMPLE: 'none', LOG_LEVEL: 'trace' });
    const service = await startService(config, pino({ level: 'trace' }, stream), null, ['--import', new URL('../support/ts-loader.mjs', import.meta.url).href]); // prettier-ignore
    const send = async (query: string, variables: object): Promise<string> => {
      const answer = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return answer.text();
    };
    const happened = (type: string, more: object) => ({
      id: `${type}-${CANARY}`,
      userId: CANARY,
      type,
      occurredAt: new Date().toISOString(),
      ...more,
    });
    try {
      const u = CANARY;
      await send('mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', { i: [{ id: 'thing', kind: 'PRODUCT', title: 'A thing', categories: ['all'] }] }); // prettier-ignore
      const events = [
        happened('VIEW', { itemId: 'thing' }),
        happened('FOLLOW', { targetUserId: `${CANARY}-2` }),
        happened('LIKE', { itemId: 'no such thing' }),
      ];
      expect(await send('mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }', { e: events })).toContain('accepted');
      expect(await send('query($u: ID!) { feed(input: { userId: $u, surface: "home", first: 5 }) { id } }', { u })).toContain(
        '"feed":{"id"',
      );
      await send('query($u: ID!) { feed(input: { userId: $u, surface: "home", first: -5 }) { id } }', { u });
      await send('query($u: ID!) { userProfile(userId: $u) { tags { key } } }', { u });
      await send('mutation($u: ID!) { setConsent(userId: $u, purposes: [PERSONALISATION]) { userId } }', { u });
      expect(await send('mutation($u: ID!) { eraseUser(userId: $u) { __typename } }', { u })).toContain('ErasureReceipt');
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      expect(metrics.length).toBeGreaterThan(100);
      expect(metrics).not.toContain(CANARY);
    } finally {
      await service.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => line.includes(CANARY))).toEqual([]);
  }, 120_000);
});
