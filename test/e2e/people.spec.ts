import { chainFaults, tablesHolding } from '../support/inspection.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, openSmallShop, recordEvents, type SmallShop } from '../support/small-shop.js';

interface Profile {
  identities: { platform: string; externalId: string }[];
  tags: { key: string; value: number }[];
  controls: { muted: { creatorId: string | null; category: string | null }[] };
  consent: { purposes: string[] };
}

const PROFILE = 'identities { platform externalId } tags { key value } controls { muted { creatorId category } } consent { purposes }';

describe('people, through the public API', () => {
  let service: TestService;
  let receiver: Receiver;
  let shop: SmallShop;
  beforeAll(async () => {
    receiver = await startReceiver();
    receiver.answer = () => 503; // so that what it is told waits
    service = await startTestService({ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: 'known to the two of us alone' });
    shop = await openSmallShop(service);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await receiver.stop();
  });

  const profile = async (u: string): Promise<Profile> =>
    (await service.ask<{ userProfile: Profile }>(`query($u: ID!) { userProfile(userId: $u) { ${PROFILE} } }`, { u })).userProfile;
  const likes = async (u: string, category: string): Promise<boolean> =>
    (await profile(u)).tags.some(({ key, value }) => key === `category-affinity:${category}` && value > 0);
  const consent = (u: string, p: string[]) =>
    service.ask('mutation($u: ID!, $p: [Purpose!]!) { setConsent(userId: $u, purposes: $p) { purposes } }', { u, p });
  const link = (u: string, identities: object[]) =>
    service.send('mutation($u: ID!, $i: [IdentityInput!]!) { linkIdentities(userId: $u, identities: $i) { userId } }', {
      u,
      i: identities,
    });
  const unlink = (u: string, i: object) =>
    service.send('mutation($u: ID!, $i: IdentityInput!) { unlinkIdentity(userId: $u, identity: $i) { userId } }', { u, i });
  const actsOf = (identity: object, category: number, more: object = {}) =>
    recordEvents(
      service,
      shop.items.slice(0, 24).filter((_, i) => i % 4 === category).map(({ id }) => event('', 'LIKE', { userId: undefined, identity, itemId: id, ...more })), // prettier-ignore
    );

  it('counts what an identity did for its user while it is linked, and no longer than that', async () => {
    const identity = { platform: 'video-app', externalId: 'v-1' };
    expect((await actsOf(identity, 1)).accepted).toBe(6);
    expect(await likes('whole', 'boots')).toBe(false);
    expect((await link('whole', [identity])).errors).toBeUndefined();
    expect(await likes('whole', 'boots')).toBe(true);
    await actsOf(identity, 2);
    expect(await likes('whole', 'lamps')).toBe(true);
    expect((await link('thief', [identity])).errors?.[0].extensions?.code).toBe('CONFLICT');
    await service.restart();
    expect([(await profile('whole')).identities, await likes('whole', 'boots')]).toEqual([[identity], true]);
    expect((await unlink('whole', identity)).errors).toBeUndefined();
    expect([await likes('whole', 'boots'), await likes('whole', 'lamps')]).toEqual([false, false]);
    expect((await unlink('whole', identity)).errors?.[0].extensions?.code).toBe('NOT_FOUND');
  });

  it('gives a user the last session of a visitor alone, and what he was shown in it', async () => {
    const visitor = { platform: 'browser', externalId: 'cookie' };
    await actsOf(visitor, 0, { sessionId: 'before' });
    const page = await feed(service, { identity: visitor, sessionId: 'now', first: 5 });
    await actsOf(visitor, 3, { sessionId: 'now' });
    await service.ask('mutation($v: IdentityInput!, $u: ID!) { mergeVisitor(visitor: $v, userId: $u) { userId } }', {
      v: visitor,
      u: 'known',
    });
    expect([await likes('known', 'games'), await likes('known', 'tea')]).toEqual([true, false]);
    const { exposureId, item } = page.items[0];
    await recordEvents(service, [
      event('', 'CLICK', { userId: undefined, identity: visitor, sessionId: 'now', itemId: item.id, exposureId }),
    ]);
    const answer = await service.ask<{ exposure: { outcomes: object[] } }>('query($id: ID!) { exposure(id: $id) { outcomes { type } } }', {
      id: exposureId,
    });
    expect(answer.exposure.outcomes).toEqual([{ type: 'CLICK' }]);
  });

  it('refuses an event with both a user and an identity, and names what an identity lacks', async () => {
    const { rejected } = await recordEvents(service, [
      event('ann', 'LIKE', { itemId: 'item-1', identity: { platform: 'x', externalId: 'y' } }),
      event('', 'LIKE', { userId: undefined, itemId: 'item-1', identity: { platform: 'x\u0001', externalId: 'y' } }),
    ]);
    expect(rejected.map(({ code }) => code)).toEqual(['INVALID_VALUE', 'INVALID_ID']);
    expect(rejected[1].message).toContain('identity.platform');
  });

  it('serves all who do not agree to personalisation the same, learns nothing of them, and obeys what they hid', async () => {
    const at = new Date().toISOString();
    for (const [user, category] of [['same-1', 0], ['same-2', 1]] as const)
      await recordEvents(service, shop.items.filter((_, i) => i % 4 === category).slice(0, 5).map(({ id }) => event(user, 'LIKE', { itemId: id }))); // prettier-ignore
    const page = async (userId: string) =>
      (await feed(service, { userId, first: 20, preview: { seed: 1, at } })).items.map(({ item }) => item.id);
    expect(await page('same-1')).not.toEqual(await page('same-2'));
    await consent('same-1', ['ESSENTIAL']);
    await consent('same-2', []);
    expect(await page('same-1')).toEqual(await page('same-2'));
    const { rejected } = await recordEvents(service, [
      event('same-1', 'VIEW', { itemId: 'item-7' }),
      event('same-1', 'HIDE', { itemId: 'item-7' }),
    ]);
    expect(rejected.map(({ code, index }) => [index, code])).toEqual([[0, 'NO_CONSENT']]);
    expect(await page('same-1')).not.toContain('item-7');
    await consent('same-1', ['PERSONALISATION']);
    expect(await page('same-1')).not.toEqual(await page('same-2'));
  });

  it('uses no tie to somebody who does not share his', async () => {
    await recordEvents(service, [event('fan', 'FOLLOW', { targetUserId: 'idol' }), event('idol', 'LIKE', { itemId: 'item-70' })]);
    const reasons = async () =>
      (await feed(service, { userId: 'fan', first: 60 })).items.flatMap(({ reasons }) => reasons.map(({ code }) => code));
    expect(await reasons()).toContain('FRIEND_LIKED');
    await consent('idol', ['ESSENTIAL', 'PERSONALISATION']);
    expect(await reasons()).not.toContain('FRIEND_LIKED');
    await service.restart();
    expect(await reasons()).not.toContain('FRIEND_LIKED');
    await consent('idol', ['ESSENTIAL', 'SOCIAL_GRAPH']);
    expect(await reasons()).toContain('FRIEND_LIKED');
  });

  it('shows nothing that is muted, until it is unmuted or its time is over', async () => {
    const creators = async () =>
      (await feed(service, { userId: 'muter', first: 60 })).items.map(({ item }) => shop.items.find(({ id }) => id === item.id)!.creatorId);
    const muting = (name: 'mute' | 'unmute', target: object, until?: string) => {
      const [declared, given] = until === undefined ? ['', ''] : [', $until: DateTime', ', until: $until'];
      const text = `mutation($t: MuteTargetInput!${declared}) { ${name}(userId: "muter", target: $t${given}) { userId } }`;
      return service.send(text, { t: target, ...(until !== undefined && { until }) });
    };
    expect(await creators()).toContain('creator-3');
    await muting('mute', { creatorId: 'creator-3' });
    expect(await creators()).not.toContain('creator-3');
    expect((await profile('muter')).controls.muted).toEqual([{ creatorId: 'creator-3', category: null }]);
    await muting('unmute', { creatorId: 'creator-3' });
    expect(await creators()).toContain('creator-3');
    expect((await muting('mute', { creatorId: 'a', brand: 'b' })).errors?.[0].extensions?.code).toBe('INVALID_INPUT');
    expect((await muting('mute', { creatorId: 'a' }, '2001-01-01T00:00:00Z')).errors?.[0].message).toContain('future');
  });

  it('forgets tastes and keeps what was bought', async () => {
    await recordEvents(service, [
      ...shop.items.filter((_, i) => i % 4 === 0).slice(0, 4).map(({ id }) => event('fickle', 'LIKE', { itemId: id })),
      event('fickle', 'PURCHASE', { itemId: 'item-8', orderId: 'o-1', amount: 5, currency: 'CNY' }),
    ]); // prettier-ignore
    expect(await likes('fickle', 'tea')).toBe(true);
    await service.ask('mutation { resetInterests(userId: "fickle") { userId } }');
    expect(await likes('fickle', 'tea')).toBe(false);
    expect((await feed(service, { userId: 'fickle', first: 80 })).items.map(({ item }) => item.id)).not.toContain('item-8');
    await service.restart();
    expect(await likes('fickle', 'tea')).toBe(false);
    await recordEvents(service, [event('fickle', 'LIKE', { itemId: 'item-12' })]);
    expect(await likes('fickle', 'tea')).toBe(true);
  });

  it('pushes nothing that is paid for at a minor', async () => {
    await service.ask('mutation($i: [ItemInput!]!) { upsertItems(items: $i) { accepted } }', {
      i: [{ id: 'ad', title: 'An ad', categories: ['tea'], commercial: true, kind: 'NOTE' }],
    });
    await service.ask('mutation($u: [UserInput!]!) { upsertUsers(users: $u) { accepted } }', {
      u: [
        { id: 'child', birthYear: new Date().getUTCFullYear() - 12 },
        { id: 'adult', birthYear: 1980 },
        { id: 'maybe', attributes: { ageUnknown: true } },
      ],
    });
    const sees = async (userId: string) =>
      (
        await service.ask<{ whyNot: { component: string | null } }>('query($u: ID!) { whyNot(userId: $u, itemId: "ad") { component } }', {
          u: userId,
        })
      ).whyNot.component;
    expect([await sees('child'), await sees('maybe'), await sees('adult')]).toEqual(['protected-minor', 'protected-minor', null]);
  });

  it('says what it holds, gives it out, erases it everywhere, and takes nothing of it in again', async () => {
    const canary = 'canary-7f3a';
    const identity = { platform: 'app', externalId: `${canary}-account` };
    const rule = { name: 'who likes', tag: 'likes', comparison: 'ABOVE', threshold: 2, action: 'WEBHOOK' };
    await service.ask('mutation($rule: TriggerInput!) { saveTrigger(input: $rule) { id } }', { rule });
    await recordEvents(service, [
      ...shop.items.slice(0, 10).map(({ id }) => event(canary, 'LIKE', { itemId: id, sessionId: `${canary}-session` })),
      event('follower', 'FOLLOW', { targetUserId: canary }),
      event('brought', 'VIEW', { itemId: 'item-5', referrerUserId: canary }),
    ]);
    await actsOf(identity, 0);
    await link(canary, [identity]);
    await consent(canary, ['PERSONALISATION', 'SOCIAL_GRAPH']);
    await service.ask(
      `mutation { mute(userId: "${canary}", target: {brand: "x"}) { userId } upsertUsers(users: [{id: "${canary}", region: "north"}]) { accepted } }`,
    );
    await feed(service, { userId: canary, first: 10, requestId: `${canary}-r`, sessionId: `${canary}-session`, pageId: `${canary}-page` });
    expect(
      (await feed(service, { userId: 'follower', first: 60 })).items.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
    ).toContain('FRIEND_LIKED');

    const held = async () =>
      (
        await service.ask<{ dataHeld: { holdings: { what: string; records: number }[] } }>(
          `{ dataHeld(userId: "${canary}") { holdings { what records purpose } } }`,
        )
      ).dataHeld.holdings;
    expect(Object.fromEntries((await held()).map(({ what, records }) => [what, records]))).toMatchObject({
      events: 16,
      exposures: 10,
      attributes: 1,
      consents: 1,
      controls: 1,
      identities: 1,
      firings: 2, // of the user, and of the account before it was his
    });
    const lines = (await (await fetch(`${service.url}/exports/users/${canary}`)).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { what: string });
    expect(lines.filter(({ what }) => what === 'events').length).toBe(16);

    const { eraseUser } = await service.ask<{ eraseUser: { hash: string; removed: { what: string; records: number }[] } }>(
      `mutation { eraseUser(userId: "${canary}") { hash later removed { what records } } }`,
    );
    expect(eraseUser.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(eraseUser.removed).toContainEqual({ what: 'events', records: 16 });
    expect(await held()).toEqual([]);
    const late = await recordEvents(service, [
      event(canary, 'CLICK', { itemId: 'item-0', occurredAt: new Date(Date.now() - 3_600_000).toISOString() }),
    ]);
    expect(late.rejected.map(({ code }) => code)).toEqual(['ERASED_USER']);
    expect(
      (await feed(service, { userId: 'follower', first: 60 })).items.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
    ).not.toContain('FRIEND_LIKED');
    await service.restart();
    expect(await tablesHolding(service.databaseUrl, canary)).toEqual([]);
    expect(await chainFaults(service.databaseUrl)).toEqual([null, null]);
  }, 60_000);

  it('erases under load: what was on its way when it began is gone as well', async () => {
    const canary = 'canary-91bc';
    const before = new Date(Date.now() - 3_600_000).toISOString();
    let isOver = false;
    const senders = Array.from({ length: 8 }, async () => {
      while (!isOver) await recordEvents(service, shop.items.slice(0, 20).map(({ id }) => event(canary, 'VIEW', { itemId: id, occurredAt: before }))); // prettier-ignore
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await service.ask(`mutation { eraseUser(userId: "${canary}") { hash } }`);
    isOver = true;
    await Promise.all(senders);
    expect(await tablesHolding(service.databaseUrl, canary)).toEqual([]);
    expect(await chainFaults(service.databaseUrl)).toEqual([null, null]);
  });
});
