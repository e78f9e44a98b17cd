import { event, startTestService, type TestService } from '../support/service.js';
import { feed, openSmallShop, recordEvents } from '../support/small-shop.js';

const FIT = 'mutation($surface: String!) { fitRules(surface: $surface) { version status author surface rules { name value } } }';

interface Draft {
  fitRules: { version: number; status: string; author: string; surface: string; rules: { name: string; value: number }[] };
}

describe('rules that fit what users took', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({});
    await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  it('are refused where too little was taken', async () => {
    await expect(service.ask(FIT, { surface: 'home' })).rejects.toThrow(
      'surface \\"home\\" has 0 pages of the last 90 days of which something was taken; a fit needs at least 100',
    );
  });

  it('are a draft, without what made no difference to what was taken', async () => {
    // Nothing is known of strangers, so what they take says nothing of the rules of taste.
    for (let i = 0; i < 110; i++) {
      const userId = `stranger-${i}`;
      const page = await feed(service, { userId, first: 8 });
      const taken = page.items[(i * 5) % 8];
      await recordEvents(service, [event(userId, 'CLICK', { itemId: taken.item.id, exposureId: taken.exposureId })]);
    }
    const { fitRules: draft } = await service.ask<Draft>(FIT, { surface: 'home' });
    expect([draft.status, draft.author, draft.surface]).toEqual(['DRAFT', 'imago', 'home']);
    const weightOf = (wanted: string): number => draft.rules.find(({ name }) => name === wanted)?.value ?? 0;
    expect(['user.category_affinity@1', 'cross.cf@1'].map(weightOf)).toEqual([0, 0]);
    expect([weightOf('item.popularity_log@1') === 1, weightOf('cross.basket@1')]).toEqual([false, 2]);
    const { rankingConfig } = await service.ask<{ rankingConfig: { version: number } }>('{ rankingConfig { version } }');
    expect(rankingConfig.version).toBeLessThan(draft.version);
  }, 60_000);
});
