import { createClient } from '../../src/cli/client.js';
import { type CommandError } from '../../src/cli/fault.js';
import { type TestService, startService } from './service.js';

describe('the client of the service', () => {
  let service: TestService;
  let retries: { reason: string; waitMs: number }[];

  beforeEach(async () => {
    service = await startService();
    retries = [];
  });
  afterEach(() => service.close());

  const client = (patienceMs: number) =>
    createClient({ url: `${service.url}/`, patienceMs, onRetry: (reason, waitMs) => void retries.push({ reason, waitMs }) });
  const item = Buffer.from('{"id":"1","title":"One","categories":["a"]}\n');
  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: CommandError) => error,
    );

  it('waits as long as Retry-After says, then succeeds', async () => {
    service.fates.push({ status: 503, retryAfter: '1' }, { status: 429, retryAfter: '0.2' });
    const { result, attempts } = await client(5000).postLines('/imports/items', item);
    expect(result).toMatchObject({ accepted: 1 });
    expect(attempts).toBe(3);
    expect(retries.map(({ waitMs }) => waitMs)).toEqual([1000, 200]);
    expect(service.requests[1].at - service.requests[0].at).toBeGreaterThanOrEqual(990);
  });

  it('gives up after its patience, saying why', async () => {
    service.fates.push({ status: 503, retryAfter: '60' });
    const error = await failureOf(client(1000).postLines('/imports/items', item));
    expect(error.message).toContain('did not answer within 1 s of trying');
    expect(error.message).toContain('answered 503');
    expect(service.requests).toHaveLength(1);
  });

  it('waits longer each time when the connection is lost', async () => {
    service.fates.push('drop', 'drop', 'drop');
    await client(20_000).postLines('/imports/items', item);
    // 250, 500 and 1,000 ms, each a quarter more or less.
    expect(retries.map(({ waitMs }) => waitMs > 180)).toEqual([true, true, true]);
    expect(retries[2].waitMs).toBeGreaterThan(retries[0].waitMs);
    expect(retries[0].reason).toMatch(/closed|ECONNRESET|SOCKET/i);
  });

  it('does not try again what is the caller’s fault, and lists every fault', async () => {
    const faults = [
      { path: 'a', code: 'INVALID_INPUT', message: 'a is 0; it must be 1' },
      { path: 'b', code: 'INVALID_INPUT', message: 'b is 0; it must be 2' },
    ];
    const body = JSON.stringify({ error: { code: 'INVALID_INPUT', message: 'a is 0; it must be 1; b is 0; it must be 2', faults } });
    service.fates.push({ status: 400, body });
    const error = await failureOf(client(5000).postLines('/imports/items', item));
    expect(error.message).toContain('answered 400, for 2 faults');
    expect(error.details).toEqual(['a is 0; it must be 1', 'b is 0; it must be 2']);
    expect(service.requests).toHaveLength(1);
  });

  it('lists the faults of GraphQL errors, and waits when the service is overloaded', async () => {
    let calls = 0;
    const first = { path: 'first', code: 'INVALID_INPUT', message: 'first is 0; it must be 1 to 100' };
    service.graphql = () =>
      ++calls === 1
        ? { errors: [{ message: 'busy', extensions: { code: 'OVERLOADED' } }] }
        : { errors: [{ message: 'first is 0; it must be 1 to 100', extensions: { code: 'INVALID_INPUT', faults: [first] } }] };
    const error = await failureOf(client(5000).query('query { x }', {}));
    expect(error.message).toBe('the service refused: first is 0; it must be 1 to 100 (INVALID_INPUT)');
    expect(error.details).toEqual([]);
    expect(calls).toBe(2);
  });

  it('refuses an address that is none', () => {
    expect(() => createClient({ url: 'localhost:3000', patienceMs: 0 })).toThrow('is not an http or https address');
  });
});
