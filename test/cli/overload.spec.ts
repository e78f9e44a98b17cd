import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { flood, type FloodSecond } from '../../src/cli/bench/flood.js';
import { brokenByOverload, type OverloadResult, recoveryOf } from '../../src/cli/bench/overload.js';

const second = (ms: number, pages = 10): FloodSecond => ({
  sent: 10,
  goodMs: Array<number>(pages).fill(ms),
  refusedMs: [],
  failed: 0,
  notSent: 0,
});

describe('the end of an overload', () => {
  const calm = [second(10), second(12), second(90)]; // a median of 12, so that 24 is as before

  it('is the first of two seconds in a row that are as before', () => {
    expect(recoveryOf(calm, [second(900), second(20), second(400), second(24), second(20)])).toBe(3);
    expect(recoveryOf(calm, [second(24), second(10)])).toBe(0);
  });

  it('has not come while fewer are answered, or the last second alone was good', () => {
    expect(recoveryOf(calm, [second(10, 8), second(10, 8)])).toBeNull();
    expect(recoveryOf(calm, [second(900), second(10)])).toBeNull();
  });

  it('has a limit, as has what is answered meanwhile', () => {
    const found = { peak: 100, goodput: 85, peakPerCpuSecond: 200, goodputPerCpuSecond: 150, recoveredAfter: 5 } as OverloadResult;
    expect(brokenByOverload(found)).toEqual([]);
    expect(brokenByOverload({ ...found, goodput: 79, recoveredAfter: null })).toEqual([
      'under overload 79 % of the peak was answered in time; the limit is 80 %',
      'more than 15 s until all was as before the overload; the limit is 5',
    ]);
  });
});

describe('a flood', () => {
  it('sends what is due whether or not it is answered, and tells pages, refusals and failures apart', async () => {
    let asked = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const [status, body] = [
          [200, '{"data":{"feed":{"id":"f"}}}'],
          [503, '{"data":null,"errors":[]}'],
          [200, '{"data":null,"errors":[]}'],
        ][asked++ % 3] as [number, string];
        response.writeHead(status, { 'content-length': body.length }).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const plan = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, bodies: ['{}', '{"query":"x"}'], connections: 30 };
    const [told] = await flood({ ...plan, seconds: 1, perSecond: 90 });
    expect(told).toMatchObject({ sent: 90, failed: 30, notSent: 0 });
    expect([told.goodMs.length, told.refusedMs.length, asked]).toEqual([30, 30, 90]);
    const seconds = await flood({ ...plan, connections: 2, seconds: 1, perSecond: null });
    expect(seconds[0].sent).toBe(asked - 90);
    server.close();
  });
});
