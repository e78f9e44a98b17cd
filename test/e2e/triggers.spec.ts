import { createHmac } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import { tablesHolding } from '../support/inspection.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { feed, openSmallShop, recordEvents } from '../support/small-shop.js';

const SECRET = 'whsec_c29tZSBzZWNyZXQgb2YgdHdlbnR5LWZvdXI=';
const TRIGGER = 'id name tag threshold action strategy { surface configVersion } coolDownHours enabled';

interface Trigger {
  id: string;
  name: string;
  enabled: boolean;
}
interface Firing {
  id: string;
  userId: string | null;
  identity: { platform: string; externalId: string } | null;
  status: string;
  attempts: number;
  reason: string | null;
  value: number;
  trigger: { id: string };
}

describe('triggers, through the public API', () => {
  let receiver: Receiver;
  let service: TestService;
  beforeAll(async () => {
    receiver = await startReceiver();
    service = await startTestService({ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET });
    await openSmallShop(service);
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await receiver.stop();
  });
  beforeEach(() => void (receiver.answer = () => 204));
  afterEach(async () => {
    const { triggers } = await service.ask<{ triggers: Trigger[] }>('{ triggers { id } }');
    for (const { id } of triggers) await service.ask(`mutation($id: ID!) { removeTrigger(id: $id, reason: "over") { id } }`, { id });
  });

  const send = (input: object) =>
    service.send<{ saveTrigger: Trigger }>(`mutation($input: TriggerInput!) { saveTrigger(input: $input) { ${TRIGGER} } }`, { input });
  const save = async (input: object): Promise<Trigger> => {
    const { data, errors } = await send({ name: 'a rule', comparison: 'ABOVE', action: 'WEBHOOK', ...input });
    if (!data) throw new Error(JSON.stringify(errors));
    return data.saveTrigger;
  };
  const firings = async (): Promise<Firing[]> => {
    const fields = 'id userId identity { platform externalId } status attempts reason value trigger { id }';
    return (await service.ask<{ triggerFirings: { firings: Firing[] } }>(`{ triggerFirings { firings { ${fields} } } }`)).triggerFirings
      .firings;
  };
  const ofUser = async (userId: string) => (await firings()).filter((firing) => firing.userId === userId);
  const callsFor = (userId: string) => receiver.calls.filter(({ body }) => body.data.userId === userId);
  const dwell = (userId: string, seconds: number) => event(userId, 'DWELL', { itemId: 'item-1', dwellMs: seconds * 1000 });

  it('tells the storefront of a stay over five minutes, once, signed, though it fails twice', async () => {
    const { id } = await save({ name: 'call service', tag: 'longest-stay-today', threshold: 300 });
    let failures = 2;
    receiver.answer = () => (failures-- > 0 ? 500 : 200);
    await recordEvents(service, [dwell('reader', 299)]);
    expect(await ofUser('reader')).toEqual([]);
    const long = dwell('reader', 301);
    await recordEvents(service, [long]);
    await recordEvents(service, [long, dwell('reader', 400)]); // known before; and within the cool-down
    await eventually(async () => expect((await ofUser('reader')).map(({ status }) => status)).toEqual(['DELIVERED']), 15_000);
    const [firing] = await ofUser('reader');
    expect([firing.attempts, firing.value, firing.reason]).toEqual([3, 301, null]);
    const calls = callsFor('reader');
    expect(calls).toHaveLength(3);
    for (const { headers, text, body } of calls) {
      const signed = `${firing.id}.${headers['webhook-timestamp'] as string}.${text}`;
      const key = Buffer.from('c29tZSBzZWNyZXQgb2YgdHdlbnR5LWZvdXI=', 'base64');
      expect(headers['webhook-id']).toBe(firing.id);
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
      expect(body.data).toMatchObject({ firingId: firing.id, triggerId: id, triggerName: 'call service', tag: 'longest-stay-today', value: 301, threshold: 300 }); // prettier-ignore
    }
  }, 30_000);

  it('goes on after a restart, and keeps the cool-down over it', async () => {
    await save({ tag: 'item-views-day', threshold: 2 });
    receiver.answer = () => 503;
    const view = () => event('returning', 'VIEW', { itemId: 'item-2' });
    await recordEvents(service, [view(), view()]);
    expect(await ofUser('returning')).toEqual([]);
    await recordEvents(service, [view()]);
    await eventually(() => expect(callsFor('returning').length).toBeGreaterThan(0));
    await service.restart();
    receiver.answer = () => 200;
    await recordEvents(service, [view()]);
    await eventually(async () => expect((await ofUser('returning')).map(({ status }) => status)).toEqual(['DELIVERED']), 20_000);
    expect(new Set(callsFor('returning').map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  }, 40_000);

  it('gives up where the receiver says that it wants no more, and follows no redirect', async () => {
    await save({ tag: 'open-cart-items', threshold: 0 });
    receiver.answer = () => 410;
    await recordEvents(service, [event('unwanted', 'ADD_TO_CART', { itemId: 'item-3' })]);
    await eventually(async () => expect(await ofUser('unwanted')).toMatchObject([{ status: 'FAILED', attempts: 1, reason: 'the receiver answered 410' }])); // prettier-ignore
    receiver.answer = () => 307;
    await recordEvents(service, [event('moved', 'ADD_TO_CART', { itemId: 'item-3' })]);
    await eventually(async () => expect(await ofUser('moved')).toMatchObject([{ status: 'PENDING', reason: 'the receiver answered 307' }]));
    expect(receiver.calls.some(({ path }) => path === '/elsewhere')).toBe(false);
  }, 20_000);

  it('fires again after the cool-down while the condition holds', async () => {
    await save({ tag: 'cart-adds', threshold: 0, coolDownHours: 0.5 / 3600 });
    const add = () => recordEvents(service, [event('again', 'ADD_TO_CART', { itemId: 'item-4' })]);
    await add();
    await add();
    expect(await ofUser('again')).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 550));
    await add();
    expect(await ofUser('again')).toHaveLength(2);
  });

  it('names an identity as the storefront does, until it is linked to a user', async () => {
    await save({ tag: 'saves', threshold: 0 });
    const identity = { platform: 'app', externalId: 'account-7' };
    await recordEvents(service, [event('', 'SAVE', { userId: undefined, identity, itemId: 'item-5' })]);
    expect((await firings())[0]).toMatchObject({ userId: null, identity });
    await eventually(() => expect(receiver.calls.map(({ body }) => body.data.identity)).toContainEqual(identity));
  });

  it('reads no tag that the user does not consent to, and tells nothing once he takes his consent back', async () => {
    await save({ tag: 'cart-adds', threshold: 0 });
    const consent = (userId: string, purposes: string[]) =>
      service.ask('mutation($u: ID!, $p: [Purpose!]!) { setConsent(userId: $u, purposes: $p) { userId } }', { u: userId, p: purposes });
    await consent('private', ['ESSENTIAL']);
    await recordEvents(service, [event('private', 'PURCHASE', { itemId: 'item-6', orderId: 'o', amount: 1, currency: 'CNY' })]);
    expect(await ofUser('private')).toEqual([]);
    receiver.answer = () => 500;
    await recordEvents(service, [event('regretful', 'ADD_TO_CART', { itemId: 'item-6' })]);
    await eventually(async () => expect((await ofUser('regretful'))[0].attempts).toBe(1));
    await consent('regretful', ['ESSENTIAL']);
    receiver.answer = () => 200;
    await eventually(async () => expect((await ofUser('regretful'))[0].status).toBe('WITHHELD'), 10_000);
  }, 20_000);

  it('is moved by nothing that happened long ago', async () => {
    await save({ tag: 'purchases', threshold: 0 });
    const occurredAt = new Date(Date.now() - 2 * 3_600_000).toISOString();
    await recordEvents(service, [event('imported', 'PURCHASE', { itemId: 'item-7', orderId: 'p', amount: 1, currency: 'CNY', occurredAt })]); // prettier-ignore
    expect(await ofUser('imported')).toEqual([]);
  });

  it('switches the strategy of a user with the very next feed, over a restart, and as long as the rule is on', async () => {
    const { createRankingConfig } = await service.ask<{ createRankingConfig: { version: number } }>(
      'mutation { createRankingConfig(input: {surface: "home", diversity: {maxPerBrand: 1}}) { version } }',
    );
    const { version } = createRankingConfig;
    const rule = { tag: 'likes', threshold: 1, action: 'STRATEGY', strategy: { surface: 'home', configVersion: version } };
    const saved = await save(rule);
    const page = async (userId: string, surface = 'home') => (await feed(service, { userId, surface, first: 5 })).ranking.configVersion;
    const before = await page('switched');
    const like = (n: number) => recordEvents(service, [event('switched', 'LIKE', { itemId: `item-${n}` })]);
    await like(1);
    expect(await page('switched')).toBe(before);
    await like(2);
    expect([await page('switched'), await page('somebody'), await page('switched', 'other')]).toEqual([version, before, before]);
    expect(await ofUser('switched')).toMatchObject([{ status: 'APPLIED' }]);
    await service.restart();
    expect(await page('switched')).toBe(version);
    await save({ ...rule, id: saved.id, enabled: false });
    expect(await page('switched')).toBe(before);
  }, 30_000);

  it('names every fault of a rule at once', async () => {
    const { errors } = await send({
      name: ' ',
      tag: 'no-such-tag',
      comparison: 'ABOVE',
      threshold: 1,
      action: 'STRATEGY',
      coolDownHours: 0,
    });
    expect(errors?.[0].extensions?.faults?.map(({ path }) => path)).toEqual(['name', 'tag', 'strategy', 'coolDownHours']);
    const over = await send({ name: 'x', tag: 'glance-share', comparison: 'ABOVE', threshold: 2, action: 'WEBHOOK' });
    expect(over.errors?.[0].message).toBe('threshold is 2; it must be a number from 0 to 1, which is all that the tag can be');
    const ghost = { surface: 'home', configVersion: 999 };
    const strategy = await send({ name: 'x', tag: 'likes', comparison: 'ABOVE', threshold: 2, action: 'STRATEGY', strategy: ghost });
    expect(strategy.errors?.[0].extensions?.faults).toMatchObject([{ path: 'strategy.configVersion' }]);
    const family = await send({ name: 'x', tag: 'category-affinity', comparison: 'ABOVE', threshold: 2, action: 'WEBHOOK' });
    expect(family.errors?.[0].message).toContain('with a name behind it');
    const unknown = await send({ id: 'ghost', name: 'x', tag: 'likes', comparison: 'ABOVE', threshold: 2, action: 'WEBHOOK' });
    expect(unknown.errors?.[0].extensions?.code).toBe('NOT_FOUND');
  });

  it('keeps who changed a rule, and why it went', async () => {
    const { id } = await save({ tag: 'likes', threshold: 5 });
    await service.ask('mutation($id: ID!) { removeTrigger(id: $id, reason: "no longer needed") { id } }', { id });
    const { auditLog } = await service.ask<{ auditLog: { entries: { action: string; subject: string; after: object }[] } }>(
      '{ auditLog(first: 2) { entries { action subject after } } }',
    );
    expect(auditLog.entries.map(({ action, subject }) => [action, subject])).toEqual([['removeTrigger', id], ['saveTrigger', id]]); // prettier-ignore
    expect(auditLog.entries[0].after).toEqual({ reason: 'no longer needed' });
  });

  it('erases firings and what waits to be told with the user, and tells nothing afterwards', async () => {
    const canary = 'canary-c4d1';
    await save({ tag: 'cart-adds', threshold: 0 });
    receiver.answer = () => 500;
    await recordEvents(service, [event(canary, 'ADD_TO_CART', { itemId: 'item-8' })]);
    await eventually(() => expect(callsFor(canary).length).toBeGreaterThan(0));
    const { eraseUser } = await service.ask<{ eraseUser: { removed: { what: string; records: number }[] } }>(
      `mutation { eraseUser(userId: "${canary}") { removed { what records } } }`,
    );
    expect(eraseUser.removed).toContainEqual({ what: 'firings', records: 1 });
    expect(await tablesHolding(service.databaseUrl, canary)).toEqual([]);
    const told = callsFor(canary).length;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(callsFor(canary).length).toBeLessThanOrEqual(told + 1); // a call that was under way
  }, 20_000);
});

it('refuses a rule that calls where there is nobody to call', async () => {
  const service = await startTestService();
  try {
    const input = { name: 'x', tag: 'likes', comparison: 'ABOVE', threshold: 2, action: 'WEBHOOK' };
    const { errors } = await service.send('mutation($input: TriggerInput!) { saveTrigger(input: $input) { id } }', { input });
    expect(errors?.[0].message).toBe('action is "WEBHOOK"; there is nobody to call before WEBHOOK_URL and WEBHOOK_SECRET are set');
  } finally {
    await service.stop();
  }
}, 60_000);
