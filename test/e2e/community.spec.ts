import { eventually } from '../support/eventually.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { openSmallShop, recordEvents, type SmallShop } from '../support/small-shop.js';

interface Suggestion {
  exposureId: string;
  userId: string;
  circle: string | null;
  score: number;
  mutualFriends: number;
  reasons: { code: string; text: string; userId: string | null }[];
}

describe('the people of a shop, through the public API', () => {
  let service: TestService;
  let shop: SmallShop;
  beforeAll(async () => {
    service = await startTestService();
    shop = await openSmallShop(service);
  }, 60_000);
  afterAll(() => service.stop());

  const suggest = async (userId: string, context: object = {}): Promise<Suggestion[]> =>
    (
      await service.ask<{ suggestFollows: Suggestion[] }>(
        'query($i: SuggestInput!) { suggestFollows(input: $i) { exposureId userId circle score mutualFriends reasons { code text userId } } }',
        { i: { userId, first: 10, context } },
      )
    ).suggestFollows;
  const authenticity = async (userId: string): Promise<number> =>
    (
      await service.ask<{ userProfile: { authenticity: number } }>('query($u: ID!) { userProfile(userId: $u) { authenticity } }', {
        u: userId,
      })
    ).userProfile.authenticity;
  const ids = (suggestions: Suggestion[]): string[] => suggestions.map(({ userId }) => userId);
  const follow = (userId: string, targetUserId: string, more: object = {}) => event(userId, 'FOLLOW', { targetUserId, ...more });

  describe('whom to follow', () => {
    beforeAll(async () => {
      await recordEvents(service, [
        follow('lonely', 'mid'),
        follow('mid', 'star'),
        follow('mid', 'other'),
        ...shop.users.slice(0, 8).map((user) => follow(user, 'star')),
      ]);
    });

    it('is told at once, with reasons, and never oneself or whom one follows', async () => {
      const found = await suggest('lonely');
      expect(ids(found)).toEqual(expect.arrayContaining(['star', 'other']));
      expect(ids(found).some((userId) => userId === 'lonely' || userId === 'mid')).toBe(false);
      const star = found.find(({ userId }) => userId === 'star');
      expect([star?.mutualFriends, star?.reasons[0]]).toEqual([
        1,
        { code: 'FRIEND_FOLLOWS', text: 'Followed by people you follow', userId: 'mid' },
      ]);
      expect((await suggest('lonely', { locale: 'zh' }))[0].reasons[0].text).toBe('你关注的人也关注了');
    });

    it('learns what comes of a suggestion, and does not repeat one that was followed, or left', async () => {
      const star = (await suggest('lonely')).find(({ userId }) => userId === 'star')!;
      await recordEvents(service, [follow('lonely', 'star', { exposureId: star.exposureId })]);
      expect(ids(await suggest('lonely'))).not.toContain('star');
      const { exposure } = await service.ask<{ exposure: { outcomes: { type: string }[]; surface: string } }>(
        'query($id: ID!) { exposure(id: $id) { surface outcomes { type } } }',
        { id: star.exposureId },
      );
      expect(exposure).toEqual({ surface: 'follow', outcomes: [{ type: 'FOLLOW' }] });
      await recordEvents(service, [event('lonely', 'UNFOLLOW', { targetUserId: 'star' })]);
      expect(ids(await suggest('lonely'))).not.toContain('star');
    });

    it('uses no ties without consent, and names no one who is muted', async () => {
      const consent = (userId: string, purposes: string[]) =>
        service.ask('mutation($u: ID!, $p: [Purpose!]!) { setConsent(userId: $u, purposes: $p) { purposes } }', { u: userId, p: purposes });
      await recordEvents(service, [follow('quiet', 'mid'), event('quiet', 'LIKE', { itemId: shop.items[0].id })]);
      expect(ids(await suggest('quiet'))).toContain('other');
      await consent('mid', ['ESSENTIAL', 'PERSONALISATION']);
      expect(ids(await suggest('quiet'))).not.toContain('other');
      await consent('mid', ['ESSENTIAL', 'PERSONALISATION', 'SOCIAL_GRAPH']);
      await consent('quiet', ['ESSENTIAL', 'PERSONALISATION']);
      const creator = shop.items[0].creatorId;
      expect(ids(await suggest('quiet'))).toEqual([creator]);
      await service.ask('mutation($u: ID!, $t: MuteTargetInput!) { mute(userId: $u, target: $t) { userId } }', {
        u: 'quiet',
        t: { creatorId: creator },
      });
      expect(await suggest('quiet')).toEqual([]);
    });

    it('names all that is wrong with a question', async () => {
      const { errors } = await service.send('{ suggestFollows(input: { userId: "", first: 0, surface: "NO" }) { userId } }');
      expect(errors?.[0].extensions?.faults?.map(({ path }) => path).sort()).toEqual(['first', 'surface', 'userId']);
    });
  });

  it('sees through a machine at once, and lets it move nothing', async () => {
    const generic = async (): Promise<string[]> =>
      (
        await service.ask<{ feed: { items: { item: { id: string } }[] } }>('{ feed(input: { first: 40 }) { items { item { id } } } }')
      ).feed.items.map(({ item }) => item.id);
    const before = await generic();
    const target = before[before.length - 1];
    const start = Date.now() - 3_000_000;
    await recordEvents(
      service,
      Array.from({ length: 300 }, (_, i) => ({
        ...event('bot', 'ADD_TO_CART', { itemId: target }),
        occurredAt: new Date(start + i * 1_000).toISOString(),
      })),
    );
    expect(await authenticity('bot')).toBeLessThan(0.3);
    expect(await authenticity(shop.users[0])).toBe(0.5);
    expect((await generic()).indexOf(target)).toBeGreaterThan(20);
  });

  it('trusts what people speak for more than what they report, and lets callers ask for it', async () => {
    const [good, bad] = [shop.items[0].id, shop.items[5].id];
    await recordEvents(service, [
      ...shop.users.map((user) => event(user, 'REVIEW', { itemId: good, rating: 5 })),
      ...shop.users.map((user) => event(user, 'REPORT', { itemId: bad })),
    ]);
    const trustOf = async (id: string): Promise<{ trust: number; quality: number }> =>
      (await service.ask<{ item: { trust: number; quality: number } }>('query($id: ID!) { item(id: $id) { trust quality } }', { id })).item;
    await eventually(async () => {
      const [praised, reported] = [await trustOf(good), await trustOf(bad)];
      expect(praised.trust).toBeGreaterThan(0.6);
      expect(reported.trust).toBeLessThan(0.4);
      expect(praised.quality).toBeGreaterThan(0);
    }, 40_000);
    const { items } = await service.ask<{ items: { items: { id: string; trust: number }[] } }>(
      'query($f: ItemFilter) { items(filter: $f, first: 100) { items { id trust } } }',
      { f: { trustMin: 0.6 } },
    );
    expect(items.items.map(({ id }) => id)).toContain(good);
    expect(items.items.every(({ trust }) => trust >= 0.6)).toBe(true);
  }, 60_000);
});
