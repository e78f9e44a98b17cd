import { openEdge } from './fixture.js';

describe('readiness', () => {
  it('is looked up once for all who ask at once, without a token, and again for the next', async () => {
    let looks = 0;
    let answer = (): void => undefined;
    const edge = await openEdge({
      async health() {
        looks++;
        await new Promise<void>((resolve) => (answer = resolve));
        return [{ name: 'postgres', ok: true, detail: 'answers' }];
      },
    });
    const ask = () => fetch(`${edge.url}/health/ready`).then(({ status }) => status);
    const all = Array.from({ length: 50 }, ask);
    await fetch(`${edge.url}/health/live`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(looks).toBe(1);
    answer();
    expect(new Set(await Promise.all(all))).toEqual(new Set([200]));
    const next = ask();
    await new Promise((resolve) => setTimeout(resolve, 500));
    answer();
    expect([await next, looks]).toEqual([200, 2]);
    await edge.server.close();
  });
});
