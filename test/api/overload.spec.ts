import { type Edge, openEdge, post } from './fixture.js';

const FEED = { query: '{ feed(input: {}) { id } }' };
const RECORD = { query: 'mutation { recordEvents(events: []) { accepted } }' };

describe('a service that has more to do than it can', () => {
  let edge: Edge;
  let full = true;
  let pages = 0;
  beforeAll(async () => {
    const feed = () => {
      pages++;
      return Promise.reject(new Error('not to be asked for'));
    };
    edge = await openEdge({ isFull: () => full, feed });
  });
  afterAll(() => edge.server.close());

  it('refuses pages before anything is done for them, says when to come back, and counts and logs it', async () => {
    const answer = await fetch(`${edge.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(FEED),
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ data: null, errors: [{ extensions: { code: 'OVERLOADED' } }] });
    expect(pages).toBe(0);
    expect(await edge.metrics.registry.metrics()).toContain('imago_errors_total{code="OVERLOADED"} 1');
    expect(edge.lines.at(-1)!.facts).toMatchObject({ status: 503, operation: 'feed', errors: ['OVERLOADED'] });
  });

  it('takes events as before', async () => {
    expect((await post(edge, RECORD)).data).toHaveProperty('recordEvents');
  });

  it('serves pages again as soon as there is room', async () => {
    full = false;
    await post(edge, FEED);
    expect(pages).toBe(1);
  });
});
