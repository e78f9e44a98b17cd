import { request as httpRequest, type ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { eventually } from '../support/eventually.js';
import { type Edge, openEdge } from './fixture.js';
import { AUTH, bearer, token } from './tokens.js';

/** Never ends by itself. */
const endless = (): AsyncIterable<string> => Readable.from((async function* () {
  yield '{}\n';
  await new Promise(() => undefined);
})()); // prettier-ignore

describe('streams', () => {
  let edge: Edge;
  const open: ClientRequest[] = [];
  beforeEach(async () => {
    edge = await openEdge({ exportVocabularies: endless }, { auth: AUTH, rateLimitPerSecond: 10_000 });
  });
  afterEach(async () => {
    for (const request of open.splice(0)) request.destroy();
    await edge.server.close();
  });

  /** Ask, and leave the stream open; gives the status and the code. */
  async function start(path: string, client: string, method = 'GET'): Promise<[number, string | undefined]> {
    const headers = { ...bearer(await token({ scope: 'admin', client_id: client })), 'content-type': 'application/x-ndjson' };
    const request = httpRequest(edge.url + path, { method, headers });
    open.push(request);
    request.on('error', () => undefined);
    if (method === 'GET') request.end();
    else request.write('{');
    return new Promise((resolve) => {
      const taken = setTimeout(() => resolve([200, undefined]), 1_000);
      request.on('response', (answer) => {
        clearTimeout(taken);
        answer.once('data', (data: Buffer) => {
          const { error } = JSON.parse(data.toString()) as { error?: { code: string } };
          resolve([answer.statusCode!, error?.code]);
        });
      });
    });
  }
  const times = (n: number, ask: () => Promise<[number, string | undefined]>) => Promise.all(Array.from({ length: n }, ask));
  const refused = (all: [number, string | undefined][]) => all.filter(([status]) => status !== 200);

  it('out of the service are four of a caller and eight in all, and one that ends makes room', async () => {
    const path = '/exports/vocabularies';
    expect(refused(await times(6, () => start(path, 'first')))).toEqual([[429, 'RATE_LIMITED'], [429, 'RATE_LIMITED']]); // prettier-ignore
    expect(refused(await times(4, () => start(path, 'second')))).toEqual([]);
    expect(await start(path, 'third')).toEqual([503, 'OVERLOADED']);
    open[0].destroy();
    open[1].destroy();
    open[2].destroy();
    await eventually(async () => expect(await start(path, 'third')).toEqual([200, undefined]));
  }, 60_000);

  it('into the service are twelve of a caller, however slowly they come', async () => {
    const all = await times(14, () => start('/imports/events', 'slow', 'POST'));
    expect(refused(all)).toEqual([[429, 'RATE_LIMITED'], [429, 'RATE_LIMITED']]); // prettier-ignore
    expect(await start('/imports/events', 'other', 'POST')).toEqual([200, undefined]);
  }, 60_000);
});
