import { createHmac } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import { type Call, type Receiver, startReceiver } from '../support/receiver.js';
import { event, startTestService, type TestService } from '../support/service.js';
import { openSmallShop, recordEvents } from '../support/small-shop.js';

const HOUR = 3_600_000;
const SECRET = 'whsec_c29tZSBzZWNyZXQgb2YgdHdlbnR5LWZvdXI=';
const ALERT = 'id value openedAt closedAt note acknowledgedBy detail rule { id metric threshold }';
const RULE = 'id metric surface segment comparison threshold windowHours baseline minSample enabled';

interface Alert {
  id: string;
  value: number;
  closedAt: string | null;
  note: string | null;
  acknowledgedBy: string | null;
  detail: string;
  rule: { id: string; metric: string };
}
interface Rule {
  id: string;
  metric: string;
  comparison: string;
  threshold: number;
}

describe('alerts, through the public API', () => {
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

  const send = (input: object) =>
    service.send<{ saveAlertRule: Rule }>(`mutation($input: AlertRuleInput!) { saveAlertRule(input: $input) { ${RULE} } }`, { input });
  const save = async (input: object): Promise<Rule> => {
    const { data, errors } = await send(input);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.saveAlertRule;
  };
  const alertsOf = async (ruleId: string, open: boolean | null): Promise<Alert[]> => {
    const { alerts } = await service.ask<{ alerts: Alert[] }>(`query($open: Boolean) { alerts(open: $open) { ${ALERT} } }`, { open });
    return alerts.filter(({ rule }) => rule.id === ruleId);
  };
  const callsOf = (type: string, field: string, id: string): Call[] =>
    receiver.calls.filter(({ body }) => body.type === type && body.data[field] === id);
  /** What is received late by more than a day keeps no window waiting. */
  const before = { occurredAt: new Date(Date.now() - 26 * HOUR).toISOString() };
  const users = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}-${i}`);
  const inBatches = async (events: object[]): Promise<void> => {
    for (let at = 0; at < events.length; at += 1000)
      expect((await recordEvents(service, events.slice(at, at + 1000))).rejected).toEqual([]);
  };
  const buy = (user: string) =>
    event(user, 'PURCHASE', { itemId: 'item-1', orderId: `order-${user}`, amount: 30, currency: 'CNY', ...before });

  it('has rules of its own', async () => {
    const { alertRules } = await service.ask<{ alertRules: Rule[] }>(`{ alertRules { ${RULE} } }`);
    expect(alertRules.map(({ metric, comparison, threshold }) => [metric, comparison, threshold])).toEqual([
      ['CONVERSION_RATE', 'DROPPED_BY', 0.015], ['REPURCHASE_RATE', 'BELOW', 0.35], ['ROI', 'BELOW', 1.2],
    ]); // prettier-ignore
    expect(await service.ask('{ alerts { id } }')).toEqual({ alerts: [] });
  });

  it('opens an alert once, tells of it signed, and closes it when the metric is back', async () => {
    await inBatches(users('early', 400).map((user) => event(user, 'VIEW', { itemId: 'item-1', ...before })));
    await inBatches(users('early', 40).map(buy));
    const rule = await save({ metric: 'CONVERSION_RATE', comparison: 'BELOW', threshold: 0.5, windowHours: 72, minSample: 100 });
    await eventually(async () => expect(await alertsOf(rule.id, true)).toHaveLength(1), 20_000);
    const [alert] = await alertsOf(rule.id, true);
    expect(alert.value).toBeCloseTo(0.1, 1);
    expect(alert.detail).toContain('below 0.5');

    await eventually(() => expect(callsOf('alert.opened', 'alertId', alert.id)).toHaveLength(1), 20_000);
    const [{ headers, text, body }] = callsOf('alert.opened', 'alertId', alert.id);
    const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${text}`;
    const key = Buffer.from('c29tZSBzZWNyZXQgb2YgdHdlbnR5LWZvdXI=', 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(body.data).toMatchObject({ ruleId: rule.id, metric: 'CONVERSION_RATE', comparison: 'BELOW', threshold: 0.5, windowHours: 72, value: alert.value }); // prettier-ignore
    expect(await service.metrics()).toContain('imago_open_alerts{metric="CONVERSION_RATE"} 1');

    const { acknowledgeAlert } = await service.ask<{ acknowledgeAlert: Alert }>(
      `mutation($id: ID!) { acknowledgeAlert(id: $id, note: "the till is broken") { ${ALERT} } }`,
      { id: alert.id },
    );
    expect(acknowledgeAlert).toMatchObject({ note: 'the till is broken', closedAt: null });
    expect(acknowledgeAlert.acknowledgedBy).not.toBeNull();

    await inBatches([...users('late', 900).map(buy)]);
    await service.restart(); // each start is a look
    await eventually(async () => expect(await service.ask('{ alerts { id } }')).toBeDefined());
    expect(await alertsOf(rule.id, true)).toHaveLength(1); // one look is not enough
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await service.restart();
    await eventually(async () => expect(await alertsOf(rule.id, true)).toEqual([]), 20_000);
    expect((await alertsOf(rule.id, false))[0].closedAt).not.toBeNull();
    await eventually(() => expect(callsOf('alert.closed', 'alertId', alert.id)).toHaveLength(1), 20_000);
    expect(callsOf('alert.closed', 'alertId', alert.id)[0].body.data).toMatchObject({ reason: 'the metric is back' });
    expect(callsOf('alert.opened', 'alertId', alert.id)).toHaveLength(1);
  }, 90_000);

  it('closes an alert with its rule', async () => {
    const input = { metric: 'CONVERSION_RATE', comparison: 'ABOVE', threshold: 0.2, windowHours: 72, minSample: 100 };
    const rule = await save(input);
    await eventually(async () => expect(await alertsOf(rule.id, true)).toHaveLength(1), 20_000);
    await save({ ...input, id: rule.id, enabled: false });
    await eventually(async () => expect(await alertsOf(rule.id, true)).toEqual([]), 20_000);
    const [{ id }] = await alertsOf(rule.id, false);
    await eventually(() => expect(callsOf('alert.closed', 'alertId', id)[0]?.body.data.reason).toBe('the rule was changed'), 20_000);
  }, 60_000);

  it('names every fault of a rule at once, and knows no rule or alert that there is not', async () => {
    const wrong = { metric: 'NO_SUCH_METRIC', segment: 'nobody', comparison: 'DROPPED_BY', threshold: 2, windowHours: 0 };
    const { errors } = await send(wrong);
    expect(errors?.[0].extensions?.faults?.map(({ path }) => path)).toEqual(['metric', 'segment', 'windowHours', 'threshold']);
    const unknown = await send({ id: 'ghost', metric: 'ROI', comparison: 'BELOW', threshold: 1 });
    expect(unknown.errors?.[0].extensions?.code).toBe('NOT_FOUND');
    const ghost = await service.send('mutation { acknowledgeAlert(id: "ghost") { id } }');
    expect(ghost.errors?.[0].extensions?.code).toBe('NOT_FOUND');
  });

  it('keeps who changed a rule, and who acknowledged an alert', async () => {
    const { auditLog } = await service.ask<{ auditLog: { entries: { action: string; after: object }[] } }>(
      '{ auditLog(first: 50) { entries { action after } } }',
    );
    const actions = auditLog.entries.map(({ action }) => action);
    expect(actions.filter((action) => action === 'saveAlertRule')).toHaveLength(3);
    expect(auditLog.entries.find(({ action }) => action === 'acknowledgeAlert')?.after).toMatchObject({ note: 'the till is broken' });
  });

  describe('triggers on a metric', () => {
    const trigger = async (input: object): Promise<{ id: string; metric: string; windowHours: number }> => {
      const fields = { name: 'a referral is dear', metric: 'ACQUISITION_COST', comparison: 'ABOVE', threshold: 20, windowHours: 168, minSample: 100 };
      const query = 'mutation($input: TriggerInput!) { saveTrigger(input: $input) { id tag metric windowHours minSample baseline } }';
      return (await service.ask<{ saveTrigger: { id: string; metric: string; windowHours: number } }>(query, { input: { ...fields, ...input } })).saveTrigger;
    }; // prettier-ignore
    const firingsOf = async (id: string) => {
      const query = '{ triggerFirings { firings { status value reason userId trigger { id strategy { configVersion } } } } }';
      const { triggerFirings } = await service.ask<{ triggerFirings: { firings: { status: string; value: number; reason: string | null; trigger: { id: string } }[] } }>(query);
      return triggerFirings.firings.filter((firing) => firing.trigger.id === id);
    }; // prettier-ignore
    const active = async () =>
      (await service.ask<{ rankingConfig: { version: number } }>('{ rankingConfig { version } }')).rankingConfig.version;

    it('switches everybody to another strategy once a referral costs more than 20 yuan, and back', async () => {
      const { createRankingConfig } = await service.ask<{ createRankingConfig: { version: number } }>(
        'mutation { createRankingConfig(input: { surface: "home", diversity: { maxPerBrand: 1 } }) { version } }',
      );
      const first = await active();
      await inBatches(
        users('referred', 200).map((user, i) =>
          event(user, 'COST', { amount: 250 + (i % 21), currency: 'CNY', campaign: 'referrals', ...before }),
        ),
      );
      const strategy = { surface: 'home', configVersion: createRankingConfig.version };
      const rule = await trigger({ action: 'STRATEGY', strategy });
      expect(rule).toMatchObject({ tag: null, metric: 'ACQUISITION_COST', windowHours: 168, minSample: 100, baseline: 'PREVIOUS' });
      await eventually(async () => expect((await firingsOf(rule.id)).map(({ status }) => status)).toEqual(['APPLIED']), 20_000);
      expect(await active()).toBe(createRankingConfig.version);
      expect((await firingsOf(rule.id))[0]).toMatchObject({ userId: null });
      expect((await firingsOf(rule.id))[0].value).toBeGreaterThan(20);

      const back = await trigger({ action: 'ROLLBACK', strategy: { surface: 'home' } });
      await eventually(async () => expect((await firingsOf(back.id)).map(({ status }) => status)).toEqual(['APPLIED']), 20_000);
      expect(await active()).toBe(first);
      const { auditLog } = await service.ask<{ auditLog: { entries: { actor: string; action: string }[] } }>('{ auditLog(first: 5) { entries { actor action } } }'); // prettier-ignore
      expect(auditLog.entries).toEqual(expect.arrayContaining([{ actor: `trigger:${back.id}`, action: 'rollbackRankingConfig' }, { actor: `trigger:${rule.id}`, action: 'activateRankingConfig' }])); // prettier-ignore

      await service.restart(); // it still holds: once a crossing
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect([(await firingsOf(rule.id)).length, await active()]).toEqual([1, first]);
      // A version that was in force before comes back as a copy.
      const again = await trigger({ action: 'STRATEGY', strategy });
      await eventually(async () => expect((await firingsOf(again.id)).map(({ status }) => status)).toEqual(['APPLIED']), 20_000);
      expect(await active()).toBeGreaterThan(createRankingConfig.version);
    }, 90_000);

    it('calls the webhook', async () => {
      const { id } = await trigger({ action: 'WEBHOOK' });
      await eventually(() => expect(callsOf('trigger.fired', 'triggerId', id)).toHaveLength(1), 20_000);
      const { data } = callsOf('trigger.fired', 'triggerId', id)[0].body;
      expect(data).toMatchObject({ metric: 'ACQUISITION_COST', windowHours: 168, comparison: 'ABOVE', threshold: 20 });
      expect(Object.keys(data)).not.toContain('userId');
    }, 30_000);

    it('names every fault at once', async () => {
      const query = 'mutation($input: TriggerInput!) { saveTrigger(input: $input) { id } }';
      const faults = async (input: object) => {
        const { errors } = await service.send(query, {
          input: { name: 'x', comparison: 'ABOVE', threshold: 20, action: 'WEBHOOK', ...input },
        });
        return errors?.[0].extensions?.faults?.map(({ path }) => path);
      };
      expect(await faults({ tag: 'likes', metric: 'NO_METRIC', segment: 'nobody' })).toEqual(['tag', 'metric', 'segment']);
      expect(await faults({ tag: 'likes', windowHours: 24, action: 'ROLLBACK' })).toEqual(['windowHours', 'action']);
      expect(await faults({})).toEqual(['tag']);
      expect(await faults({ metric: 'ROI', action: 'STRATEGY', strategy: { configVersion: 99 } })).toEqual(['strategy.configVersion']);
      expect(await faults({ tag: 'likes', comparison: 'DROPPED_BY' })).toEqual(['comparison']);
    });
  });
});
