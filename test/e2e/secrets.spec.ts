import { SignJWT } from 'jose';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Client } from 'pg';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { type Service, startService } from '../../src/service.js';
import { startTcpProxy, type TcpProxy } from '../chaos/tcp-proxy.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

const word = (): string => `canary${randomBytes(16).toString('hex')}`;
const SECRETS = { token: word(), webhook: word(), password: word(), hook: word() };
const USER = word();
const ROLE = word();

/** A run with everything in it that can go wrong, and all that was said meanwhile. */
describe('what is secret', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let receiver: Receiver;
  let service: Service;
  let dataDir: string;
  const logged: string[] = [];
  const answered: string[] = [];
  const sentTokens: string[] = [];

  const admin = async (...statements: string[]): Promise<void> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const token = async (claims: object, secret = SECRETS.token): Promise<string> => {
    const jwt = await new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('5m').sign(new TextEncoder().encode(secret));
    sentTokens.push(jwt);
    return jwt;
  }; // prettier-ignore
  const ask = async (jwt: string, query: string, variables: object = {}): Promise<{ status: number; text: string }> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${jwt}` };
    const answer = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const text = await answer.text();
    answered.push(text);
    return { status: answer.status, text };
  };
  const get = async (path: string, jwt?: string): Promise<string> => {
    const text = await (await fetch(service.url + path, jwt ? { headers: { authorization: `Bearer ${jwt}` } } : {})).text();
    answered.push(text);
    return text;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    await admin(`CREATE ROLE ${ROLE} LOGIN SUPERUSER PASSWORD '${SECRETS.password}'`);
    const url = new URL(database.url);
    proxy = await startTcpProxy(Number(url.port || 5432));
    Object.assign(url, { port: String(proxy.port), hostname: '127.0.0.1', username: ROLE, password: SECRETS.password });
    receiver = await startReceiver();
    receiver.answer = () => 500;
    dataDir = await mkdtemp(join(tmpdir(), 'imago-secrets-'));
    const config = readConfig({
      DATABASE_URL: url.href, DATA_DIR: dataDir, PORT: '0', SAMPLE: 'none', MODE: 'production', AUTH_JWT_SECRET: SECRETS.token,
      WEBHOOK_URL: `${receiver.url}?key=${SECRETS.hook}`, WEBHOOK_SECRET: SECRETS.webhook,
    }); // prettier-ignore
    const stream = new Writable({ write: (chunk: Buffer, _encoding, done) => (logged.push(chunk.toString()), done()) });
    service = await startService(config, pino({ level: 'trace' }, stream), null, ['--import', new URL('../support/ts-loader.mjs', import.meta.url).href]); // prettier-ignore
  }, 120_000);
  afterAll(async () => {
    await proxy.close();
    await receiver.stop();
    await admin(`REASSIGN OWNED BY ${ROLE} TO CURRENT_USER`, `DROP OWNED BY ${ROLE}`, `DROP ROLE ${ROLE}`).catch(() => undefined);
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const FEED = 'query($u: ID) { feed(input: { userId: $u }) { id } }';
  const RECORD = 'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }';
  const stay = (n: number) => ({
    id: `stay-${n}`,
    type: 'DWELL',
    userId: USER,
    itemId: 'thing',
    dwellMs: 400_000,
    occurredAt: new Date().toISOString(),
  });

  it('stays out of logs, answers and metrics over a run in which everything fails once', async () => {
    const [shop, ops] = [await token({ scope: 'storefront', client_id: 'shop' }), await token({ scope: 'ops', client_id: 'console' })];
    const item = { id: 'thing', kind: 'PRODUCT', title: 'A thing', categories: ['all'] };
    expect((await ask(shop, 'mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', { i: [item] })).status).toBe(200);
    const rule = { name: 'a rule', tag: 'longest-stay-today', comparison: 'ABOVE', threshold: 300, action: 'WEBHOOK' };
    expect((await ask(ops, 'mutation($i: TriggerInput!) { saveTrigger(input: $i) { id } }', { i: rule })).text).toContain('"id"');

    // Tokens that are refused, and one that may not.
    for (const bad of [await token({ scope: 'admin' }, 'another secret of thirty-two characters'), `${shop}x`, `${SECRETS.token}.a.b`])
      expect((await ask(bad, FEED, { u: USER })).status).toBe(401);
    expect((await ask(await token({ scope: 'ops', user: USER }), FEED, { u: USER })).status).toBe(403);
    // A webhook that fails.
    expect((await ask(shop, RECORD, { e: [stay(1)] })).text).toContain('"accepted":1');
    await eventually(() => Promise.resolve(expect(receiver.calls.length).toBeGreaterThan(0)), 20_000);
    // A database that is away, and back.
    proxy.cut();
    for (let n = 2; n < 5; n++) {
      await ask(shop, FEED, { u: USER });
      await ask(shop, RECORD, { e: [stay(n)] });
      await ask(shop, 'query($u: ID!) { dataHeld(userId: $u) { userId } }', { u: `${USER}-2` });
      await ask(ops, '{ auditLog { entries { id } } }');
      await get('/health/ready');
    }
    proxy.mend();
    await eventually(async () => expect((await fetch(`${service.url}/health/ready`)).status).toBe(200), 60_000);
    await get('/metrics', ops);
    await service.stop();

    const said = { logged: logged.join(''), answered: answered.join('') };
    expect(said.logged).toMatch(/"level":(40|50)/);
    for (const [name, secret] of [...Object.entries(SECRETS), ...sentTokens.map((jwt): [string, string] => ['a token', jwt])]) {
      expect([name, 'logged', said.logged.includes(secret)]).toEqual([name, 'logged', false]);
      expect([name, 'answered', said.answered.includes(secret)]).toEqual([name, 'answered', false]);
      const encoded = Buffer.from(secret).toString('base64').slice(4, 20);
      expect([name, 'in base64', said.logged.includes(encoded) || said.answered.includes(encoded)]).toEqual([name, 'in base64', false]);
    }
    expect(logged.filter((line) => line.includes(USER))).toEqual([]);
    // Nobody is told a user but who named him.
    const metrics = answered.find((text) => text.includes('# TYPE'))!;
    expect([metrics.includes('imago_'), metrics.includes(USER)]).toEqual([true, false]);
    expect(said.answered).not.toMatch(/node_modules|ECONNREFUSED|\bat \S+ \(/);
  }, 180_000);
});
