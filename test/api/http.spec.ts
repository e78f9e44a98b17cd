import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Script } from 'node:vm';
import { ask, type Edge, exchange, openEdge } from './fixture.js';
import { feedOf } from './some-answers.js';

/** A request with any headers, which fetch would not send. */
function raw(
  edge: Edge,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
  body = '',
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: edge.port, path, method, headers }, (answer) => {
      let text = '';
      answer.on('data', (data: Buffer) => void (text += data.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the addresses of the edge', () => {
  let edge: Edge;
  let down = false;
  beforeAll(async () => {
    edge = await openEdge({
      health: () =>
        Promise.resolve([
          { name: 'postgres', ok: !down, detail: down ? 'connection refused' : 'answers' },
          { name: 'catalogue', ok: true, detail: '120 items' },
        ]),
    });
  });
  beforeEach(() => {
    down = false;
    edge.lines.length = 0;
  });
  afterAll(() => edge.server.close());

  it('say that the process lives, whatever it depends on', async () => {
    down = true;
    const answer = await fetch(`${edge.url}/health/live`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'live' }]);
  });
  it('say whether it can serve, with the state of each dependency', async () => {
    const ready = await fetch(`${edge.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      {
        status: 'ready',
        dependencies: [
          { name: 'postgres', ok: true, detail: 'answers' },
          { name: 'catalogue', ok: true, detail: '120 items' },
        ],
      },
    ]);
    down = true;
    const not = await fetch(`${edge.url}/health/ready`);
    expect([not.status, await not.json()]).toMatchObject([
      503,
      { status: 'not ready', dependencies: [{ ok: false, detail: 'connection refused' }, { ok: true }] },
    ]);
  });
  it('give metrics with what was served', async () => {
    await ask(edge, '{ feed(input: {}) { id } }');
    await ask(edge, 'mutation { recordEvents(events: [{ id: "a", type: CLICK, occurredAt: "x" }]) { accepted } }');
    await ask(edge, '{ helo }');
    const answer = await fetch(`${edge.url}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    for (const line of [
      '# TYPE imago_request_seconds histogram',
      'imago_request_seconds_count{operation="feed",status="2xx"} 1',
      'imago_request_seconds_count{operation="unknown",status="4xx"} 1',
      'imago_feeds_total{kind="feed",scorer="RULES"} 1',
      'imago_degradations_total{degradation="MODEL_MISSING"} 1',
      'imago_errors_total{code="BAD_QUERY"} 1',
      'imago_batch_entries_total{of="events",outcome="accepted"} 1',
      '# TYPE nodejs_eventloop_lag_seconds gauge',
    ])
      expect(text).toContain(line);
  });
  it.each([
    ['/nowhere', 404, 'NOT_FOUND'],
    ['/imports', 404, 'NOT_FOUND'],
    ['/graphql/', 404, 'NOT_FOUND'],
    ['/%zz', 400, 'INVALID_INPUT'],
    [`/imports/${'x'.repeat(5_000)}`, 404, 'NOT_FOUND'],
  ])('answer in JSON where nothing is: %s', async (path, status, code) => {
    const { status: got, text } = await raw(edge, path, {});
    expect([got, (JSON.parse(text) as { error: { code: string; faults: unknown[] } }).error]).toEqual([
      status,
      { code, message: expect.any(String) as string, faults: [] },
    ]);
  });
  it('answer in JSON what is not HTTP', async () => {
    expect(await exchange(edge, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*\{"error":\{"code":"INVALID_INPUT"/s);
    expect(await exchange(edge, `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 .*INVALID_INPUT/s,
    );
  });
  it('show a browser a page that needs no network', async () => {
    const answer = await fetch(`${edge.url}/graphql`);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).toContain('feed(input: $input)');
    expect(html).not.toMatch(/(src|href)=|https?:/);
    expect(() => new Script(/<script>(.*)<\/script>/s.exec(html)?.[1] ?? 'none found')).not.toThrow();
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
  });
  it('take no operation by GET', async () => {
    const answer = await fetch(`${edge.url}/graphql?query=${encodeURIComponent('mutation { removeItems(ids: ["a"]) { accepted } }')}`);
    expect([answer.status, ((await answer.json()) as { data: unknown }).data]).toEqual([405, null]);
  });
  it('send no more headers than needed', async () => {
    const { headers } = await ask(edge, '{ __typename }');
    expect([...headers.keys()].sort()).toEqual([
      'cache-control',
      'connection',
      'content-length',
      'content-security-policy',
      'content-type',
      'date',
      'keep-alive',
      'x-content-type-options',
    ]);
  });

  it('tell a browser that answers are data, kept nowhere, and belong into no page', async () => {
    for (const path of ['/exports/vocabularies', '/metrics', '/nowhere', '/health/live']) {
      const { headers } = await fetch(edge.url + path);
      const told = ['x-content-type-options', 'cache-control', 'content-security-policy'].map((name) => headers.get(name));
      expect([path, ...told]).toEqual([path, 'nosniff', 'no-store', "default-src 'none'; frame-ancestors 'none'"]);
    }
    expect((await fetch(`${edge.url}/fallback/home.json`)).headers.get('cache-control')).toMatch(/^public/);
  });

  it('log one line a request, with what was served and to which pseudonym', async () => {
    await ask(edge, 'query($i: FeedInput!) { feed(input: $i) { id } }', { i: { userId: 'ann-canary', first: 3 } });
    await sleep(20);
    expect(edge.lines).toEqual([
      {
        level: 'info',
        message: 'request',
        facts: {
          method: 'POST',
          status: 200,
          ms: expect.any(Number) as number,
          operation: 'feed',
          feeds: [
            {
              kind: 'feed',
              feedId: '0193-feed',
              user: 'pseudonym-10',
              surface: 'home',
              scorer: 'RULES',
              degraded: ['MODEL_MISSING'],
              relaxed: [],
              badges: [],
              candidates: 500,
              items: 3,
              tookMs: 4.5,
            },
          ],
        },
      },
    ]);
    expect(JSON.stringify(edge.lines)).not.toContain('canary');
  });
  it('log probes only when they fail', async () => {
    await fetch(`${edge.url}/health/ready`);
    await fetch(`${edge.url}/metrics`);
    down = true;
    await fetch(`${edge.url}/health/ready`);
    await sleep(20);
    expect(edge.lines.map(({ facts }) => [facts.operation, facts.status])).toEqual([['health', 503]]);
  });
});

describe('protected mode', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await openEdge({}, { corsOrigins: ['https://shop.example'], host: 'imago.internal' });
  });
  afterAll(() => edge.server.close());
  const body = JSON.stringify({ query: '{ __typename }' });
  const post = (headers: Record<string, string>) => raw(edge, '/graphql', { 'content-type': 'application/json', ...headers }, 'POST', body);

  it.each(['localhost', 'LOCALHOST:80', '127.0.0.1', '127.1.2.3:9', '[::1]:3000', 'dev.localhost', 'imago.internal'])(
    'serves by the name %s',
    async (host) => expect((await post({ host })).status).toBe(200),
  );
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.7', '[::2]', 'notlocalhost'])(
    'refuses the name %s, which may be another page’s',
    async (host) => {
      const { status, text } = await post({ host });
      expect([status, (JSON.parse(text) as { errors: { extensions: object }[] }).errors[0].extensions]).toEqual([
        403,
        { code: 'FORBIDDEN' },
      ]);
      expect((await raw(edge, '/metrics', { host })).status).toBe(403);
      expect((await raw(edge, '/nowhere', { host })).status).toBe(403);
    },
  );
  it.each(['http://localhost:5173', 'http://127.0.0.1', 'https://[::1]:8443', 'https://shop.example'])(
    'serves pages of %s',
    async (origin) => expect((await post({ origin })).status).toBe(200),
  );
  it.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'https://shop.example.evil', 'http://shop.example', ''])(
    'refuses pages of "%s"',
    async (origin) => expect((await post({ origin })).status).toBe(403),
  );
  it('refuses what is passed on for another machine', async () => {
    expect((await post({ 'x-forwarded-for': '127.0.0.1' })).status).toBe(200);
    expect((await post({ 'x-forwarded-for': '203.0.113.9' })).status).toBe(403);
    expect((await post({ 'x-forwarded-for': '127.0.0.1, 203.0.113.9' })).status).toBe(403);
    expect((await post({ forwarded: 'for=203.0.113.9' })).status).toBe(403);
  });
  it('lets pages of the origins it was given ask first', async () => {
    const headers = {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const allowed = await raw(edge, '/graphql', headers, 'OPTIONS');
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, 'https://shop.example']);
    const other = await raw(edge, '/graphql', { ...headers, origin: 'https://evil.example' }, 'OPTIONS');
    expect(other.headers['access-control-allow-origin']).not.toBe('https://evil.example');
  });
});

describe('closing', () => {
  it('lets what is under way finish, and takes nothing new', async () => {
    let finish: () => void = () => undefined;
    const edge = await openEdge({ feed: () => new Promise((resolve) => void (finish = () => resolve(feedOf(1)))) });
    const started = performance.now();
    const answer = ask(edge, '{ feed(input: {}) { id } }');
    await sleep(100);
    const closed = edge.server.close();
    await sleep(100);
    await expect(fetch(`${edge.url}/health/live`)).rejects.toThrow();
    finish();
    expect((await answer).data).toEqual({ feed: { id: '0193-feed' } });
    await closed;
    expect(performance.now() - started).toBeLessThan(3_000);
  });
  it('does not wait for connections that are idle', async () => {
    const edge = await openEdge();
    await ask(edge, '{ __typename }');
    const started = performance.now();
    await edge.server.close();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
  it('gives its address with the port it got', async () => {
    const edge = await openEdge();
    expect(edge.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(edge.port).toBeGreaterThan(0);
    await edge.server.close();
  });
});
