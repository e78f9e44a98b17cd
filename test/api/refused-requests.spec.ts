import { AppError } from '../../src/core/errors.js';
import { ask, type Edge, type GraphqlAnswer, openEdge, post } from './fixture.js';

const FEED = 'query($i: FeedInput!) { feed(input: $i) { id } }';
const nested = (levels: number) => `{ item(id: "a") ${'{ id '.repeat(levels)}${'}'.repeat(levels)} }`;
const bomb = (levels: number) =>
  `{ ...f0 } ${Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ${i === levels - 1 ? 'item(id: "a") { id }' : `...f${i + 1} ...f${i + 1}`} }`).join(' ')}`;
const utf8 = (text: string) => new TextEncoder().encode(text);

interface Row {
  what: string;
  body: unknown;
  headers?: Record<string, string>;
  status: number;
  code: 'BAD_QUERY' | 'INVALID_INPUT';
  says?: RegExp;
}
const query = (what: string, text: string, says?: RegExp): Row => ({ what, body: { query: text }, status: 400, code: 'BAD_QUERY', says });
const input = (what: string, variables: object, says: RegExp, text = FEED): Row => ({
  what,
  body: { query: text, variables },
  status: 200,
  code: 'INVALID_INPUT',
  says,
});

const ROWS: Row[] = [
  {
    what: 'a body over 1 MiB',
    body: { query: '{ __typename }', pad: 'x'.repeat(1_048_576) },
    status: 413,
    code: 'INVALID_INPUT',
    says: /1 MiB/,
  },
  { what: 'an empty body', body: '', status: 400, code: 'BAD_QUERY', says: /empty/ },
  { what: 'null', body: 'null', status: 400, code: 'BAD_QUERY', says: /JSON object/ },
  { what: 'an empty list', body: '[]', status: 400, code: 'BAD_QUERY', says: /lists of operations/ },
  {
    what: 'a list of operations',
    body: [{ query: '{ __typename }' }, { query: '{ __typename }' }],
    status: 400,
    code: 'BAD_QUERY',
    says: /lists of operations/,
  },
  { what: 'half an object', body: '{"query":', status: 400, code: 'BAD_QUERY', says: /JSON/ },
  { what: 'a trailing comma', body: '{"query":"{ __typename }",}', status: 400, code: 'BAD_QUERY', says: /JSON/ },
  { what: 'a byte order mark', body: '\uFEFF{"query":"{ __typename }"}', status: 400, code: 'BAD_QUERY', says: /JSON/ },
  { what: 'a NUL byte', body: '{"query":"{ __typename }\0"}', status: 400, code: 'BAD_QUERY', says: /JSON/ },
  {
    what: 'bytes that are not UTF-8',
    body: new Uint8Array([...utf8('{"query":"'), 0xc3, 0x28, ...utf8('"}')]),
    status: 400,
    code: 'BAD_QUERY',
    says: /UTF-8/,
  },
  { what: 'plain text', body: '{ __typename }', headers: { 'content-type': 'text/plain' }, status: 415, code: 'INVALID_INPUT' },
  {
    what: 'JSON sent as plain text',
    body: '{"query":"{ __typename }"}',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'INVALID_INPUT',
  },
  {
    what: 'a form',
    body: 'query=%7B__typename%7D',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'INVALID_INPUT',
  },
  {
    what: 'lines',
    body: '{"query":"{ __typename }"}',
    headers: { 'content-type': 'application/x-ndjson' },
    status: 415,
    code: 'INVALID_INPUT',
  },
  {
    what: 'another charset',
    body: '{"query":"{ __typename }"}',
    headers: { 'content-type': 'application/json; charset=gbk' },
    status: 415,
    code: 'INVALID_INPUT',
  },
  {
    what: 'a compressed body',
    body: '{"query":"{ __typename }"}',
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'INVALID_INPUT',
    says: /compressed/,
  },
  { what: 'no query', body: {}, status: 400, code: 'BAD_QUERY', says: /query/ },
  {
    what: 'a persisted query that is not known',
    body: { extensions: { persistedQuery: { version: 1, sha256Hash: 'ab' } } },
    status: 400,
    code: 'BAD_QUERY',
    says: /SHA-256/,
  },
  { what: 'a query that is no text', body: { query: 7 }, status: 400, code: 'BAD_QUERY', says: /query/ },
  {
    what: 'variables that are a list',
    body: { query: '{ __typename }', variables: [] },
    status: 400,
    code: 'BAD_QUERY',
    says: /variables/,
  },
  {
    what: 'variables that are text',
    body: { query: '{ __typename }', variables: '{}' },
    status: 400,
    code: 'BAD_QUERY',
    says: /variables/,
  },
  {
    what: 'an operationName that is no text',
    body: { query: '{ __typename }', operationName: {} },
    status: 400,
    code: 'BAD_QUERY',
    says: /operationName/,
  },

  query('a syntax error', '{ item(id: "a") { id }', /Syntax Error/),
  query('an empty document', '#', /Syntax Error/),
  query('only fragments', 'fragment F on Item { id }', /no operation/),
  query('a field that is not there', '{ helo }', /helo/),
  query('a field with a name of 10,000 characters', `{ ${'x'.repeat(10_000)} }`, /"x{60}…"/),
  query('seven levels', `{ feed(input: {}) { items { item { id { a { b { c } } } } } } }`, /7 levels.*at most 6/),
  query('3,000 levels', nested(3_000), /tokens/),
  query('250 levels', nested(250), /251 levels/),
  query('an argument of 900 nested lists', `{ item(id: ${'['.repeat(490)}${']'.repeat(490)}) { id } }`),
  query('1,001 tokens', `{ ${'__typename '.repeat(1_000)} }`, /1000 tokens/),
  query('a document over 64 KiB', `{ item(id: "${'x'.repeat(70_000)}") { id } }`, /characters/),
  query('16 aliases', `{ ${Array.from({ length: 16 }, (_, i) => `a${i}: __typename`).join(' ')} }`, /16 aliases.*at most 15/),
  query('an alias of 61 characters', `{ ${'x'.repeat(61)}: __typename }`, /61 characters in an alias; at most 60/),
  query('5,000 aliases', `{ ${Array.from({ length: 5_000 }, (_, i) => `a${i}: item(id: "x") { id }`).join(' ')} }`, /characters/),
  query('51 directives', `{ __typename ${'@include(if: true) '.repeat(51)} }`, /51 directives.*at most 50/),
  query('an unknown directive', '{ item(id: "a") { id @defer } }', /@defer/),
  query('a directive twice', '{ __typename @include(if: true) @include(if: true) }', /include/),
  query('a fragment in itself', '{ item(id: "a") { ...F } } fragment F on Item { id ...F }', /contains itself/),
  query(
    'two fragments in each other',
    '{ item(id: "a") { ...F } } fragment F on Item { ...G } fragment G on Item { ...F }',
    /contains itself/,
  ),
  query('a fragment of introspection in itself', '{ __schema { types { ...F } } } fragment F on __Type { ofType { ...F } }', /itself/),
  query('30 doubling fragments', bomb(30), /costs \d{9,}/),
  query('60 doubling fragments', bomb(60), /costs/),
  query('a feed of 100 with 120 fields each', `{ feed(input: { first: 100 }) { items { ${'position score '.repeat(60)} } } }`, /costs/),
  {
    what: 'the same with the length in a variable',
    body: {
      query: `query($i: FeedInput!) { feed(input: $i) { items { ${'position score '.repeat(60)} } } }`,
      variables: { i: { first: 100 } },
    },
    status: 400,
    code: 'BAD_QUERY',
    says: /costs/,
  },
  query('two anonymous operations', '{ __typename } { __typename }', /several operations/),
  query('two operations and no choice', 'query A { __typename } query B { __typename }', /operationName/),
  {
    what: 'a choice that is not there',
    body: { query: 'query A { __typename }', operationName: 'B' },
    status: 400,
    code: 'BAD_QUERY',
    says: /operationName/,
  },
  { what: 'an empty choice', body: { query: '{ __typename }', operationName: '' }, status: 400, code: 'BAD_QUERY', says: /operationName/ },
  query('a subscription', 'subscription { feed }', /subscription/),
  query('the same field with other arguments', '{ item(id: "a") { id } item(id: "b") { id } }', /conflict/),
  query('a variable that is not declared', '{ item(id: $id) { id } }', /\$id/),
  query('a value of the wrong type in the document', '{ feed(input: { first: "10" }) { id } }', /Int/),
  query('a fraction in the document', '{ feed(input: { first: 1.5 }) { id } }', /Int/),
  query('an enum value that is not there', '{ related(input: { itemIds: ["a"], relation: FRIEND }) { id } }', /FRIEND/),
  query('a type definition', 'type Query { feed: Int }', /no operation/),

  input('first of 1.5', { i: { first: 1.5 } }, /i\.first: 1\.5/),
  input('first as text', { i: { first: '10' } }, /i\.first: "10"/),
  input('first of 2^31', { i: { first: 2 ** 31 } }, /i\.first: 2147483648/),
  input('first of null', { i: { first: null } }, /i\.first: null/),
  input('an input that is a list', { i: [] }, /i: a list of 0/),
  input('an input that is missing', {}, /i: .*FeedInput.*needed/),
  input('an input of null', { i: null }, /i: null/),
  input('an extra variable', { i: {}, j: 1 }, /j: .*no variable of this name/),
  input('a variable named __proto__', JSON.parse('{"i":{},"__proto__":{"first":3}}') as object, /__proto__: .*no variable/),
  input('a field named __proto__', JSON.parse('{"i":{"__proto__":{"first":3}}}') as object, /__proto__/),
  input('a field named constructor', { i: { constructor: 1 } }, /constructor/),
  input('a user id that is an object', { i: { userId: {} } }, /i\.userId: an object/),
  input('a price that is no number', { i: { filter: { priceMin: '9' } } }, /i\.filter\.priceMin: "9"/),
  input(
    'a time that is a number',
    { e: [{ id: 'a', type: 'CLICK', occurredAt: 7 }] },
    /e\.0\.occurredAt: 7/,
    'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }',
  ),
  input(
    'an event type that is not there',
    { e: [{ id: 'a', type: 'CLICKED', occurredAt: 'x' }] },
    /e\.0\.type: "CLICKED"/,
    'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }',
  ),
  input(
    'an event without an id',
    { e: [{ type: 'CLICK', occurredAt: 'x' }] },
    /"id"/,
    'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }',
  ),
  input(
    'attributes that are a list',
    { u: [{ id: 'a', attributes: [] }] },
    /u\.0\.attributes/,
    'mutation($u: [UserInput!]!) { upsertUsers(users: $u) { accepted } }',
  ),
  input(
    'attributes with a key __proto__',
    { u: [{ id: 'a', attributes: JSON.parse('{"a":{"__proto__":1}}') as object }] },
    /__proto__/,
    'mutation($u: [UserInput!]!) { upsertUsers(users: $u) { accepted } }',
  ),
  input(
    'null where the schema has a default, as an argument',
    { s: null },
    /s: null/,
    'query($s: String) { rankingConfig(surface: $s) { version } }',
  ),
  input(
    'null where the schema has a default, inside an input',
    { n: null },
    /n: null/,
    'query($n: Int) { feed(input: { first: $n }) { id } }',
  ),
  input(
    'null for a variable with a default',
    { n: null },
    /n: null/,
    'query($n: Int = 4) { items(first: $n) { pageInfo { hasNextPage } } }',
  ),
  input('NUL in a name that is looked up', { k: 'a\0b' }, /key has a NUL/, 'mutation($k: String!) { startExperiment(key: $k) { key } }'),
  input('half a surrogate pair in an id', { k: '\ud800' }, /id has a NUL or half/, 'query($k: ID!) { item(id: $k) { id } }'),
  input('null for a condition', { b: null }, /b: null/, 'query($b: Boolean = true) { __typename @include(if: $b) }'),
];

describe('requests that are refused', () => {
  let edge: Edge;
  let feeds = 0;
  beforeAll(async () => {
    edge = await openEdge({
      feed: () => {
        feeds++;
        return Promise.reject(new AppError('INVALID_INPUT', 'not for this spec'));
      },
    });
  });
  afterAll(() => edge.server.close());

  const expectRefused = (answer: GraphqlAnswer, { status, code, says }: Omit<Row, 'what' | 'body'>) => {
    expect({
      status: answer.status,
      data: answer.data,
      codes: [...new Set(answer.errors.map(({ extensions }) => extensions.code))],
    }).toEqual({ status, data: null, codes: [code] });
    if (says) expect(answer.errors.map(({ message }) => message).join('; ')).toMatch(says);
    expect(answer.text).not.toMatch(/node_modules|\.js:\d|\.ts:\d|Maximum call stack/);
    expect(answer.text).not.toMatch(/x{61}/);
    expect(answer.text.length).toBeLessThan(20_000);
  };

  it.each(ROWS)('$what', async (row) => {
    for (let run = 0; run < 3; run++) expectRefused(await post(edge, row.body, row.headers), row);
    expect(feeds).toBe(0);
    expect(edge.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('takes variables nested 100,000 deep without harm', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const body of [
      `{"query":${JSON.stringify(FEED)},"variables":{"i":{"userId":${deep}}}}`,
      `{"query":"{ __typename }","extensions":${deep}}`,
      deep,
    ]) {
      const { status, text } = await post(edge, body);
      expect(status).toBeLessThan(500);
      expect(text).not.toMatch(/call stack/);
    }
  });

  it('names every fault of an input at once, up to a bound', async () => {
    const { errors } = await ask(edge, FEED, { i: { first: 'x', surface: 3, filter: { priceMin: true, kinds: ['CAR'] } } });
    expect(errors).toHaveLength(1);
    expect(errors[0].extensions.faults?.map(({ path }) => path)).toEqual(['i.surface', 'i.first', 'i.filter.kinds.0', 'i.filter.priceMin']);
    const many = await ask(edge, 'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }', {
      e: Array.from({ length: 20_000 }, () => null),
    });
    expect(many.errors[0].extensions.faults).toHaveLength(50);
  });

  it('does not repeat a megabyte of the caller’s', async () => {
    const { text } = await ask(edge, FEED, { i: { first: 'x'.repeat(900_000) } });
    expect(text.length).toBeLessThan(1_500);
  });

  it('refuses a fragment bomb before anything walks it: twenty times as many levels, a million times the fields, cost little more', async () => {
    const least = async (levels: number): Promise<number> => {
      let best = Infinity;
      for (let salt = 0; salt < 15; salt++) {
        const started = performance.now();
        await ask(edge, bomb(levels).replace('"a"', `"${levels}-${salt}"`));
        best = Math.min(best, performance.now() - started);
      }
      return best;
    };
    const small = await least(10);
    expect(await least(30)).toBeLessThan(20 * small);
  });

  it('is still there afterwards', async () => expect((await ask(edge, '{ __typename }')).data).toEqual({ __typename: 'Query' }));
});

describe('a production edge', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await openEdge({}, { mode: 'production' });
  });
  afterAll(() => edge.server.close());

  it.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "Item") { name } }',
    'query Q { item(id: "item-1") { ...F } __schema { queryType { name } } } fragment F on Item { id }',
  ])('does not describe itself: %s', async (text) => {
    const { status, errors } = await ask(edge, text);
    expect([status, errors[0].extensions.code]).toEqual([400, 'BAD_QUERY']);
  });
  it('still says the type of an answer', async () =>
    expect((await ask(edge, '{ item(id: "item-1") { __typename } }')).data).toEqual({ item: { __typename: 'Item' } }));
  it('does not help to guess names', async () => {
    for (const text of [
      '{ itm(id: "a") { id } }',
      '{ item(idd: "a") { id } }',
      '{ item(id: "a") { titel } }',
      '{ related(input: { itemId: ["a"] }) { id } }',
      '{ related(input: { itemIds: ["a"], relation: SIMILR }) { id } }',
      '{ item(id: "a") { ...F } } fragment F on Itm { id }',
    ])
      expect((await ask(edge, text)).text).not.toMatch(/Did you mean/);
    expect((await ask(edge, FEED, { i: { frist: 3, context: { device: 'PHON' } } })).text).not.toMatch(/Did you mean/);
  });
  it('has no page', async () => {
    const answer = await fetch(`${edge.url}/graphql`);
    expect([answer.status, ((await answer.json()) as { errors: unknown[] }).errors]).toEqual([
      405,
      [{ message: 'send operations with POST', extensions: { code: 'INVALID_INPUT' } }],
    ]);
  });
});
