import fc from 'fast-check';
import { type ChildService } from '../support/child-service.js';
import { type FuzzedService, startFuzzedService } from '../support/fuzzed-service.js';
import { Choices, requestOf, type Sent } from '../support/graphql-grammar.js';

const SECONDS = Number(process.env.FUZZ_MINUTES ?? 25 / 60) * 60;
const SEED = process.env.FUZZ_SEED === undefined ? undefined : Number(process.env.FUZZ_SEED);
const AT_ONCE = 4;
const MIB = 2 ** 20;
/** A heap may be as much larger in the end as this many times what it was, and so much more besides. */
const GROWTH = { times: 1.5, bytes: 100 * MIB };

const STACK = /node_modules|\bat \S+ \(|\.[jt]s:\d+|Maximum call stack|SELECT |INSERT INTO|violates|syntax error at or near/;

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string; faults?: unknown[] } }[];
}

/** What is wrong with an answer; null when it is as it has to be. */
function complaint(status: number, text: string): string | null {
  const { data, errors } = JSON.parse(text) as Answer;
  if (status >= 500) return `status ${status}`;
  if (data === undefined && !errors) return 'neither data nor errors';
  if (errors?.some(({ extensions }) => extensions?.code === undefined || extensions.code === 'INTERNAL')) return 'an error of ours';
  const told = JSON.stringify(errors ?? []);
  if (STACK.test(told)) return 'it tells of our insides';
  return /x{61}/.test(told) ? 'it repeats what it was sent' : null;
}

describe('any document over the schema', () => {
  let fuzzed: FuzzedService;
  let service: ChildService;
  /** The first of what went wrong; what comes after it is the search for a smaller one. */
  let firstFault: string | null = null;
  beforeAll(async () => {
    fuzzed = await startFuzzedService();
    service = fuzzed.child;
  }, 120_000);
  afterAll(() => fuzzed.stop(), 60_000);

  const post = async (body: Sent): Promise<{ status: number; text: string }> => {
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body), signal });
    return { status: answer.status, text: await answer.text() };
  };
  const heapBytes = async (): Promise<number> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]);
  };
  const fill = (): Promise<unknown> => {
    const items = Array.from({ length: 40 }, (_, i) => ({
      id: `item-${i}`, kind: 'PRODUCT', title: `Thing ${i}`, categories: ['tea', `tea-${i % 3}`], brand: `brand-${i % 4}`, creatorId: `creator-${i % 5}`, price: 3 + i, stock: 9,
    })); // prettier-ignore
    return post({ query: 'mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', variables: { i: items } });
  };

  it(
    `gets an answer that fits it for ${Math.round(SECONDS)} seconds, and costs no memory that is not given back`,
    async () => {
      await fill();
      const seen = { documents: 0, data: 0, slowestMs: 0 };
      const heaps: number[] = [];
      let measuredAt = 0;
      const check = async (drawn: number[]): Promise<void> => {
        const sent = requestOf(new Choices(drawn));
        const started = performance.now();
        const { status, text } = await post(sent).catch((error: unknown) => ({
          status: 599,
          text: JSON.stringify({ data: null, of: String(error) }),
        }));
        seen.slowestMs = Math.max(seen.slowestMs, performance.now() - started);
        seen.documents++;
        if (/^\{"data":\{/.test(text)) seen.data++;
        const wrong = complaint(status, text);
        if (wrong === null) return;
        const fault = `${wrong}\n${JSON.stringify(sent).slice(0, 3_000)}\n${text.slice(0, 2_000)}\n${fuzzed.lastWords()}`;
        firstFault ??= fault;
        throw new Error(fault);
      };
      const property = fc.asyncProperty(
        fc.array(fc.array(fc.nat(0xffff), { minLength: 60, maxLength: 300, size: 'max' }), { minLength: AT_ONCE, maxLength: AT_ONCE }),
        async (all) => {
          await Promise.all(all.map(check));
          if (performance.now() - measuredAt < 1_000) return;
          measuredAt = performance.now();
          heaps.push(await heapBytes());
        },
      );
      const checked = fc.assert(property, {
        numRuns: 1e9,
        interruptAfterTimeLimit: SECONDS * 1_000,
        markInterruptAsFailure: false,
        seed: SEED,
      });
      await checked.catch((error: unknown) => {
        throw new Error(`at first: ${firstFault}\n${String(error)}`);
      });

      // The least of many looks is what is left when rubbish was just taken out.
      const quarter = Math.ceil(heaps.length / 4);
      const quarters = [0, 1, 2, 3].map((n) => Math.min(...heaps.slice(n * quarter, (n + 1) * quarter)));
      process.stdout.write(
        `fuzzing: ${seen.documents} documents, ${seen.data} with data, the slowest ${Math.round(seen.slowestMs)} ms, heap ${quarters.map((bytes) => Math.round(bytes / MIB)).join(', ')} MiB by quarters\n`,
      );
      expect(service.process.exitCode).toBeNull();
      expect(seen.documents).toBeGreaterThan(SECONDS);
      expect(seen.data).toBeGreaterThan(seen.documents / 20);
      expect(quarters[3]).toBeLessThan(quarters[1] * GROWTH.times + GROWTH.bytes);
    },
    SECONDS * 1_000 + 120_000,
  );
});
