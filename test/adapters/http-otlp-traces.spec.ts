import { createOtlpTraces } from '../../src/adapters/http/otlp-traces.js';
import { requestSpan } from '../../src/api/request-span.js';
import { newFacts } from '../../src/api/request-facts.js';
import { type RequestSpan } from '../../src/ports/traces.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: object }[];
  status?: { code: number };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const request: RequestSpan = {
  name: 'feed',
  startedAt: 1_763_800_000_000.25,
  ms: 6,
  traceparent: null,
  failed: false,
  attributes: { 'http.response.status_code': 200, 'imago.scorer': 'MODEL' },
  stages: [
    { name: 'load', ms: 0.5 },
    { name: 'score', ms: 2 },
  ],
};

describe('traces over OTLP', () => {
  let collector: Receiver;
  let lines: string[];
  const note = (_: object, message: string): void => void lines.push(message);
  const log = { info: note, warn: note, error: note };
  const open = (share: number) =>
    createOtlpTraces({ endpoint: collector.url, headers: { 'x-token': 'secret' }, share, log, everyMs: 60_000 });
  const spans = (): Span[] =>
    collector.calls.flatMap(
      ({ text }) => (JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans[0].scopeSpans[0].spans,
    );

  beforeEach(async () => {
    collector = await startReceiver();
    lines = [];
  });
  afterEach(() => collector.stop());

  it('tell a request with its stages one after the other, to the nanosecond', async () => {
    const traces = open(1);
    traces.record(request);
    await traces.close();
    const [whole, load, score] = spans();
    expect(whole).toMatchObject({
      name: 'feed',
      kind: 2,
      startTimeUnixNano: '1763800000000250000',
      endTimeUnixNano: '1763800000006250000', // 6 ms later
      attributes: [
        { key: 'http.response.status_code', value: { intValue: '200' } },
        { key: 'imago.scorer', value: { stringValue: 'MODEL' } },
      ],
    });
    expect(whole.parentSpanId).toBeUndefined();
    expect(load).toMatchObject({ name: 'load', parentSpanId: whole.spanId, endTimeUnixNano: '1763800000000750000' });
    expect(score).toMatchObject({ name: 'score', startTimeUnixNano: load.endTimeUnixNano, traceId: whole.traceId });
    expect(collector.calls[0]).toMatchObject({
      path: '/hook/v1/traces',
      headers: { 'content-type': 'application/json', 'x-token': 'secret' },
    });
  });

  it('go on with the trace of a caller, and leave to him whether it is told', async () => {
    const traces = open(0);
    traces.record({ ...request, traceparent: `00-${TRACE}-${PARENT}-01`, failed: true });
    traces.record({ ...request, traceparent: `00-${TRACE}-${PARENT}-00` });
    traces.record(request); // none begins here at a share of 0
    await traces.close();
    expect(spans()).toHaveLength(3);
    expect(spans()[0]).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, status: { code: 2 } });
  });

  it.each(['', 'nonsense', `ff-${TRACE}-${PARENT}-01`, `00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01-more`])(
    'begin a trace of their own where %j says nothing that can be read',
    async (traceparent) => {
      const traces = open(1);
      traces.record({ ...request, traceparent });
      await traces.close();
      expect(spans()[0].traceId).toMatch(/^(?!0af7)[0-9a-f]{32}$/);
      expect(spans()[0].parentSpanId).toBeUndefined();
    },
  );

  it('are let go of, with one line said, while nobody takes them', async () => {
    collector.answer = () => 503;
    const traces = open(1);
    traces.record(request);
    await traces.close();
    expect(lines).toEqual(['traces are not taken, and are let go of until they are']);
  });

  it('keep no more than they can send while the collector is away', async () => {
    const traces = open(1);
    for (let i = 0; i < 5_000; i++) traces.record(request); // 15,000 spans
    await traces.close();
    expect(spans().length).toBeLessThanOrEqual(10_000);
  });
});

describe('requestSpan', () => {
  it('tells what a request was about, and of nobody', () => {
    const [feedId, user, surface] = ['feed-1', 'canary', 'canary'];
    const feed = { feedId, user, surface, kind: 'feed', scorer: 'RULES', degraded: ['DEADLINE'], relaxed: [], badges: [], candidates: 9, items: 3, tookMs: 4 } as const; // prettier-ignore
    const making = { msByStage: { log: 1, load: 2 }, exposures: 3, cocoonIndex: null };
    const facts = { ...newFacts(), operation: 'feed', feeds: [feed], makings: [making] };
    const span = requestSpan({ facts, method: 'POST', status: 200, ms: 5, endedAt: 105, traceparent: undefined });
    expect(span).toMatchObject({
      name: 'feed',
      startedAt: 100,
      failed: false,
      traceparent: null,
      stages: [{ name: 'load' }, { name: 'log' }],
    });
    expect(span.attributes).toMatchObject({ 'imago.feed_id': 'feed-1', 'imago.candidates': 9, 'imago.degraded': 'DEADLINE' });
    expect(JSON.stringify(span)).not.toContain('canary');
  });
});
