import { randomUUID } from 'node:crypto';
import { type Choices } from './graphql-grammar.js';

const CRLF = '\r\n';
const ITEM = '{"id":"item-1","kind":"PRODUCT","title":"Thing","categories":["tea"],"price":3,"stock":9}';
const USER = '{"id":"user-1","region":"CN-31","birthYear":1990}';
const event = (): string => JSON.stringify({ id: randomUUID(), type: 'VIEW', userId: 'user-1', itemId: 'item-1', occurredAt: new Date().toISOString() }); // prettier-ignore
const MANIFEST =
  '{"name":"intent","version":"v1","kind":"dense","heads":["click"],"featureNames":["item.freshness@1"],"golden":{"dense":[[0]],"scores":[[0]]}}';
const FORM = [
  '--edge', 'content-disposition: form-data; name="manifest"', '', MANIFEST,
  '--edge', 'content-disposition: form-data; name="model"; filename="m.onnx"', 'content-type: application/octet-stream', '', '\b\b\u0012\u0004test:\u0000', '--edge--', '',
].join(CRLF); // prettier-ignore

interface Route {
  method: string;
  path: string;
  type?: string;
  body?: () => string;
}
const NDJSON = 'application/x-ndjson';
const lines = (line: () => string) => () => `${line()}\n${line()}\n`;
const SPAN = 'from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z';

const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/imports/events', type: NDJSON, body: lines(event) },
  { method: 'POST', path: '/imports/items', type: NDJSON, body: lines(() => ITEM) },
  { method: 'POST', path: '/imports/users', type: NDJSON, body: lines(() => USER) },
  { method: 'POST', path: '/imports/embeddings?space=a', type: NDJSON, body: lines(() => '{"itemId":"item-1","vector":[0.5,1]}') },
  { method: 'POST', path: '/imports/neighbours?relation=SIMILAR', type: NDJSON, body: lines(() => '{"itemId":"item-1","neighbours":[{"itemId":"item-2","score":1}]}') },
  { method: 'POST', path: '/models/intent/versions', type: 'multipart/form-data; boundary=edge', body: () => FORM },
  { method: 'POST', path: '/evidence/verify?from=2026-11-01', type: NDJSON, body: () => '{"log":"events","writer":1,"hour":"2026-11-01T00:00:00Z","seq":1,"hash":"00"}\n' },
  { method: 'POST', path: '/graphql', type: 'application/json', body: () => '{"query":"query($i: FeedInput!) { feed(input: $i) { id } }","variables":{"i":{"userId":"user-1","first":2}}}' },
  ...['exposures', 'requests', 'features', 'rebuilt'].map((what) => ({ method: 'GET', path: `/exports/${what}?${SPAN}&surface=home` })),
  ...['/exports/vocabularies', '/exports/users/user-1', '/exports/cocoons', '/evidence/heads', `/evidence/verify?${SPAN}`, '/fallback/home.json', '/health/live', '/health/ready', '/metrics', '/graphql', '/'].map((path) => ({ method: 'GET', path })),
]; // prettier-ignore

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'CONNECT', 'get', 'PRI'];
const PATHS = ['//', '/%', '/%00', '/..%2f..%2fetc%2fpasswd', '/exports/../metrics', '/imports/constructor', '/exports/users/', '/exports/users/%ff', '/models/%2e%2e/versions', '/fallback/__proto__.json', '/?a[]=1&a[]=2&__proto__[x]=1', `/${'a'.repeat(9_000)}`, '*', 'http://else/graphql']; // prettier-ignore
const HEADERS = [
  'content-length: 5', 'content-length: -1', 'content-length: 99999999999999999999', 'transfer-encoding: chunked', 'transfer-encoding: gzip, chunked', 'content-encoding: gzip', 'expect: 100-continue', 'expect: else',
  'content-type: multipart/form-data', 'content-type: application/json; charset=utf-16', 'content-type: application/x-ndjson; charset="', 'connection: upgrade', 'upgrade: h2c', 'host: else.example', 'origin: https://evil.example',
  'x-forwarded-for: 203.0.113.9', 'authorization: Bearer x', 'if-none-match: *', 'range: bytes=0-1', 'cookie: a=b', 'traceparent: 00-x', ': no name', 'x: \u0000', `x: ${'a'.repeat(20_000)}`,
]; // prettier-ignore
const PIECES = ['\u0000', '\u00ff\u00fe', '\n', '\r\n', '\r\n\r\n', '0\r\n\r\n', 'ffffffffffffffff\r\n', '{', '[[[[', '"', '\\ud800', '-1', '1e999', 'null', '--edge', '--edge--', '; name="model"', '__proto__', 'x'.repeat(70_000), '{"a":'.repeat(5_000)]; // prettier-ignore

/** What is sent on one connection: mostly a request that is nearly right. */
export function bytesOf(choices: Choices): Buffer {
  const route = choices.of(ROUTES);
  const body = changed(route.body?.() ?? '', choices, 2);
  const method = choices.once(12) ? choices.of(METHODS) : route.method;
  const path = choices.once(12) ? choices.of(PATHS) : changed(route.path, choices, 8);
  const isChunked = body !== '' && choices.once(4);
  const length = choices.once(15) ? choices.of([0, body.length - 1, body.length + 1, 2 ** 31]) : Buffer.byteLength(body, 'latin1');
  const headers = [
    choices.once(30) ? '' : 'host: localhost',
    ...(route.type && !choices.once(15) ? [`content-type: ${route.type}`] : []),
    ...(isChunked ? ['transfer-encoding: chunked'] : body === '' ? [] : [`content-length: ${length}`]),
    ...(choices.once(3) ? [choices.of(HEADERS)] : []),
    ...(choices.once(2) ? ['connection: close'] : []),
  ];
  const sent = isChunked ? `${body.length.toString(16)}${CRLF}${body}${CRLF}0${CRLF}${CRLF}` : body;
  const whole = `${method} ${path} HTTP/1.${choices.once(30) ? 0 : 1}${CRLF}${headers.join(CRLF)}${CRLF}${CRLF}${sent}`;
  return Buffer.from(choices.once(10) ? changed(whole, choices, 1) : whole, 'latin1');
}

/** The text with something else in it somewhere, one time in `seldom`; more than once now and then. */
function changed(text: string, choices: Choices, seldom: number): string {
  if (seldom > 1 && !choices.once(seldom)) return text;
  let is = text;
  for (let n = 1 + choices.below(3); n > 0; n--) {
    const at = choices.below(is.length + 1);
    const behind = at + choices.of([0, 0, 1, 8, 200]);
    is = is.slice(0, at) + choices.of(PIECES) + is.slice(behind);
  }
  return choices.once(6) ? is.slice(0, choices.below(is.length + 1)) : is;
}
