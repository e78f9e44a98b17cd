import { type Alert, type AlertDraft, type AlertStore, type KeptAlertRule } from '../../src/ports/alert-store.js';

const AT = Date.UTC(2026, 10, 21, 12);
const rule = (id: string, change: Partial<KeptAlertRule> = {}): KeptAlertRule => ({
  id, metric: 'ROI', surface: null, segment: null, comparison: 'BELOW', threshold: 1, windowHours: 24, baseline: 'PREVIOUS', minSample: 1000, enabled: true, updatedAt: AT, ...change,
}); // prettier-ignore
let drafts = 0;
const draft = (of: KeptAlertRule, change: Partial<AlertDraft> = {}): AlertDraft => ({
  id: `alert-${String(++drafts).padStart(6, '0')}`,
  rule: of,
  value: 0.5,
  detail: 'ROI is 0.5',
  baseline: { mean: 0.8, standardError: 0.01 },
  openedAt: AT,
  ...change,
});
const AS_OPENED = { looksBack: 0, closedAt: null, note: null, acknowledgedBy: null, acknowledgedAt: null };

/** What every store of alerts has to do. Each test has rules of its own. */
export function alertStoreContract(name: string, store: () => AlertStore): void {
  describe(`alert store: ${name}`, () => {
    const save = async (id: string, change: Partial<KeptAlertRule> = {}): Promise<KeptAlertRule> => {
      await store().saveRule(rule(id, change), 'ann', 100);
      return rule(id, change);
    };
    const alertsOf = async (ruleId: string, open: boolean | null = null): Promise<Alert[]> =>
      (await store().alerts({ open, first: 100 })).filter((alert) => alert.rule.id === ruleId);

    it('has rules from the beginning', async () => {
      const found = (await store().rules()).map(({ metric, comparison, threshold, enabled }) => [metric, comparison, threshold, enabled]);
      expect(found).toEqual(
        expect.arrayContaining([['CONVERSION_RATE', 'DROPPED_BY', 0.015, true], ['REPURCHASE_RATE', 'BELOW', 0.35, true], ['ROI', 'BELOW', 1.2, true]]),
      );
    }); // prettier-ignore

    it('keeps rules, and no more of them than there may be, though the last one may change', async () => {
      await save('kept');
      await save('kept', { threshold: 2, updatedAt: AT + 1 });
      expect((await store().rules()).filter(({ id }) => id === 'kept')).toEqual([rule('kept', { threshold: 2, updatedAt: AT + 1 })]);
      const most = (await store().rules()).length;
      await expect(store().saveRule(rule('too-many'), 'ann', most)).rejects.toThrow(`there are ${most} alert rules already`);
      await store().saveRule(rule('kept'), 'ann', most);
    });

    it('opens one alert for a rule, however many find it to hold, and another one after that is closed', async () => {
      const one = await save('raced');
      const opened = await Promise.all(Array.from({ length: 8 }, () => store().open(draft(one), null)));
      expect(opened.filter(Boolean)).toHaveLength(1);
      const [alert] = await alertsOf('raced', true);
      expect(alert).toEqual({ ...draft(one), id: alert.id, ...AS_OPENED });
      await store().setLooksBack(alert.id, 1);
      expect((await alertsOf('raced', true))[0].looksBack).toBe(1);
      expect([await store().close(alert.id, AT + 5, null), await store().close(alert.id, AT + 6, null)]).toEqual([true, false]);
      expect([await alertsOf('raced', true), (await alertsOf('raced', false))[0].closedAt]).toEqual([[], AT + 5]);
      expect(await store().open(draft(one), null)).toBe(true);
      expect(await alertsOf('raced')).toHaveLength(2);
    });

    it('opens nothing for a rule that is gone, off, or another one by now', async () => {
      const [changed, off] = [await save('changed'), await save('off', { enabled: false })];
      await save('changed', { threshold: 7 });
      const opened = await Promise.all([changed, off, rule('never-saved')].map((one) => store().open(draft(one), null)));
      expect(opened).toEqual([false, false, false]);
    });

    it('keeps what is told of an alert with it, until it is settled', async () => {
      const one = await save('told');
      const [alert, late] = [draft(one), draft(one)];
      await store().open(alert, { id: 'call-1', body: { type: 'alert.opened', data: { value: 0.5 } } });
      await store().open(late, { id: 'call-2', body: {} }); // is not kept, since one is open
      await store().close(alert.id, AT, { id: 'call-3', body: { type: 'alert.closed' } });
      expect(await store().pendingCalls(10)).toEqual(['call-1', 'call-3']);
      expect(await store().pendingCall('call-1')).toEqual({ id: 'call-1', body: { type: 'alert.opened', data: { value: 0.5 } } });
      await store().settleCall('call-1', { status: 'PENDING', attempts: 1, reason: 'no answer', at: AT });
      expect(await store().pendingCalls(1)).toEqual(['call-1']);
      await store().settleCall('call-1', { status: 'DELIVERED', attempts: 2, reason: null, at: AT });
      await store().settleCall('call-3', { status: 'FAILED', attempts: 16, reason: 'no answer', at: AT });
      expect([await store().pendingCalls(10), await store().pendingCall('call-3')]).toEqual([[], null]);
    });

    it('notes who acknowledged an alert, and keeps the last note', async () => {
      const one = draft(await save('noted'));
      await store().open(one, null);
      const first = await store().acknowledge(one.id, { actor: 'ann', note: 'the till is broken', at: AT + 1 });
      expect(first).toEqual({ ...one, ...AS_OPENED, note: 'the till is broken', acknowledgedBy: 'ann', acknowledgedAt: AT + 1 });
      const second = await store().acknowledge(one.id, { actor: 'bob', note: null, at: AT + 2 });
      expect(second).toMatchObject({ note: 'the till is broken', acknowledgedBy: 'bob', acknowledgedAt: AT + 2 });
      expect((await alertsOf('noted'))[0]).toEqual(second);
      expect(await store().acknowledge('ghost', { actor: 'ann', note: null, at: AT })).toBeNull();
    });

    it('lists the latest alerts first, as many as one wants', async () => {
      const [a, b] = [draft(await save('list-a'), { openedAt: AT + 1e9 }), draft(await save('list-b'), { openedAt: AT + 2e9 })];
      await store().open(b, null);
      await store().open(a, null);
      expect((await store().alerts({ open: true, first: 2 })).map(({ id }) => id)).toEqual([b.id, a.id]);
      expect((await store().alerts({ open: null, first: 1 })).map(({ id }) => id)).toEqual([b.id]);
    });

    it('forgets alerts that were closed long ago, never open ones', async () => {
      const [old, open] = [draft(await save('old'), { openedAt: 1 }), draft(await save('old-open'), { openedAt: 1 })];
      await store().open(old, { id: 'call-old', body: {} });
      await store().open(open, null);
      await store().close(old.id, 5, null);
      await store().purge(6);
      expect([await alertsOf('old'), (await alertsOf('old-open')).length, await store().pendingCall('call-old')]).toEqual([[], 1, null]);
    });
  });
}
