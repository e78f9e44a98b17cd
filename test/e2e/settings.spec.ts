import { startTestService, type TestService } from '../support/service.js';
import { feed, openSmallShop } from '../support/small-shop.js';

interface Config {
  version: number;
  status: string;
  surface: string;
}

describe('settings, through the public API', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
    await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  const draft = async (input: string): Promise<Config> =>
    (await service.ask<{ createRankingConfig: Config }>(`mutation { createRankingConfig(input: ${input}) { version status surface } }`))
      .createRankingConfig;
  const activate = (surface: string, version: number) =>
    service.send<{ activateRankingConfig: Config }>(
      `mutation { activateRankingConfig(surface: "${surface}", version: ${version}, reason: "try") { version status surface } }`,
    );
  const rollback = (surface: string) =>
    service.send<{ rollbackRankingConfig: Config }>(
      `mutation { rollbackRankingConfig(surface: "${surface}", reason: "back") { version } }`,
    );
  const inForce = async (surface: string): Promise<Config> =>
    (await service.ask<{ rankingConfig: Config }>(`{ rankingConfig(surface: "${surface}") { version status surface } }`)).rankingConfig;

  it('rolls back as often as something was activated, and no further', async () => {
    const first = await inForce('home');
    const versions = [];
    for (const strength of [0.1, 0.2]) {
      const { version } = await draft(`{ diversity: { strength: ${strength} } }`);
      expect((await activate('home', version)).errors).toBeUndefined();
      versions.push(version);
    }
    expect((await inForce('home')).version).toBe(versions[1]);
    expect((await rollback('home')).data?.rollbackRankingConfig.version).toBe(versions[0]);
    expect((await rollback('home')).data?.rollbackRankingConfig.version).toBe(first.version);
    expect((await rollback('home')).errors?.[0].extensions?.code).toBe('CONFLICT');
    expect((await feed(service, { first: 1 })).ranking.configVersion).toBe(first.version);
  });

  it('lets a surface have settings of its own, and home’s until then', async () => {
    expect((await inForce('cart')).surface).toBe('home');
    const { version, surface } = await draft('{ surface: "cart", diversity: { maxPerBrand: 2 } }');
    expect(surface).toBe('cart');
    expect((await activate('cart', version)).errors).toBeUndefined();
    expect(await inForce('cart')).toMatchObject({ surface: 'cart', version, status: 'ACTIVE' });
    expect((await inForce('home')).surface).toBe('home');
  });

  it('lets exactly one of two drafts from the same base win', async () => {
    const drafts = [await draft('{ diversity: { strength: 0.4 } }'), await draft('{ diversity: { strength: 0.5 } }')];
    const answers = await Promise.all(drafts.map(({ version }) => activate('home', version)));
    const codes = answers.map(({ errors }) => errors?.[0].extensions?.code ?? 'won').sort();
    expect(codes).toEqual(['CONFLICT', 'won']);
  });

  it('writes every change into the audit log, and no refused one', async () => {
    const { auditLog } = await service.ask<{ auditLog: { entries: { action: string; actor: string; subject: string }[] } }>(
      '{ auditLog(first: 100) { entries { action actor subject before after } } }',
    );
    const actions = auditLog.entries.map(({ action }) => action);
    expect(actions.filter((action) => action === 'rollbackRankingConfig').length).toBe(2);
    expect(actions.filter((action) => action === 'activateRankingConfig').length).toBe(5);
  });

  it('answers NOT_FOUND for a version that is none, and INVALID_INPUT with every fault of a draft', async () => {
    expect((await activate('home', 9_999)).errors?.[0].extensions?.code).toBe('NOT_FOUND');
    const { errors } = await service.send(
      `mutation { createRankingConfig(input: { surface: "home", diversity: { strength: 2, window: 0 }, rules: [{ name: "no.such", value: 1 }] }) { version } }`,
    );
    expect(errors?.[0].extensions?.code).toBe('INVALID_INPUT');
    expect(errors?.[0].extensions?.faults?.map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining(['diversity.strength', 'diversity.window']),
    );
  });
});
