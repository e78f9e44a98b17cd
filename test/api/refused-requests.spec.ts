import { AppError } from '../../src/core/errors.js';
import { ask, type Edge, type GraphqlAnswer, openEdge, post } from './fixture.js';
import { bomb, FEED, type Row, ROWS } from './refused-rows.js';

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
