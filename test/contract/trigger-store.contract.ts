import { type Trigger } from '../../src/core/tags/triggers.js';
import { type FiringDraft, type TriggerStore } from '../../src/ports/trigger-store.js';

const HOUR = 3_600_000;
const AT = Date.UTC(2026, 10, 21, 12);
const rule = (id: string, change: Partial<Trigger> = {}): Trigger => ({
  id,
  name: id,
  on: { tag: 'likes' },
  comparison: 'ABOVE',
  threshold: 1,
  action: 'WEBHOOK',
  strategy: null,
  coolDownHours: 2,
  enabled: true,
  updatedAt: AT,
  ...change,
});
let drafts = 0;
const draft = (trigger: Trigger, userId: string, at: number): FiringDraft => ({
  id: `firing-${String(++drafts).padStart(6, '0')}`,
  trigger,
  userId,
  value: 2.5,
  at,
});

/** What every store of triggers has to do. Each test has rules of its own. */
export function triggerStoreContract(name: string, store: () => TriggerStore): void {
  describe(`trigger store: ${name}`, () => {
    const fire = async (...given: FiringDraft[]) => (await store().fire(given)).fired.map(({ id }) => id);

    it('keeps rules, the one changed last first, and tells which it removed', async () => {
      await store().save(rule('kept', { updatedAt: AT + 1 }), 'ann', 100);
      await store().save(rule('changed', { updatedAt: AT }), 'ann', 100);
      await store().save(rule('changed', { updatedAt: AT + 2, threshold: 7 }), 'bob', 100);
      expect((await store().list()).map(({ id, threshold }) => [id, threshold])).toEqual([['changed', 7], ['kept', 1]]); // prettier-ignore
      const why = { actor: 'ann', reason: 'over', at: AT + 3 };
      expect((await store().remove('changed', why))?.threshold).toBe(7);
      expect([await store().remove('changed', why), (await store().list()).map(({ id }) => id)]).toEqual([null, ['kept']]);
    });

    it('refuses more rules than there may be, and lets the last one change', async () => {
      const most = (await store().list()).length + 1;
      await store().save(rule('last'), 'ann', most);
      await store().save(rule('last', { threshold: 2 }), 'ann', most);
      await expect(store().save(rule('too-many'), 'ann', most)).rejects.toThrow(`there are ${most} triggers already`);
    });

    it('fires once for a user and a rule until the cool-down is over to the millisecond', async () => {
      const [one, two] = [rule('cool'), rule('other')];
      for (const trigger of [one, two]) await store().save(trigger, 'ann', 100);
      const first = draft(one, 'u', AT);
      expect(await fire(first)).toEqual([first.id]);
      const [early, other, elsewhere] = [draft(one, 'u', AT + 2 * HOUR - 1), draft(two, 'u', AT), draft(one, 'v', AT)];
      const { fired, standings } = await store().fire([early, other, elsewhere]);
      expect(fired.map(({ id }) => id)).toEqual([other.id, elsewhere.id]);
      expect(standings.filter(({ userId }) => userId === 'u').map(({ triggerId, until }) => [triggerId, until]).sort()).toEqual([['cool', AT + 2 * HOUR], ['other', AT + 2 * HOUR]]); // prettier-ignore
      const late = draft(one, 'u', AT + 2 * HOUR);
      expect(await fire(late)).toEqual([late.id]);
    });

    it('fires once where many find the same at the same time', async () => {
      const trigger = rule('raced');
      await store().save(trigger, 'ann', 100);
      const all = await Promise.all(Array.from({ length: 12 }, () => fire(draft(trigger, 'racer', AT), draft(trigger, 'second', AT))));
      expect(all.flat()).toHaveLength(2);
    });

    it('fires nothing for a rule that is gone', async () => {
      expect(await fire(draft(rule('never-saved'), 'u', AT))).toEqual([]);
    });

    it('rests by the cool-down that a rule has now, and no longer than the rule is there', async () => {
      const trigger = rule('changing');
      await store().save(trigger, 'ann', 100);
      await fire(draft(trigger, 'w', AT));
      await store().save({ ...trigger, coolDownHours: 5 }, 'ann', 100);
      expect((await store().standingsOf('w', AT)).map(({ until }) => until)).toEqual([AT + 5 * HOUR]);
      expect(await store().standingsOf('w', AT + 5 * HOUR)).toEqual([]);
      await store().remove('changing', { actor: 'ann', reason: 'over', at: AT });
      expect(await store().standingsOf('w', AT)).toEqual([]);
    });

    it('fires once for a metric that crosses its bound, until it is back, and rests between crossings', async () => {
      const on = { metric: 'ROI', surface: null, segment: null, windowHours: 24, baseline: 'PREVIOUS', minSample: 1000 } as const;
      const trigger = rule('kpi', { on, action: 'STRATEGY', strategy: { surface: 'home', configVersion: 2 } });
      await store().save(trigger, 'ann', 100);
      const ofShop = (at: number): FiringDraft => ({ ...draft(trigger, '', at), userId: null });
      const baseline = { mean: 1.5, standardError: 0.1 };
      const found = await Promise.all(Array.from({ length: 6 }, () => store().cross(ofShop(AT), baseline)));
      expect(found.filter((firing) => firing !== null)).toMatchObject([{ status: 'PENDING', userId: null }]);
      expect(await store().crossings()).toEqual([{ triggerId: 'kpi', baseline, looksBack: 0 }]);
      expect((await store().firings(1, null))[0]).toMatchObject({ userId: null, status: 'PENDING', settledAt: null });
      await store().setCrossingBack('kpi', 1);
      expect((await store().crossings())[0].looksBack).toBe(1);
      expect(await store().cross(ofShop(AT + 3 * HOUR), baseline)).toBeNull(); // it holds still
      await store().endCrossing('kpi');
      expect(await store().cross(ofShop(AT + HOUR), baseline)).toBeNull(); // it rests
      expect(await store().cross(ofShop(AT + 2 * HOUR), null)).not.toBeNull();
      await store().save({ ...trigger, updatedAt: AT + 1 }, 'ann', 100);
      expect(await store().crossings()).toEqual([]); // another rule, which is judged anew
      expect(await store().cross(ofShop(AT + 9 * HOUR), null)).toBeNull(); // of the rule that it was
      await store().remove('kpi', { actor: 'ann', reason: 'over', at: AT });
    });

    it('keeps what came of each firing, and settles it once', async () => {
      const [calls, switches] = [rule('calls'), rule('switches', { action: 'STRATEGY', strategy: { surface: 'home', configVersion: 1 } })];
      for (const trigger of [calls, switches]) await store().save(trigger, 'ann', 100);
      const [a, b, c] = [draft(calls, 'x', AT), draft(calls, 'y', AT + 1), draft(switches, 'x', AT + 2)];
      await fire(a, b, c);
      expect((await store().pending(100)).filter((id) => [a.id, b.id, c.id].includes(id))).toEqual([a.id, b.id]);
      expect(await store().firing(c.id)).toMatchObject({ ...c, status: 'APPLIED', settledAt: AT + 2 });
      await store().settle(a.id, { status: 'PENDING', attempts: 1, reason: 'no answer', at: AT + 5 });
      expect(await store().firing(a.id)).toMatchObject({ status: 'PENDING', attempts: 1, reason: 'no answer', settledAt: null });
      await store().settle(a.id, { status: 'DELIVERED', attempts: 2, reason: null, at: AT + 9 });
      await store().settle(a.id, { status: 'FAILED', attempts: 3, reason: 'late', at: AT + 10 });
      expect(await store().firing(a.id)).toEqual({ ...a, status: 'DELIVERED', attempts: 2, reason: null, settledAt: AT + 9 });
      expect((await store().firings(2, null)).map(({ id }) => id)).toEqual([c.id, b.id]);
      expect((await store().firings(1, b.id)).map(({ id }) => id)).toEqual([a.id]);
      expect(await store().firing('unknown')).toBeNull();
    });

    it('drops old firings, and what rests no more', async () => {
      const trigger = rule('old');
      await store().save(trigger, 'ann', 100);
      const [old, young] = [draft(trigger, 'o', AT), draft(trigger, 'p', AT + HOUR)];
      await fire(old, young);
      await store().purge({ firingsBefore: AT + 1, now: AT + 2 * HOUR });
      expect([await store().firing(old.id), (await store().firing(young.id))?.id]).toEqual([null, young.id]);
      expect([await store().standingsOf('o', 0), (await store().standingsOf('p', 0)).length]).toEqual([[], 1]);
    });
  });
}
