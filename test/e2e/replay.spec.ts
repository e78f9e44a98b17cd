import { startTestService, type TestService } from '../support/service.js';
import { eventually } from '../support/eventually.js';
import { feed, openSmallShop, type SmallShop } from '../support/small-shop.js';

interface Report {
  requests: number;
  exposures: number;
  effectiveSample: number;
  refused: string | null;
  churn: number | null;
  rankCorrelation: number | null;
  estimates: { estimator: string; value: number; interval: { low: number; high: number } }[];
}
interface Told {
  status: string;
  error: string | null;
  report: Report | null;
}

const REPLAY = `query($id: ID!) { replay(id: $id) { status error report { requests exposures effectiveSample metric logged refused churn rankCorrelation
  estimates { estimator value interval { low high } } } } }`;

describe('replays', () => {
  let service: TestService;
  let shop: SmallShop;

  beforeAll(async () => {
    service = await startTestService({ POOL_SAMPLE: '1' });
    shop = await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  const draft = async (input: object): Promise<number> =>
    (
      await service.ask<{ createRankingConfig: { version: number } }>(
        'mutation($input: RankingConfigInput!) { createRankingConfig(input: $input) { version } }',
        { input },
      )
    ).createRankingConfig.version;
  const start = (input: object): ReturnType<TestService['send']> =>
    service.send('mutation($input: ReplayInput!) { startReplay(input: $input) { id status } }', { input });
  const replayed = async (input: object): Promise<Told> => {
    const { data } = await start(input);
    const { id } = (data as { startReplay: { id: string } }).startReplay;
    let told: Told | undefined;
    await eventually(async () => {
      told = (await service.ask<{ replay: Told }>(REPLAY, { id })).replay;
      expect(['DONE', 'FAILED']).toContain(told.status);
    }, 30_000);
    return told!;
  };

  it('are refused in words where nothing was left to chance, and say what would change', async () => {
    for (const user of shop.users) await feed(service, { userId: user, first: 10 });
    const version = await draft({ objectives: [{ name: 'trust', value: 3 }], rules: [{ name: 'item.price_log@1', value: 9 }] });
    const { status, error, report } = await replayed({ configVersion: version });
    expect([status, error]).toEqual(['DONE', null]);
    expect(report!.estimates).toEqual([]);
    // What was shown a moment ago is read a moment later.
    expect(report!.refused).toMatch(/nothing on these pages was left to chance|has its whole pool in the log/);
    expect(report!.churn === null || (report!.churn >= 0 && report!.churn <= 1)).toBe(true);
  }, 60_000);

  it('name everything that is wrong with what is asked for', async () => {
    const { errors } = await start({ metric: 'NO_SUCH_METRIC', surface: 'Not a surface' });
    expect(errors![0].extensions!.faults!.map(({ path }) => path)).toEqual(['surface', 'metric', 'version']);
    const unknown = await start({ version: 'no-such-version' });
    expect(unknown.errors![0].extensions!.code).toBe('NOT_FOUND');
  });

  it('tell what a draft would change before it is one', async () => {
    const { whatIf } = await service.ask<{ whatIf: { requests: number; refused: string | null; rows: { metric: string }[] } }>(
      '{ whatIf(input: { diversity: { strength: 0.9 } }) { requests refused churn rows { metric logged predicted change interval { low high } refused } } }',
    );
    expect(whatIf.requests > 0 || whatIf.refused !== null).toBe(true);
    expect(whatIf.rows.map(({ metric }) => metric).slice(0, 3)).toEqual(['CLICK_RATE', 'ADD_TO_CART_RATE', 'CONVERSION_RATE']);
  });

  it('make logged pages again and count those that are the same', async () => {
    const asOf = new Date().toISOString();
    const answer = await service.http(`/exports/rebuilt?${new URLSearchParams({ asOf }).toString()}`);
    const lines = (await answer.text()).trim().split('\n').map((line) => JSON.parse(line) as object); // prettier-ignore
    expect(lines).toEqual([{ done: true, pages: shop.users.length, equal: shop.users.length, scoresFromLog: 0 }]);
  });
});
