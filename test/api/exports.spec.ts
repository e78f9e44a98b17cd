import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { AppError } from '../../src/core/errors.js';
import { type Edge, openEdge } from './fixture.js';

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('exports over HTTP', () => {
  let edge: Edge | undefined;
  afterEach(() => edge?.server.close());

  async function* failing(after: number): AsyncGenerator<string> {
    for (let i = 0; i < after; i++) {
      await Promise.resolve();
      yield `{"line":${i}}\n`;
    }
    throw new AppError('UNAVAILABLE', 'the database cannot be reached at the moment', [], 1);
  }
  const exportOf = async (pieces: AsyncIterable<string>): Promise<string> => {
    edge = await openEdge({ exportExposures: () => ({ asOf: Date.UTC(2026, 0, 31), pieces }) });
    return `${edge.url}/exports/exposures`;
  };

  it('say as of when they are, and are noted under their name', async () => {
    const answer = await fetch(await exportOf(failing(0)));
    await answer.text();
    expect(answer.headers.get('imago-as-of')).toBe('2026-01-31T00:00:00.000Z');
    expect(edge!.lines.at(-1)?.facts).toMatchObject({ operation: 'export exposures' });
  });

  it('answer with an error that comes before the first line', async () => {
    const answer = await fetch(await exportOf(failing(0)));
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: 'UNAVAILABLE' } });
  });

  it('cut the answer off when they fail on the way, so that nobody takes it for whole', async () => {
    const answer = await fetch(await exportOf(failing(2)));
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  it('stop reading when the reader goes away, and wait while he is slow', async () => {
    let made = 0;
    let stopped = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) {
          await Promise.resolve();
          made++;
          yield `${'x'.repeat(65_535)}\n`;
        }
      } finally {
        stopped = true;
      }
    }
    const request = get(await exportOf(endless()), { agent: false });
    request.on('error', () => undefined);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined);
    await once(answer, 'readable');
    await later(200);
    // What sockets and buffers hold between the two, at 64 KiB a piece.
    const ahead = made;
    expect(ahead).toBeLessThan(500);
    await later(200);
    expect(made - ahead).toBeLessThan(50);
    request.destroy();
    for (let tries = 0; tries < 100 && !stopped; tries++) await later(20);
    expect(stopped).toBe(true);
  });
});
