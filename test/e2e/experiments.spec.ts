import { eventually } from '../support/eventually.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { openSmallShop, recordEvents } from '../support/small-shop.js';

interface Page {
  id: string;
  items: { exposureId: string; position: number; item: { id: string } }[];
  pageInfo: { endCursor: string | null };
  ranking: { configVersion: number; modelVersion: string | null; assignments: { experiment: string; variant: string }[] };
}
interface Row {
  metric: string;
  variant: string;
  users: number;
  triggeredUsers: number;
  mean: number | null;
}
interface Experiment {
  status: string;
  coverage: number;
  phase: number;
  stopReason: string | null;
  report: { sampleRatioMismatch: boolean; sampleRatioPValue: number | null; multipleExposure: number; metrics: Row[] };
}

const FIELDS =
  'id items { exposureId position item { id } } pageInfo { endCursor } ranking { configVersion modelVersion assignments { experiment variant } }';
const REPORT = 'report { sampleRatioMismatch sampleRatioPValue multipleExposure metrics { metric variant users triggeredUsers mean } }';

describe('experiments, through the public API', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  const feed = async (input: object): Promise<Page> =>
    (await service.ask<{ feed: Page }>(`query($input: FeedInput!) { feed(input: $input) { ${FIELDS} } }`, { input })).feed;
  const arm = (page: Page, key: string) => page.ranking.assignments.find(({ experiment }) => experiment === key)?.variant;
  const equal = (change: object = {}) => [{ key: 'control', weight: 0.5 }, { key: 'treatment', weight: 0.5, ...change }]; // prettier-ignore
  const send = (input: object) =>
    service.send<{ createExperiment: { key: string } }>('mutation($i: ExperimentInput!) { createExperiment(input: $i) { key } }', {
      i: { hypothesis: 'it helps', variants: equal(), ...input },
    });
  const act = (text: string) => service.send<Record<string, Experiment>>(`mutation { ${text} { status coverage phase stopReason } }`);
  const must = async (text: string): Promise<Experiment> => {
    const { data, errors } = await act(text);
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return Object.values(data)[0];
  };
  const run = async (input: { key: string } & Record<string, unknown>): Promise<void> => {
    const { errors } = await send({ layer: input.key, ...input });
    if (errors) throw new Error(JSON.stringify(errors));
    await must(`startExperiment(key: "${input.key}")`);
  };
  const stop = (key: string) => must(`stopExperiment(key: "${key}", reason: "done")`);
  const read = async (key: string): Promise<Experiment> =>
    (await service.ask<{ experiment: Experiment }>(`{ experiment(key: "${key}") { status coverage phase stopReason ${REPORT} } }`))
      .experiment;
  const activate = async (input: string): Promise<number> => {
    const draft = await service.ask<{ createRankingConfig: { version: number } }>(
      `mutation { createRankingConfig(input: ${input}) { version } }`,
    );
    const { version } = draft.createRankingConfig;
    await service.ask(`mutation { activateRankingConfig(version: ${version}, reason: "try") { version } }`);
    return version;
  };

  it('refuses what cannot be tested, with every fault, and a key that is taken', async () => {
    for (const [input, path] of [
      [{ variants: [{ key: 'a', weight: 0.5 }, { key: 'b', weight: 0.4 }] }, 'variants.weight'],
      [{ variants: [{ key: 'a', weight: 1 }] }, 'variants'],
      [{ variants: equal({ key: 'control' }) }, 'variants.1.key'],
      [{ variants: equal({ configVersion: 999 }) }, 'variants.1.configVersion'],
      [{ variants: equal({ modelVersion: 'none' }) }, 'variants.1.modelVersion'],
      [{ variants: equal({ patch: { diversity: { strength: 7 } } }) }, 'variants.1.patch.diversity.strength'],
      [{ variants: equal({ patch: { baseVersion: 1 } }) }, 'variants.1.patch.baseVersion'],
      [{ kind: 'AA', variants: equal({ patch: { diversity: { strength: 0.1 } } }) }, 'variants.1.key'],
      [{ coverage: 1.2 }, 'coverage'],
      [{ hypothesis: ' ' }, 'hypothesis'],
      [{ primaryMetric: 'NO_SUCH' }, 'primaryMetric'],
      [{ guardrails: [{ metric: 'EXPOSURE_GINI', maxRelativeHarm: 0.1 }] }, 'guardrails.0.metric'],
      [{ forcedUsers: [{ userId: 'x', variant: 'none' }] }, 'forcedUsers.0.variant'],
      [{ ramp: { steps: [0.5, 0.1] } }, 'ramp.steps'],
    ] as const) {
      const { errors } = await send({ key: 'refused', ...input });
      expect([path, errors?.[0].extensions?.faults?.map((fault) => fault.path)]).toEqual([path, expect.arrayContaining([path])]);
    } // prettier-ignore
    expect((await send({ key: 'taken' })).errors).toBeUndefined();
    expect((await send({ key: 'taken' })).errors?.[0].extensions?.code).toBe('CONFLICT');
    expect((await act('startExperiment(key: "nobody")')).errors?.[0].extensions?.code).toBe('NOT_FOUND');
  });

  it('assigns users for good, acts on its surface alone, and stops at once', async () => {
    const { createRankingConfig: draft } = await service.ask<{ createRankingConfig: { version: number } }>('mutation { createRankingConfig(input: { diversity: { strength: 0.9 } }) { version } }'); // prettier-ignore
    await run({
      key: 'wide',
      variants: equal({ configVersion: draft.version }),
      forcedUsers: [{ userId: 'tester', variant: 'treatment' }],
    });
    const arms = new Map<string, string | undefined>();
    for (let i = 0; i < 40; i++) {
      const page = await feed({ userId: `a${i}`, first: 3 });
      arms.set(`a${i}`, arm(page, 'wide'));
      expect(page.ranking.configVersion === draft.version).toBe(arm(page, 'wide') === 'treatment');
    }
    expect(new Set(arms.values())).toEqual(new Set(['control', 'treatment']));
    for (const userId of ['a1', 'a2', 'a3']) expect(arm(await feed({ userId, first: 1 }), 'wide')).toBe(arms.get(userId));
    expect(arm(await feed({ userId: 'tester', first: 1 }), 'wide')).toBe('treatment');
    expect((await feed({ first: 1 })).ranking.assignments).toEqual([]);
    expect((await feed({ userId: 'a1', surface: 'cart', first: 1 })).ranking.assignments).toEqual([]);
    const { report } = await read('wide');
    expect(report.metrics[0]).toMatchObject({ metric: 'CONVERSION_RATE', variant: 'treatment' });
    expect(report.metrics[0].users).toBe([...arms.values()].filter((one) => one === 'treatment').length);
    expect(report.metrics[0].triggeredUsers).toBe(report.metrics[0].users);
    expect(await stop('wide')).toMatchObject({ status: 'STOPPED', stopReason: 'done' });
    expect((await feed({ userId: 'a1', first: 1 })).ranking.assignments).toEqual([]);
  });

  it('leaves out whoever did not agree to personalisation and to analysis', async () => {
    await run({ key: 'asked' });
    for (const [purposes, variants] of [['ESSENTIAL, PERSONALISATION', 0], ['ESSENTIAL, ANALYTICS', 0], ['ANALYTICS, PERSONALISATION', 1]] as const) {
      await service.ask(`mutation { setConsent(userId: "asked", purposes: [${purposes}]) { userId } }`);
      expect((await feed({ userId: 'asked', first: 1 })).ranking.assignments).toHaveLength(variants);
    } // prettier-ignore
    await stop('asked');
  });

  it('only grows, and moves nobody who is in', async () => {
    await run({ key: 'ramp', coverage: 0.2 });
    const users = Array.from({ length: 60 }, (_, i) => `r${i}`);
    const arms = async () => {
      const found: (string | undefined)[] = [];
      for (const userId of users) found.push(arm(await feed({ userId, first: 1 }), 'ramp'));
      return found;
    };
    const before = await arms();
    expect((await act('rampExperiment(key: "ramp", coverage: 0.1)')).errors?.[0].extensions?.code).toBe('INVALID_INPUT');
    expect((await must('rampExperiment(key: "ramp", coverage: 0.8)')).coverage).toBe(0.8);
    const after = await arms();
    before.forEach((one, i) => one && expect(after[i]).toBe(one));
    expect(after.filter(Boolean).length).toBeGreaterThan(before.filter(Boolean).length);
    await stop('ramp');
  });

  it('keeps an arm over the pages of a feed when the experiment is stopped between them, and over a restart', async () => {
    await run({ key: 'paged', variants: equal({ patch: { diversity: { strength: 0.95, maxPerCategory: 1 } } }) });
    const userId = await firstWith('treatment', 'paged');
    const first = await feed({ userId, first: 4 });
    await stop('paged');
    await service.restart();
    const second = await feed({ userId, first: 4, after: first.pageInfo.endCursor });
    expect([second.id, arm(second, 'paged')]).toEqual([first.id, 'treatment']);
    expect(arm(await feed({ userId, first: 4 }), 'paged')).toBeUndefined();
  });

  async function firstWith(variant: string, key: string): Promise<string> {
    for (let i = 0; ; i++) if (arm(await feed({ userId: `p${i}`, first: 1 }), key) === variant) return `p${i}`;
  }

  it('shows either variant in a preview, of a draft too, and says which are none', async () => {
    await send({ key: 'seen', variants: equal({ patch: { rules: [{ name: 'item.popularity_log@1', value: 50 }] } }) });
    const preview = async (variant: string) =>
      service.send<{ feed: Page }>(`query($input: FeedInput!) { feed(input: $input) { ${FIELDS} } }`, {
        input: { userId: 'someone', first: 10, preview: { seed: 1, variants: [{ experiment: 'seen', variant }] } },
      });
    expect(arm((await preview('treatment')).data!.feed, 'seen')).toBe('treatment');
    expect((await preview('nothing')).errors?.[0].extensions?.faults?.[0].path).toBe('preview.variants.0');
  });

  it('opens a phase when other settings become active, keeps arms, and reports the last phase', async () => {
    await run({ key: 'phased', variants: equal({ patch: { diversity: { strength: 0.9 } } }) });
    const before = await Promise.all(['q1', 'q2', 'q3', 'q4'].map(async (userId) => arm(await feed({ userId, first: 1 }), 'phased')));
    await activate('{ diversity: { window: 7 } }');
    await eventually(async () => expect((await read('phased')).phase).toBe(2));
    expect((await read('phased')).report.metrics[0].users).toBe(0);
    expect(await Promise.all(['q1', 'q2', 'q3', 'q4'].map(async (userId) => arm(await feed({ userId, first: 1 }), 'phased')))).toEqual(
      before,
    );
    expect((await read('phased')).report.sampleRatioMismatch).toBe(false);
    await service.restart();
    expect((await read('phased')).phase).toBe(2);
    await stop('phased');
  });

  it('keeps the control of a hold-out out of every other experiment', async () => {
    await run({ key: 'held-out', kind: 'HOLDOUT' });
    await run({ key: 'other', variants: equal({ patch: { diversity: { strength: 0.9 } } }) });
    for (let i = 0; i < 20; i++) {
      const page = await feed({ userId: `h${i}`, first: 1 });
      expect(arm(page, 'other') === undefined).toBe(arm(page, 'held-out') === 'control');
    }
    expect((await read('held-out')).report.metrics[0].triggeredUsers).toBe((await read('held-out')).report.metrics[0].users);
    await stop('held-out');
    await stop('other');
  });

  it('interleaves two rankings on one page and counts whose items are clicked', async () => {
    await run({ key: 'drafted', kind: 'INTERLEAVING', variants: equal({ patch: { rules: [{ name: 'item.popularity_log@1', value: 0 }, { name: 'item.freshness@1', value: 50 }] } }) }); // prettier-ignore
    for (let i = 0; i < 12; i++) {
      const page = await feed({ userId: `i${i}`, first: 8 });
      expect(arm(page, 'drafted')).toBe('interleaved');
      expect(page.items.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(new Set(page.items.map(({ item }) => item.id)).size).toBe(8);
      const next = await feed({ userId: `i${i}`, first: 4, after: page.pageInfo.endCursor });
      expect(next.items.map(({ position }) => position)).toEqual([9, 10, 11, 12]);
      await recordEvents(service, [event(`i${i}`, 'CLICK', { itemId: page.items[0].item.id, exposureId: page.items[0].exposureId })]);
    }
    const { report } = await read('drafted');
    expect(report.metrics).toEqual([expect.objectContaining({ metric: 'CLICK_PREFERENCE', variant: 'treatment', users: 12 })]);
    await stop('drafted');
  });

  it('lets a visitor who signs in keep his arm, and leaves out whom the account had seen in another', async () => {
    await run({ key: 'visited' });
    const drawnAs = async (input: object) => arm(await feed({ ...input, first: 1 }), 'visited');
    const visitorOf = (i: number) => ({ platform: 'web', externalId: `cookie-${i}` });
    const merge = (i: number, userId: string) =>
      service.ask('mutation($v: IdentityInput!, $u: ID!) { mergeVisitor(visitor: $v, userId: $u, scope: ALL) { userId } }', {
        v: visitorOf(i),
        u: userId,
      });
    const visitorArms = await Promise.all(Array.from({ length: 8 }, (_, i) => drawnAs({ identity: visitorOf(i) })));
    for (let i = 0; i < 8; i++) {
      await merge(i, `new-${i}`);
      expect([await drawnAs({ userId: `new-${i}` }), await drawnAs({ identity: visitorOf(i) })]).toEqual([visitorArms[i], visitorArms[i]]);
    }
    const { report } = await read('visited');
    expect([report.multipleExposure, report.metrics[0].users]).toEqual([0, visitorArms.filter((one) => one === 'treatment').length]);

    let i = 8;
    while ((await drawnAs({ identity: visitorOf(i) })) === (await drawnAs({ userId: `known-${i}` }))) i++;
    const own = await drawnAs({ userId: `known-${i}` });
    await merge(i, `known-${i}`);
    expect(await drawnAs({ userId: `known-${i}` })).toBe(own);
    await eventually(async () => expect((await read('visited')).report.multipleExposure).toBeGreaterThan(0), 10_000);
    await stop('visited');
  }, 20_000);

  it('writes every change into the audit under the name of its mutation', async () => {
    const { auditLog } = await service.ask<{ auditLog: { entries: { action: string; subject: string }[] } }>('{ auditLog(first: 200) { entries { action subject } } }'); // prettier-ignore
    const of = (key: string) => auditLog.entries.filter(({ subject }) => subject === key).map(({ action }) => action).reverse(); // prettier-ignore
    expect(of('ramp')).toEqual(['createExperiment', 'startExperiment', 'rampExperiment', 'stopExperiment']);
    expect(of('phased')).toEqual(['createExperiment', 'startExperiment', 'openExperimentPhase', 'stopExperiment']);
  });
});
