import { EncryptJWT, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { connect } from 'node:net';
import { type App } from '../../src/app/app.js';
import { AppError } from '../../src/core/errors.js';
import { type Edge, openEdge, post } from './fixture.js';
import { AUTH, base64, bearer, type Claims, key, now, SECRET, signed, token } from './tokens.js';

const FEED = { query: 'query($input: FeedInput!) { feed(input: $input) { id } }' };
const FEED_OF = (userId?: string) => ({ ...FEED, variables: { input: { userId } } });

describe('access', () => {
  let edge: Edge;
  const actors: string[] = [];
  const recipients: unknown[] = [];
  const refusals: unknown[] = [];
  beforeAll(async () => {
    const privateReport: App['privateReport'] = ({ recipient }, actor) => {
      recipients.push([recipient, actor]);
      return Promise.reject(new AppError('CONFLICT', 'spent'));
    };
    const unblock = ({ id }: { id: string }, actor: string) => {
      actors.push(actor);
      return Promise.reject(new Error(id));
    };
    edge = await openEdge(
      { unblock, privateReport, noteRefusedAccess: (refused) => void refusals.push(refused) },
      { auth: AUTH, mode: 'production', rateLimitPerSecond: 1_000 },
    );
  });
  afterAll(() => edge.server.close());

  const ask = async (body: object, claims: Claims) => post(edge, body, bearer(await token(claims)));
  const codes = async (body: object, claims: Claims) => (await ask(body, claims)).errors.map(({ extensions }) => extensions.code);

  it('lets in who has a token with the scope', async () => {
    expect((await ask(FEED_OF('ann'), { scope: 'storefront' })).data).toHaveProperty('feed');
    expect((await ask(FEED_OF('ann'), { scope: 'other admin' })).data).toHaveProperty('feed');
  });

  it('names the holder of the token as the author', async () => {
    await ask({ query: 'mutation { unblock(id: "x", reason: "r") { id } }' }, { scope: 'ops', client_id: 'console' });
    expect(actors).toEqual(['console']);
  });

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>]>([
    ['without a token', () => ({})],
    ['with another scheme', () => ({ authorization: 'Basic YTpi' })],
    ['with no token at all', () => bearer('x')],
    ['with a token of another secret', async () => bearer(await token({ scope: 'admin' }, 'another secret of thirty-two characters'))],
    ['with a token that has expired', async () => bearer(await token({ scope: 'admin', exp: now() - 31 }))],
    ['with a token that does not hold yet', async () => bearer(await token({ scope: 'admin', nbf: now() + 60 }))],
    ['with a token that never expires', async () => bearer(await token({ scope: 'admin', exp: null }))],
    ['with a token of the future', async () => bearer(await token({ scope: 'admin', iat: now() + 3_600 }))],
    ['with a token whose end is text', () => bearer(signed('{"scope":"admin","iss":"shop","aud":"imago","exp":"4102444800"}'))],
    ['with a token without end', () => bearer(signed('{"scope":"admin","iss":"shop","aud":"imago","exp":1e400}'))],
    ['with a token of another issuer', async () => bearer(await token({ scope: 'admin', iss: 'else' }))],
    ['with a token for others', async () => bearer(await token({ scope: 'admin', aud: 'else' }))],
    ['with a token of a user that is no id', async () => bearer(await token({ scope: 'admin', user: 7 }))],
    ['with a token of a user that cannot be one', async () => bearer(await token({ scope: 'admin', user: 'a\0' }))],
    ['with a token of a name that cannot be kept', async () => bearer(await token({ scope: 'admin', client_id: 'a\0b' }))],
    ['with an unsigned token', () => bearer(`${base64({ alg: 'none' })}.${base64({ scope: 'admin', exp: now() + 60 })}.`)],
    ['with a changed token', async () => {
      const [header, , signature] = (await token({ scope: 'storefront' })).split('.');
      return bearer([header, base64({ scope: 'admin', iss: 'shop', aud: 'imago', exp: now() + 60 }), signature].join('.'));
    }],
    ['with a token that brings its own key', async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256');
      const jwt = new SignJWT({ scope: 'admin', iss: 'shop', aud: 'imago' }).setExpirationTime('1m');
      return bearer(await jwt.setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(publicKey), jku: 'http://127.0.0.1:1/' }).sign(privateKey));
    }],
    ...['None', 'nOnE', 'HS256', 'RS256'].map((alg): [string, () => Record<string, string>] => [
      `with an unsigned token that says ${alg}`,
      () => bearer(`${base64({ alg })}.${base64({ scope: 'admin', iss: 'shop', aud: 'imago', exp: now() + 60 })}.`),
    ]),
    ['with an encrypted token', async () => {
      const jwt = new EncryptJWT({ scope: 'admin', iss: 'shop', aud: 'imago' }).setExpirationTime('1m');
      return bearer(await jwt.setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', zip: 'DEF' }).encrypt(key(SECRET.slice(0, 32))).catch(() => 'a.b.c.d.e'));
    }],
    ['with a token in a token', async () => bearer(await new SignJWT({ scope: 'admin' }).setProtectedHeader({ alg: 'HS256', cty: 'JWT', crit: ['b64'], b64: true }).setExpirationTime('1m').sign(key()))],
    ['with a token longer than any', () => bearer('a'.repeat(8_193))],
  ])('refuses a caller %s', async (_name, headers) => {
    const answer = await post(edge, FEED_OF('ann'), await headers());
    expect(answer.status).toBe(401);
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
    expect(answer.data).toBeNull();
  }); // prettier-ignore

  it.each(['../../dev/null', "' UNION SELECT 1 --", 'x'.repeat(4_000), 'unknown'])('goes by the one secret there is, whatever a token names as its key: %s', async (kid) => {
    const by = async (secret: string) => {
      const jwt = new SignJWT({ scope: 'storefront', iss: 'shop', aud: 'imago' }).setProtectedHeader({ alg: 'HS256', kid }).setExpirationTime('1m');
      return (await post(edge, FEED_OF('ann'), bearer(await jwt.sign(key(secret))))).status;
    };
    expect([await by('another secret of thirty-two characters'), await by(SECRET)]).toEqual([401, 200]);
  }); // prettier-ignore

  it('refuses two Authorization headers', async () => {
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(edge.port, '127.0.0.1', () =>
        socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
      );
      socket.on('data', (data) => void (got += data.toString()));
      socket.on('close', () => resolve(got));
    }); // prettier-ignore
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('refuses what the scopes of a token do not cover, whether or not it exists', async () => {
    expect(await codes({ query: '{ auditLog { entries { id } } }' }, { scope: 'storefront' })).toEqual(['FORBIDDEN']);
    expect(await codes({ query: '{ models { name } }' }, { scope: 'ops' })).toEqual(['FORBIDDEN']);
    expect(await codes(FEED_OF('ann'), { scope: 'ops scientist' })).toEqual(['FORBIDDEN']);
    const hidden = { query: 'query { ...more } fragment more on Query { item(id: "x") { id } exposure(id: "x") { hash } }' };
    expect(await codes(hidden, { scope: 'storefront' })).toEqual(['FORBIDDEN']);
    expect(await codes({ query: '{ item(id: "x") { id } }' }, { scope: '' })).toEqual([]);
  });

  it('tells the audit and the metrics of whom it refused, and of what', async () => {
    refusals.length = 0;
    const count = async (why: string) => Number(new RegExp(`^imago_access_refused_total{why="${why}"} (\\d+)$`, 'm').exec(await edge.metrics.registry.metrics())![1]); // prettier-ignore
    const before = await Promise.all(['scope', 'user', 'recipient'].map(count));
    const ann = { scope: 'storefront', user: 'ann', client_id: 'phone' };
    await ask({ query: '{ models { name } }' }, { scope: 'ops', client_id: 'console' });
    await ask(FEED_OF('bob'), ann);
    for (const path of ['/exports/users/bob', '/exports/vocabularies']) await fetch(edge.url + path, { headers: bearer(await token(ann)) });
    await ask({ query: 'query { privacyBudget(recipient: "x") { epsilon } }' }, { scope: 'scientist' });
    expect(refusals).toEqual([
      { actor: 'console', userId: null, subject: 'models', why: 'scope' },
      { actor: 'phone', userId: 'ann', subject: 'feed', why: 'user' },
      { actor: 'phone', userId: 'ann', subject: 'GET /exports/users/:id', why: 'user' },
      { actor: 'phone', userId: 'ann', subject: 'GET /exports/vocabularies', why: 'scope' },
    ]);
    expect(await Promise.all(['scope', 'user', 'recipient'].map(count))).toEqual([before[0] + 2, before[1] + 2, before[2]]);
  });

  it('lets previews to operators and data scientists', async () => {
    const preview = { ...FEED, variables: { input: { preview: {} } } };
    expect(await codes(preview, { scope: 'storefront' })).toEqual(['FORBIDDEN']);
    expect(await codes(preview, { scope: 'storefront ops' })).toEqual([]);
  });

  it('takes the cost of a private report from whoever the token names, and from nobody else', async () => {
    const question = (recipient?: string) => ({
      query: 'query($input: PrivateReportInput!) { privateReport(input: $input) { threshold } }',
      variables: { input: { recipient, epsilon: 1, from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' } },
    });
    const lab = { scope: 'scientist', client_id: 'console', sub: 'lab' };
    expect(await codes(question('lab'), lab)).toEqual(['CONFLICT']);
    expect(await codes(question(), lab)).toEqual(['CONFLICT']);
    expect(await codes(question('university'), lab)).toEqual(['FORBIDDEN']);
    expect(await codes(question('console'), lab)).toEqual(['FORBIDDEN']);
    expect(await codes(question('lab'), { scope: 'admin', client_id: 'console' })).toEqual(['FORBIDDEN']);
    expect(await codes(question('console'), { scope: 'ops', client_id: 'console' })).toEqual(['CONFLICT']);
    expect(recipients).toEqual([['lab', 'console'], ['lab', 'console'], ['console', 'console']]);
  }); // prettier-ignore

  describe('of a token of one user', () => {
    const ann = { scope: 'storefront', user: 'ann' };
    const events = (...userIds: string[]) => ({
      query: 'mutation($events: [EventInput!]!) { recordEvents(events: $events) { accepted } }',
      variables: { events: userIds.map((userId, i) => ({ id: `e${i}`, type: 'VIEW', userId, itemId: 'x', occurredAt: '2026-01-01T00:00:00Z' })) },
    }); // prettier-ignore

    it.each<[string, object]>([
      ['his own feed', FEED_OF('ann')],
      ['a feed of nobody', FEED_OF()],
      ['his own page', { query: '{ userProfile(userId: "ann") { userId } }' }],
      ['his own acts', events('ann', 'ann')],
    ])('gives %s', async (_name, body) => expect(await codes(body, ann)).toEqual([]));

    it.each<[string, object]>([
      ['the feed of another', FEED_OF('bob')],
      ['the feed of an account', { ...FEED, variables: { input: { identity: { platform: 'web', externalId: '7' } } } }],
      ['the page of another', { query: '{ userProfile(userId: "bob") { userId } }' }],
      [
        'the page of another beside his own',
        { query: '{ userProfile(userId: "ann") { userId } b: userProfile(userId: "bob") { userId } }' },
      ],
      ['acts of another among his own', events('ann', 'bob')],
      ['the catalogue', { query: 'mutation { removeItems(ids: ["x"]) { accepted } }' }],
      ['blocks', { query: 'mutation { unblock(id: "x", reason: "r") { id } }' }],
    ])('refuses %s', async (_name, body) => expect(await codes(body, ann)).toEqual(['FORBIDDEN']));

    it('gives his own export, and nobody else’s', async () => {
      const of = async (id: string) => (await fetch(`${edge.url}/exports/users/${id}`, { headers: bearer(await token(ann)) })).status;
      expect([await of('ann'), await of('bob'), await of('constructor')]).toEqual([200, 403, 403]);
    });
  });

  it('has the schema told in production to operators and data scientists alone', async () => {
    const query = { query: '{ __schema { queryType { name } } }' };
    expect((await ask(query, { scope: 'storefront' })).status).toBe(400);
    expect((await ask(query, { scope: 'scientist' })).data).toHaveProperty('__schema');
    expect((await ask(query, { scope: 'ops', user: 'ann' })).status).toBe(400);
  });

  it('asks for tokens at other addresses too, but where nobody has one', async () => {
    const status = async (path: string, claims?: Claims) =>
      (await fetch(edge.url + path, claims && { headers: bearer(await token(claims)) })).status;
    expect(await status('/health/live')).toBe(200);
    expect(await status('/fallback/home.json')).toBe(200);
    expect(await status('/metrics')).toBe(200); // from this machine
    expect(await status('/nothing')).toBe(404);
    expect(await status('/exports/vocabularies')).toBe(401);
    expect(await status('/exports/vocabularies', { scope: 'storefront' })).toBe(403);
    expect(await status('/exports/vocabularies', { scope: 'scientist' })).toBe(200);
  });

  it('keeps tokens and users out of the log', async () => {
    const secretive = await token({ scope: 'storefront', user: 'user-canary' });
    await post(edge, FEED_OF('user-canary'), bearer(secretive));
    await post(edge, FEED_OF('other-canary'), bearer(`${secretive}x`));
    const lines = JSON.stringify(edge.lines);
    for (const canary of [secretive, 'user-canary', 'other-canary', SECRET]) expect(lines).not.toContain(canary);
  });
});

describe('access behind a proxy, from pages of other origins', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await openEdge({}, { auth: AUTH, trustProxy: true, corsOrigins: ['https://shop.example'] });
  });
  afterAll(() => edge.server.close());
  const metrics = async (headers: Record<string, string>) => (await fetch(`${edge.url}/metrics`, { headers })).status;

  it('asks for a token at the metrics of who comes from elsewhere, whatever he says of his address', async () => {
    expect(await metrics({})).toBe(200);
    // The proxy adds whom it serves behind what the caller wrote himself.
    expect(await metrics({ 'x-forwarded-for': '127.0.0.1, 203.0.113.9' })).toBe(401);
    expect(await metrics({ 'x-forwarded-for': '203.0.113.9' })).toBe(401);
    expect(await metrics({ forwarded: 'for=127.0.0.1' })).toBe(401);
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    expect(await metrics({ ...elsewhere, ...bearer(await token({ scope: 'storefront' })) })).toBe(403);
    expect(await metrics({ ...elsewhere, ...bearer(await token({ scope: 'ops' })) })).toBe(200);
  });

  it('lets a browser ask first without a token, and tells pages of no other origin', async () => {
    const asked = (origin: string) =>
      fetch(`${edge.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
      });
    const allowed = await asked('https://shop.example');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'https://shop.example']);
    expect(allowed.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
    expect((await asked('https://evil.example')).headers.get('access-control-allow-origin')).not.toBe('https://evil.example');
    const answer = await post(edge, FEED_OF('ann'), { origin: 'https://shop.example', ...bearer(await token({ scope: 'storefront' })) });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'https://shop.example']);
  });
});

describe('budgets', () => {
  it('hold a connection on which requests are piled up', async () => {
    const edge = await openEdge({}, { auth: AUTH, rateLimitPerSecond: 20 });
    const body = JSON.stringify(FEED_OF('ann'));
    const head = `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${await token({ scope: 'storefront' })}\r\ncontent-type: application/json\r\n`;
    const one = `${head}content-length: ${body.length}\r\n\r\n${body}`;
    const last = `${head}connection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(edge.port, '127.0.0.1', () => socket.write(one.repeat(999) + last));
      socket.on('data', (data) => void (got += data.toString()));
      socket.on('close', () => resolve(got));
    });
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
    expect(statuses).toHaveLength(1_000);
    expect(statuses.filter((status) => status === '200').length).toBeLessThan(20 * 15);
    expect(new Set(statuses)).toEqual(new Set(['200', '429']));
    await edge.server.close();
  });

  it('hold each caller to so many requests a second, and events to as many of their own', async () => {
    const edge = await openEdge({}, { auth: AUTH, rateLimitPerSecond: 5 });
    const of = async (client: string) => bearer(await token({ scope: 'storefront', client_id: client }));
    const [first, second] = [await of('first'), await of('second')];
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => post(edge, FEED_OF('ann'), first)));
    const refused = statuses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(3);
    expect(refused[0].errors[0].extensions.code).toBe('RATE_LIMITED');
    expect(refused[0].headers.get('retry-after')).toBe('1');
    expect((await post(edge, FEED_OF('ann'), second)).status).toBe(200);
    const third = await of('third');
    const six = { query: `query($input: FeedInput!) { ${Array.from({ length: 6 }, (_, n) => `f${n}: feed(input: $input) { id }`).join(' ')} }`, variables: { input: {} } }; // prettier-ignore
    expect((await post(edge, six, third)).status).toBe(429); // as six requests
    const event = { query: 'mutation { recordEvents(events: []) { accepted } }' };
    expect((await post(edge, event, first)).status).toBe(200);
    await edge.server.close();
  });
});
