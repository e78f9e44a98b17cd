import { type Receiver, startReceiver } from '../support/receiver.js';
import { event, startTestService, type TestService } from '../support/service.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CANARY = 'canary-51c2';

describe('what a service tells of itself', () => {
  let collector: Receiver;
  let service: TestService;
  let metrics: string;

  const valueOf = (series: string): number =>
    Number(
      metrics
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    );

  beforeAll(async () => {
    collector = await startReceiver();
    service = await startTestService({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20for-the-collector',
    });
    const items = Array.from({ length: 6 }, (_, i) => ({ id: `thing-${i}`, kind: 'PRODUCT', title: `Thing ${i}`, categories: ['all'] }));
    await service.ask('mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', { i: items });
    await service.ask('mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }', {
      e: [event(CANARY, 'VIEW', { itemId: 'thing-1' }), event(CANARY, 'LIKE', { itemId: 'nowhere' })],
    });
    const query = `{ feed(input: { userId: "${CANARY}", first: 3 }) { id items { position } } }`;
    const headers = { 'content-type': 'application/json', traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    await service.http('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    const preview = `{ feed(input: { userId: "${CANARY}", first: 3, preview: { configVersion: 1 } }) { id } }`;
    await service.send(preview);
    metrics = await (await service.http('/metrics')).text();
    await service.stop();
  });
  afterAll(() => collector.stop());

  it('counts a page with its stages and its exposures, and no preview among them', () => {
    for (const stage of ['load', 'candidates', 'score', 'slate', 'log'])
      expect(valueOf(`imago_stage_seconds_count{stage="${stage}"}`)).toBe(1);
    expect(valueOf('imago_exposures_total')).toBe(3);
    expect(valueOf('imago_batch_entries_total{of="events",outcome="rejected"}')).toBe(1);
    expect(valueOf('imago_dependency_up{dependency="postgres"}')).toBe(1);
    expect(metrics.includes('{dependency="redis"} 1')).toBe(globalThis.IMAGO_BINDING === 'distributed');
    expect(valueOf('imago_catalogue_items')).toBe(6);
    expect(valueOf('imago_page_requests_total{outcome="failed"}')).toBe(0);
  });

  it('tells the collector of the page as part of the trace of its caller, and of nobody', () => {
    const told = collector.calls.map(({ text }) => text).join('\n');
    expect(collector.calls[0]).toMatchObject({ path: '/hook/v1/traces', headers: { authorization: 'Bearer for-the-collector' } });
    expect(told).toContain(`"traceId":"${TRACE}"`);
    for (const name of ['feed', 'load', 'score', 'log']) expect(told).toContain(`"name":"${name}"`);
    expect(told + metrics).not.toContain(CANARY);
  });
});
