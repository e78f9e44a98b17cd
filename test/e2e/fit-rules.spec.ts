import { event, startTestService, type TestService } from '../support/service.js';
import { feed, openSmallShop, recordEvents } from '../support/small-shop.js';

const FIT = 'mutation($surface: String!) { fitRules(surface: $surface) { version status author surface rules { name value } } }';

const LIKED = ['tea', 'boots', 'lamps', 'games'];

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

  it('are a draft, and follow what was taken', async () => {
    // User 0 likes tea, user 1 boots, and so on; what they click is something else.
    for (let i = 0; i < 110; i++) {
      const userId = `user-${i % 12}`;
      const page = await feed(service, { userId, first: 8 });
      const taken = page.items.find(({ item }) => item.categories[0] !== LIKED[i % 4]) ?? page.items[7];
      await recordEvents(service, [event(userId, 'CLICK', { itemId: taken.item.id, exposureId: taken.exposureId })]);
    }
    const { fitRules: draft } = await service.ask<Draft>(FIT, { surface: 'home' });
    expect([draft.status, draft.author, draft.surface]).toEqual(['DRAFT', 'imago', 'home']);
    expect(draft.rules.find(({ name }) => name === 'user.category_affinity@1')!.value).toBeLessThan(0.3);
    const { rankingConfig } = await service.ask<{ rankingConfig: { version: number } }>('{ rankingConfig { version } }');
    expect(rankingConfig.version).toBeLessThan(draft.version);
  }, 60_000);
});
