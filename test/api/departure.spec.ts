import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, type Edge, openEdge } from './fixture.js';

const asked = async (edge: Edge, times: number): Promise<number[]> => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push((await fetch(`${edge.url}/health/ready`)).status);
  return statuses;
};
const timed = async (work: Promise<void>): Promise<number> => {
  const from = performance.now();
  await work;
  return performance.now() - from;
};

describe('a server that closes behind a balancer', () => {
  it('serves until the balancer has learned of it and sends nothing more', async () => {
    const edge = await openEdge();
    await ask(edge, '{ __typename }');
    expect(await asked(edge, 3)).toEqual([200, 200, 200]);
    const closed = timed(edge.server.close());
    await sleep(100);
    const late = await fetch(`${edge.url}/health/live`);
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
    expect(await asked(edge, 1)).toEqual([503]);
    for (const until = performance.now() + 600; performance.now() < until; await sleep(10))
      expect((await ask(edge, '{ __typename }')).data).toEqual({ __typename: 'Query' });
    // 100 ms until it was asked, 600 ms of requests, and 300 ms in which none came.
    expect(await closed).toBeGreaterThan(900);
    await expect(fetch(`${edge.url}/health/live`)).rejects.toThrow();
  });

  it('does not wait for one who asks no more', async () => {
    const edge = await openEdge();
    await asked(edge, 3);
    const ms = await timed(edge.server.close());
    expect(ms).toBeGreaterThan(2_000);
    expect(ms).toBeLessThan(5_000);
  });

  it('closes at once where nobody asks regularly', async () => {
    const edge = await openEdge();
    await asked(edge, 1);
    expect(await timed(edge.server.close())).toBeLessThan(1_000);
  });
});
