import { startTestService, event, type TestService } from '../support/service.js';
import { feed, type FeedAnswer, openSmallShop, purchase, recordEvents } from '../support/small-shop.js';

interface ExposureLine {
  exposureId: string;
  feedId: string;
  itemId: string;
  user: string;
  surface: string;
  position: number;
  rankBefore: number;
  poolSize: number;
  rendered: boolean;
  seen: boolean;
  score: number;
  features: Record<string, number>;
  propensity: number | null;
  outcomes: { type: string; occurredAt: string }[];
  labels: Record<string, { label: number; labelMatureAt: string }>;
  servedAt: string;
}

interface RequestLine {
  feedId: string;
  samplingRate: number;
  poolSize: number;
  featureNames: string[];
  candidates: { itemId: string; sources: string[]; score: number; features: number[] }[];
  removed: { itemId: string; component: string }[];
  placed: { exposureId: string; itemId: string; position: number; rankBefore: number; score: number }[];
}

const now = (): string => new Date().toISOString();
/** So that what was acknowledged was received before the instant that is asked for. */
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('exports, through the public API', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ POOL_SAMPLE: '1' });
    await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  const text = async (what: string, parameters: Record<string, string>): Promise<string> => {
    const answer = await service.http(`/exports/${what}?${new URLSearchParams(parameters).toString()}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    return answer.text();
  };
  const linesOf = <T>(ndjson: string): T[] => (ndjson === '' ? [] : ndjson.trimEnd().split('\n').map((line) => JSON.parse(line) as T)); // prettier-ignore
  const exposures = async (asOf: string, parameters: Record<string, string> = {}): Promise<ExposureLine[]> =>
    linesOf(await text('exposures', { asOf, ...parameters }));
  const ofFeed = async ({ id }: FeedAnswer, asOf = now()): Promise<ExposureLine[]> =>
    (await exposures(asOf)).filter(({ feedId }) => feedId === id);

  it('say of every exposure what was used, exactly, and of its user a pseudonym', async () => {
    const page = await feed(service, { userId: 'user-1', first: 8 });
    await tick();
    const lines = await ofFeed(page);
    expect(lines.map(({ exposureId }) => exposureId)).toEqual(page.items.map(({ exposureId }) => exposureId));
    for (const line of lines) {
      const { exposure } = await service.ask<{ exposure: ExposureLine }>(
        'query($id: ID!) { exposure(id: $id) { itemId position rankBefore score surface features propensity } }',
        { id: line.exposureId },
      );
      expect(line).toMatchObject(exposure);
      expect(line.features).toEqual(exposure.features);
      expect(Object.values(line.features).every((value) => Math.fround(value) === value)).toBe(true);
    }
    expect(JSON.stringify(lines)).not.toContain('user-1"');
    expect(new Set(lines.map(({ user }) => user)).size).toBe(1);
  });

  it('give the same bytes for the same instant, whatever comes meanwhile', async () => {
    const page = await feed(service, { userId: 'user-2', first: 5 });
    await recordEvents(service, [event('user-2', 'CLICK', { itemId: page.items[0].item.id, exposureId: page.items[0].exposureId })]);
    await tick();
    const asOf = now();
    const before = [await text('exposures', { asOf }), await text('requests', { asOf })];
    expect(before[0]).toContain(page.id);
    await tick();
    await feed(service, { userId: 'user-2', first: 5 });
    await feed(service, { userId: 'user-3', first: 5 });
    await recordEvents(service, [
      event('user-2', 'CLICK', { itemId: page.items[1].item.id, exposureId: page.items[1].exposureId }),
      purchase('user-2', page.items[0].item.id),
    ]);
    await service.restart();
    expect([await text('exposures', { asOf }), await text('requests', { asOf })]).toEqual(before);
    expect(await text('exposures', { asOf: now() })).not.toBe(before[0]);
  });

  it('label what users did, and take back what was refunded', async () => {
    const page = await feed(service, { userId: 'user-4', first: 5 });
    const [clicked, added, bought, rendered] = page.items.map(({ exposureId, item }) => ({ exposureId, itemId: item.id }));
    const order: Record<string, unknown> = { ...purchase('user-4', bought.itemId), exposureId: bought.exposureId, quantity: 2 };
    await recordEvents(service, [
      event('user-4', 'IMPRESSION', clicked),
      event('user-4', 'CLICK', clicked),
      event('user-4', 'ADD_TO_CART', added),
      event('user-4', 'RENDERED', rendered),
      order,
      event('user-5', 'CLICK', { ...rendered }),
    ]);
    await tick();
    const labels = async (): Promise<number[][]> =>
      (await ofFeed(page)).map((line) => Object.values(line.labels).map(({ label }) => label));
    expect(await labels()).toEqual([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]); // prettier-ignore
    const [first, , , fourth, fifth] = await ofFeed(page);
    expect([first, fourth, fifth].map(({ rendered, seen }) => [rendered, seen])).toEqual([[true, true], [true, false], [false, false]]); // prettier-ignore
    expect(first.outcomes.map(({ type }) => type).sort()).toEqual(['CLICK', 'IMPRESSION']);
    const after = Object.values(first.labels).map(({ labelMatureAt }) => Date.parse(labelMatureAt) - Date.parse(first.servedAt));
    expect(after).toEqual([1, 24, 168].map((hours) => hours * 3_600_000));

    const refund = (quantity: number) => event('user-4', 'REFUND', { itemId: bought.itemId, orderId: order.orderId, quantity, amount: 1, currency: 'CNY' }); // prettier-ignore
    await recordEvents(service, [refund(1)]);
    await tick();
    expect((await labels())[2]).toEqual([0, 0, 1]);
    await recordEvents(service, [refund(1)]);
    await tick();
    expect((await labels())[2]).toEqual([0, 0, 0]);
    expect((await ofFeed(page))[2].outcomes.map(({ type }) => type)).toEqual(['PURCHASE', 'REFUND', 'REFUND']);
  });

  it('leave out what is not mature, of another surface, or out of the range', async () => {
    const page = await feed(service, { userId: 'user-6', first: 5, surface: 'cart' });
    await tick();
    const asOf = now();
    expect(await exposures(asOf, { matureOnly: 'true' })).toEqual([]);
    expect((await exposures(asOf, { surface: 'cart', matureOnly: 'false' })).map(({ feedId }) => feedId)).toEqual(
      page.items.map(() => page.id),
    );
    const [{ servedAt }] = await ofFeed(page, asOf);
    expect((await exposures(asOf, { from: servedAt })).every((line) => line.servedAt >= servedAt)).toBe(true);
    expect((await exposures(asOf, { to: servedAt })).every((line) => line.servedAt < servedAt)).toBe(true);
    expect((await exposures(asOf, { from: servedAt })).length).toBeGreaterThanOrEqual(5);
    expect((await exposures(asOf, { to: servedAt })).length).toBeGreaterThan(0);
  });

  it('hold of a sampled request every candidate, from which the page can be made again', async () => {
    await recordEvents(service, [purchase('user-7', 'item-7')]);
    const page = await feed(service, { userId: 'user-7', first: 6 });
    await tick();
    const asOf = now();
    const request = linesOf<RequestLine>(await text('requests', { asOf })).find(({ feedId }) => feedId === page.id)!;
    const served = await ofFeed(page, asOf);
    expect([request.samplingRate, request.candidates.length, request.poolSize]).toEqual([
      1,
      page.ranking.candidates,
      page.ranking.candidates,
    ]);
    expect(new Set(request.candidates.map(({ itemId }) => itemId)).size).toBe(request.candidates.length);
    expect(request.removed).toContainEqual({ itemId: 'item-7', component: expect.any(String) as string });
    const scores = request.candidates.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const [i, { itemId, score, rankBefore, features }] of served.entries()) {
      const candidate = request.candidates[rankBefore - 1];
      expect([candidate.itemId, candidate.score]).toEqual([itemId, score]);
      expect(Object.fromEntries(request.featureNames.map((name, column) => [name, candidate.features[column]]))).toEqual(features);
      expect(request.placed[i]).toMatchObject({ itemId, score, rankBefore, position: i + 1 });
    }
  });

  it('rebuild from the scores alone the page of a ranking without caps and variety', async () => {
    const { rank } = await service.ask<{ rank: FeedAnswer }>(
      `query($input: RankInput!) { rank(input: $input) { id items { exposureId item { id } } } }`,
      {
        input: {
          userId: 'user-8',
          first: 10,
          candidates: Array.from({ length: 30 }, (_, i) => ({ id: `item-${i}`, score: i })),
          policy: { caps: false, diversity: false, fatigue: false },
        },
      },
    );
    await tick();
    const request = linesOf<RequestLine>(await text('requests', { asOf: now() })).find(({ feedId }) => feedId === rank.id)!;
    expect(request.candidates.slice(0, 10).map(({ itemId }) => itemId)).toEqual(rank.items.map(({ item }) => item.id));
    expect(request.candidates.length + request.removed.length).toBe(30);
  });

  it('name every parameter that is wrong at once', async () => {
    const wrong = new URLSearchParams({ from: 'yesterday', to: '2026-02-30T00:00:00Z', surface: 'HOME', asOf: '2999-01-01T00:00:00Z', matureOnly: '1', limit: '5' }); // prettier-ignore
    const answer = await service.http(`/exports/exposures?${wrong.toString()}`);
    const { error } = (await answer.json()) as { error: { code: string; faults: { path: string }[] } };
    expect([answer.status, error.code]).toEqual([400, 'INVALID_INPUT']);
    expect(error.faults.map(({ path }) => path).sort()).toEqual(['"limit"', 'asOf', 'from', 'matureOnly', 'surface', 'to']);
    const backwards = await service.http('/exports/requests?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z');
    expect(backwards.status).toBe(400);
  });

  it('number names for ever, from 1', async () => {
    const lines = linesOf<{ vocabulary: string; id: number; name: string }>(await text('vocabularies', {}));
    const of = (wanted: string) => lines.filter(({ vocabulary }) => vocabulary === wanted);
    expect([of('category').length, of('brand').length, of('creator').length]).toEqual([16, 4, 8]);
    expect(of('eventType')[0]).toEqual({ vocabulary: 'eventType', id: 1, name: 'RENDERED' });
    expect(of('brand').map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    await service.restart();
    expect(linesOf(await text('vocabularies', {}))).toEqual(lines);
  });

  it('say as of when they are when nobody asked', async () => {
    const answer = await service.http('/exports/exposures');
    const age = Date.now() - Date.parse(answer.headers.get('imago-as-of')!);
    expect(age).toBeGreaterThanOrEqual(20_000);
    expect(age).toBeLessThan(40_000);
    await answer.text();
  });
});

describe('exports of users who do not consent to training', () => {
  it('are empty', async () => {
    const service = await startTestService({ POOL_SAMPLE: '1', DEFAULT_CONSENT: 'ESSENTIAL,PERSONALISATION' });
    await openSmallShop(service);
    await feed(service, { userId: 'user-1', first: 5 });
    await tick();
    for (const what of ['exposures', 'requests']) expect(await (await service.http(`/exports/${what}?asOf=${now()}`)).text()).toBe('');
    await service.stop();
  });
});
