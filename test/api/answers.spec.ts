import { buildClientSchema, getIntrospectionQuery, type GraphQLObjectType, type IntrospectionQuery, printType } from 'graphql';
import { type RawInput } from '../../src/app/app.js';
import { ask, type Edge, openEdge } from './fixture.js';
import { feedOf, item, NOW, settings } from './some-answers.js';

/** The first run of a document is interpreted, the second compiles it, the third runs what was compiled: all have to agree. */
const RUNS = 3;

describe('the answers of the GraphQL edge', () => {
  let edge: Edge;
  const seen: Record<string, unknown[]> = {};
  const see = (name: string, ...args: unknown[]) => void (seen[name] ??= []).push(args);

  beforeAll(async () => {
    edge = await openEdge({
      feed: (input) => {
        see('feed', input);
        return Promise.resolve(feedOf(input.first as number));
      },
      recordEvents: (events) => {
        see('recordEvents', events);
        return Promise.resolve({
          accepted: 1,
          duplicates: 2,
          rejectedTotal: 1,
          rejected: [{ index: 3, id: null, code: 'INVALID_TIME', message: 'late', retryable: false }],
        });
      },
      upsertUsers: (users) => {
        see('upsertUsers', users);
        return Promise.resolve({ accepted: users.length, duplicates: 0, rejectedTotal: 0, rejected: [] });
      },
      items: (args) => {
        see('items', args);
        return { items: [item(1)], pageInfo: { endCursor: '1', hasNextPage: true } };
      },
      createRankingConfig: (input, actor) => {
        see('createRankingConfig', input, actor);
        return Promise.resolve({ ...settings, version: 2, status: 'DRAFT', author: actor });
      },
    });
  });
  afterAll(() => edge.server.close());

  /** Runs an operation as often as it takes to meet every way in which it can run. */
  async function answersOf(query: string, variables?: object): Promise<Record<string, unknown>> {
    const texts: string[] = [];
    for (let run = 0; run < RUNS; run++) {
      const { status, data, errors, text } = await ask(edge, query, variables);
      expect({ status, errors }).toEqual({ status: 200, errors: [] });
      texts.push(text);
      if (run === RUNS - 1) {
        expect(new Set(texts).size).toBe(1);
        return data as Record<string, unknown>;
      }
    }
    throw new Error('not reached');
  }

  it('returns a feed exactly as the App gave it', async () => {
    const { feed } = await answersOf(
      `query($input: FeedInput!) { feed(input: $input) {
         id unknownItemIds removed { itemId component } pageInfo { endCursor hasNextPage }
         items { exposureId position score sources exploration promoted propensity intent { click addToCart purchase other { name value } }
                 reasons { code text itemId userId tag contribution } socialProof { friendsWhoBought recentBuyers stockLeft }
                 item { id kind title categories brand creatorId price currency stock labels style commercial aiGenerated productIds regions geohash minAge durationMs
                        repurchaseDays imageUrl createdAt availableUntil trust quality } }
         ranking { configVersion scorer modelVersion degraded relaxed assignments { experiment variant } candidates cocoonIndex tookMs } } }`,
      { input: { userId: 'ann', first: 2 } },
    );
    const given = feedOf(2);
    const written = {
      ...given,
      items: given.items.map((one) => ({ ...one, item: { ...one.item, createdAt: '2026-11-21T09:30:00.000Z' } })),
    };
    expect(feed).toEqual(written);
  });

  it('hands the App the input with the defaults of the schema', async () => {
    seen.feed = [];
    await answersOf('query($input: FeedInput!) { feed(input: $input) { id } }', { input: { userId: 'ann' } });
    await answersOf('{ feed(input: { userId: "ann" }) { id } }');
    await answersOf('query($n: Int) { feed(input: { userId: "ann", first: $n }) { id } }');
    expect(seen.feed).toEqual(Array.from({ length: 3 * RUNS }, () => [{ userId: 'ann', surface: 'home', first: 20 }]));
  });

  it('keeps apart the operations of one document', async () => {
    const query = 'query A { item(id: "item-1") { id } } query B { rankingConfig { version } }';
    const send = async (operationName: string) => {
      const answer = await fetch(`${edge.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, operationName }),
      });
      return ((await answer.json()) as { data: unknown }).data;
    };
    for (let run = 0; run < RUNS; run++) {
      expect(await send('A')).toEqual({ item: { id: 'item-1' } });
      expect(await send('B')).toEqual({ rankingConfig: { version: 1 } });
    }
  });

  it('passes times on as they were written, so that one bad event does not refuse the batch', async () => {
    seen.recordEvents = [];
    const events = [{ id: 'e1', type: 'CLICK', userId: 'ann', itemId: 'i', occurredAt: 'yesterday' }];
    const { recordEvents } = await answersOf(
      'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted duplicates rejectedTotal rejected { index id code message retryable } } }',
      { e: events },
    );
    expect(seen.recordEvents[0]).toEqual([events]);
    expect(recordEvents).toEqual({
      accepted: 1,
      duplicates: 2,
      rejectedTotal: 1,
      rejected: [{ index: 3, id: null, code: 'INVALID_TIME', message: 'late', retryable: false }],
    });
  });

  it('passes a JSONObject whole', async () => {
    seen.upsertUsers = [];
    const users = [{ id: 'ann', attributes: { height: 1.8, tags: ['a', { b: null }] } }];
    await answersOf('mutation($u: [UserInput!]!) { upsertUsers(users: $u) { accepted } }', { u: users });
    expect(seen.upsertUsers[0]).toEqual([users]);
    await answersOf('mutation { upsertUsers(users: [{ id: "ann", attributes: { height: 1.8, tags: ["a"] } }]) { accepted } }');
    expect((seen.upsertUsers.at(-1) as [RawInput[]])[0][0].attributes).toEqual({ height: 1.8, tags: ['a'] });
  });

  it('calls the field with an argument, with and without it', async () => {
    const { userProfile } = await answersOf(
      'query($d: TagDimension) { userProfile(userId: "ann") { userId all: tags { key } some: tags(dimension: $d) { key updatedAt } lifecycle } }',
      {
        d: 'SOCIAL',
      },
    );
    expect(userProfile).toEqual({
      userId: 'ann',
      all: [{ key: 'social' }, { key: 'interest' }],
      some: [{ key: 'social', updatedAt: '2026-11-21T09:30:00.000Z' }],
      lifecycle: 'NEW',
    });
  });

  it('gives lists their default lengths', async () => {
    seen.items = [];
    const answer = await answersOf('{ items { items { id createdAt } pageInfo { endCursor hasNextPage } } }');
    expect(answer).toEqual({
      items: { items: [{ id: 'item-1', createdAt: new Date(NOW).toISOString() }], pageInfo: { endCursor: '1', hasNextPage: true } },
    });
    expect(seen.items[0]).toEqual([{ first: 50 }]);
  });

  it('names the author of a change', async () => {
    seen.createRankingConfig = [];
    const { createRankingConfig } = await answersOf(
      'mutation { createRankingConfig(input: { diversity: { strength: 0.5 } }) { version status author createdAt } }',
    );
    expect(createRankingConfig).toEqual({ version: 2, status: 'DRAFT', author: 'local', createdAt: '2026-11-21T09:30:00.000Z' });
    expect(seen.createRankingConfig[0]).toEqual([{ surface: 'home', diversity: { strength: 0.5 } }, 'local']);
  });

  it('answers every other operation', async () => {
    expect(
      await answersOf(`{
        rank(input: { itemIds: ["a"] }) { unknownItemIds removed { itemId component } }
        related(input: { itemIds: ["a"] }) { items { position } }
        item(id: "nothing") { id }
        exposure(id: "none") { hash }
        whyNot(userId: "ann", itemId: "b") { itemId stage component detail rank score gap }
        pipeline { stage components { name enabled timeoutMs failsOpen p50Ms p99Ms in out } }
        rankingConfigs { version rules { name value } sources { source limit } fatigue { countsAt } }
        auditLog { entries { id at actor action subject before after } pageInfo { hasNextPage } }
        featureCatalogue { name index group unit min max default description }
        tagCatalogue { key dimension unit halfLifeHours description purpose }
      }`),
    ).toEqual({
      rank: { unknownItemIds: ['ghost'], removed: [{ itemId: 'gone', component: 'in-stock' }] },
      related: { items: [{ position: 1 }, { position: 2 }, { position: 3 }] },
      item: null,
      exposure: null,
      whyNot: { itemId: 'b', stage: 'FILTER', component: 'in-stock', detail: 'sold out', rank: null, score: null, gap: null },
      pipeline: [
        {
          stage: 'filter',
          components: [{ name: 'in-stock', enabled: true, timeoutMs: null, failsOpen: false, p50Ms: 0.1, p99Ms: 0.2, in: 500, out: 480 }],
        },
      ],
      rankingConfigs: [
        {
          version: 1,
          rules: [{ name: 'item.popularity@1', value: 1 }],
          sources: [{ source: 'TRENDING', limit: 200 }],
          fatigue: { countsAt: 'SERVED' },
        },
      ],
      auditLog: {
        entries: [
          {
            id: '1',
            at: '2026-11-21T09:30:00.000Z',
            actor: 'local',
            action: 'createRankingConfig',
            subject: 'home 2',
            before: null,
            after: { version: 2 },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
      featureCatalogue: [
        {
          name: 'user.activity@1',
          index: 0,
          group: 'user',
          unit: 'ln(1 + n)',
          min: 0,
          max: null,
          default: 0,
          description: 'How much happens',
        },
      ],
      tagCatalogue: [
        {
          key: 'activity',
          dimension: 'BEHAVIOUR',
          unit: 'events',
          halfLifeHours: 24,
          description: 'How much happens',
          purpose: 'PERSONALISATION',
        },
      ],
    });
    for (const change of [
      'updateItems(items: [{ id: "a", stock: 0 }])',
      'upsertItems(items: [{ id: "a", title: "A", categories: ["c"] }])',
      'removeItems(ids: ["a"])',
    ])
      expect(Object.values(await answersOf(`mutation { ${change} { accepted } }`))).toEqual([{ accepted: 1 }]);
    expect(
      await answersOf(
        'mutation { activateRankingConfig(version: 7, reason: "r") { version } rollbackRankingConfig(reason: "r") { version } }',
      ),
    ).toEqual({
      activateRankingConfig: { version: 7 },
      rollbackRankingConfig: { version: 1 },
    });
  });

  it('leaves out what a directive leaves out', async () => {
    expect(
      await answersOf(
        'query($no: Boolean!) { item(id: "item-1") { id title @skip(if: $no) ...More @include(if: $no) } } fragment More on Item { price }',
        { no: true },
      ),
    ).toEqual({
      item: { id: 'item-1', price: 19.5 },
    });
  });

  it('describes itself in development, however deep that goes', async () => {
    const { __schema } = (await answersOf(getIntrospectionQuery())) as unknown as IntrospectionQuery;
    const served = buildClientSchema({ __schema });
    expect(Object.keys(served.getQueryType()?.getFields() ?? {})).toContain('feed');
    expect(printType(served.getType('Rejection') as GraphQLObjectType)).toContain('index: Count!');
  });
});
