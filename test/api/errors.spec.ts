import { AppError } from '../../src/core/errors.js';
import { ask, type Edge, openEdge } from './fixture.js';

describe('errors of the App', () => {
  let edge: Edge;
  let thrown: unknown;
  const fail = (): never => {
    throw thrown;
  };
  beforeAll(async () => {
    edge = await openEdge({
      feed: () => new Promise(fail),
      item: fail,
      rankingConfig: fail,
      importLines: () => new Promise(fail),
    });
  });
  beforeEach(() => void (edge.lines.length = 0));
  afterAll(() => edge.server.close());

  const FEED = '{ feed(input: {}) { id } }';
  const faults = [{ path: 'filter.priceMin', code: 'INVALID_INPUT', message: 'filter.priceMin is 9; it must be at most priceMax' }];
  const importEvents = () =>
    fetch(`${edge.url}/imports/events`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: '{}\n' });

  it.each([
    ['INVALID_INPUT', 200, 400, null],
    ['BAD_QUERY', 400, 400, null],
    ['UNAUTHENTICATED', 401, 401, null],
    ['FORBIDDEN', 403, 403, null],
    ['NOT_FOUND', 200, 404, null],
    ['CONFLICT', 200, 409, null],
    ['RATE_LIMITED', 429, 429, '1'],
    ['OVERLOADED', 503, 503, '1'],
    ['UNAVAILABLE', 503, 503, '1'],
  ] as const)('%s is a %i in GraphQL and a %i in HTTP', async (code, inGraphql, inHttp, retryAfter) => {
    thrown = new AppError(code, 'what is wrong', faults);
    for (let run = 0; run < 3; run++) {
      const { status, headers, data, errors } = await ask(edge, FEED);
      expect({ status, data, retryAfter: headers.get('retry-after') }).toEqual({ status: inGraphql, data: null, retryAfter });
      expect(errors).toEqual([
        { message: 'what is wrong', path: ['feed'], locations: [{ line: 1, column: 3 }], extensions: { code, faults } },
      ]);
    }
    const answer = await importEvents();
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      inHttp,
      retryAfter,
      { error: { code, message: 'what is wrong', faults } },
    ]);
    expect(edge.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('sends the time after which to try again', async () => {
    thrown = new AppError('OVERLOADED', 'too much at once', [], 7);
    expect((await ask(edge, FEED)).headers.get('retry-after')).toBe('7');
    expect((await importEvents()).headers.get('retry-after')).toBe('7');
  });

  it.each([
    ['an error', new Error('secret host 10.0.0.7 refused')],
    ['an error with a status of its own', Object.assign(new Error('secret upstream'), { statusCode: 404 })],
    ['text', 'secret text'],
    ['nothing', undefined],
  ])('answers %s that is ours with an id only, and logs it once under that id', async (_what, error) => {
    thrown = error;
    for (let run = 0; run < 3; run++) {
      edge.lines.length = 0;
      const { status, data, errors, text } = await ask(edge, FEED);
      expect([status, data, errors.map(({ extensions }) => extensions.code)]).toEqual([500, null, ['INTERNAL']]);
      expect(text).not.toMatch(/secret|node_modules|\.ts:/);
      const logged = edge.lines.filter(({ level }) => level === 'error');
      expect(logged.map(({ facts }) => facts.correlationId)).toEqual([errors[0].extensions.correlationId]);
    }
    edge.lines.length = 0;
    const answer = await importEvents();
    const { error: told } = (await answer.json()) as { error: { code: string; correlationId: string } };
    expect([answer.status, told.code]).toEqual([500, 'INTERNAL']);
    expect(edge.lines.filter(({ level }) => level === 'error').map(({ facts }) => facts.correlationId)).toEqual([told.correlationId]);
  });

  it('keeps the cause in the log', async () => {
    thrown = new Error('the store went away', { cause: new Error('ECONNREFUSED') });
    await ask(edge, FEED);
    expect(edge.lines.find(({ level }) => level === 'error')?.facts.err).toBe(thrown);
  });

  it('keeps what was served beside an error', async () => {
    thrown = new AppError('UNAVAILABLE', 'the catalogue is being read');
    for (let run = 0; run < 3; run++) {
      const { status, data, errors } = await ask(edge, '{ item(id: "a") { id } pipeline { stage } }');
      expect([status, data, errors.map(({ path, extensions }) => [path, extensions.code])]).toEqual([
        200,
        { item: null, pipeline: [{ stage: 'filter' }] },
        [[['item'], 'UNAVAILABLE']],
      ]);
    }
  });

  it('takes the gravest status when nothing was served', async () => {
    thrown = new AppError('UNAVAILABLE', 'the catalogue is being read');
    const { status, headers, data } = await ask(edge, '{ item(id: "a") { id } }');
    expect([status, headers.get('retry-after'), data]).toEqual([503, '1', { item: null }]);
  });

  it('takes an answer that breaks the schema for a fault of ours', async () => {
    thrown = new Error('unused');
    const broken = await openEdge({
      pipeline: () => [{ stage: null as unknown as string, components: [] }],
      featureCatalogue: () => null as never,
    });
    for (let run = 0; run < 3; run++) {
      const { status, errors } = await ask(broken, '{ pipeline { stage } }');
      expect([status, errors[0].extensions.code]).toEqual([500, 'INTERNAL']);
      expect((await ask(broken, '{ featureCatalogue { name } }')).status).toBe(500);
    }
    await broken.server.close();
  });
});
