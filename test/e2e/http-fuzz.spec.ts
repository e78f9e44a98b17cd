import fc from 'fast-check';
import { connect } from 'node:net';
import { type ChildService, endChildService } from '../support/child-service.js';
import { type FuzzedService, startFuzzedService } from '../support/fuzzed-service.js';
import { Choices } from '../support/graphql-grammar.js';
import { bytesOf } from '../support/http-grammar.js';

const SECONDS = Number(process.env.FUZZ_MINUTES ?? 15 / 60) * 60;
const SEED = process.env.FUZZ_SEED === undefined ? undefined : Number(process.env.FUZZ_SEED);
const AT_ONCE = 4;
const MIB = 2 ** 20;
const GROWTH = { times: 1.5, bytes: 100 * MIB };
/** Half a request is waited for; the service is asked no longer than this. */
const PATIENCE_MS = 1_500;

const INSIDES = /node_modules|\bat \S+ \(|\.[jt]s:\d+|Maximum call stack|SELECT |INSERT INTO|violates|byte sequence|FST_|busboy/;

/** What is wrong with what came back on a connection; null when it is as it has to be. To what is no whole request nothing need come. */
function complaint(answered: string): string | null {
  const statuses = [...answered.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  if (answered !== '' && statuses.length === 0) return 'what is answered is no HTTP';
  const bad = statuses.find((status) => status >= 500 && status !== 503);
  if (bad !== undefined) return `status ${bad}`;
  if (answered.includes('"INTERNAL"')) return 'an error of ours';
  // Logs that are exported and metrics may say what they like.
  return statuses.every((status) => status >= 400) && INSIDES.test(answered) ? 'it tells of our insides' : null;
}

describe('any bytes on a connection', () => {
  let fuzzed: FuzzedService;
  let service: ChildService;
  beforeAll(async () => {
    fuzzed = await startFuzzedService();
    service = fuzzed.child;
  }, 120_000);
  afterAll(() => fuzzed.stop(), 60_000);

  async function send(bytes: Buffer): Promise<string> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    let answered = '';
    socket.on('data', (piece) => {
      if (answered.length < MIB) answered += piece.toString('latin1');
    });
    socket.on('error', () => undefined); // what is cut off in the middle may be reset
    const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.end(bytes);
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    clearTimeout(timer);
    return answered;
  }
  const heapBytes = async (): Promise<number> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]);
  };

  it(
    `is answered by what a caller can understand, or not at all, for ${Math.round(SECONDS)} seconds`,
    async () => {
      const seen = { sent: 0, answered: 0, good: 0 };
      const heaps: number[] = [];
      let measuredAt = 0;
      let firstFault: string | null = null;
      const check = async (drawn: number[]): Promise<void> => {
        const bytes = bytesOf(new Choices(drawn));
        const answered = await send(bytes);
        seen.sent++;
        if (answered !== '') seen.answered++;
        if (/^HTTP\/1\.1 2/.test(answered)) seen.good++;
        const wrong = service.process.exitCode === null ? complaint(answered) : 'the service is gone';
        if (wrong === null) return;
        const fault = `${wrong}\n${JSON.stringify(bytes.toString('latin1').slice(0, 3_000))}\n${answered.slice(0, 2_000)}\n${fuzzed.lastWords()}`;
        firstFault ??= fault;
        throw new Error(fault);
      };
      const drawn = fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 40, size: 'max' });
      const property = fc.asyncProperty(fc.array(drawn, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (all) => {
        await Promise.all(all.map(check));
        if (performance.now() - measuredAt < 1_000) return;
        measuredAt = performance.now();
        heaps.push(await heapBytes());
      });
      const checked = fc.assert(property, { numRuns: 1e9, interruptAfterTimeLimit: SECONDS * 1_000, markInterruptAsFailure: false, seed: SEED });
      await checked.catch((error: unknown) => {
        throw new Error(`at first: ${firstFault}\n${String(error)}`);
      });

      const quarter = Math.ceil(heaps.length / 4);
      const quarters = [0, 1, 2, 3].map((n) => Math.min(...heaps.slice(n * quarter, (n + 1) * quarter)));
      process.stdout.write(
        `fuzzing: ${seen.sent} connections, ${seen.answered} answered, ${seen.good} of them well, heap ${quarters.map((bytes) => Math.round(bytes / MIB)).join(', ')} MiB by quarters\n`,
      );
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
      expect(seen.answered).toBeGreaterThan(seen.sent / 4);
      expect(seen.good).toBeGreaterThan(seen.sent / 50);
      expect(quarters[3]).toBeLessThan(quarters[1] * GROWTH.times + GROWTH.bytes);
      // Whatever is still open by then, it ends by itself.
      await endChildService(service, 'SIGTERM');
      expect(service.process.exitCode).toBe(0);
    },
    SECONDS * 1_000 + 120_000,
  ); // prettier-ignore
});
