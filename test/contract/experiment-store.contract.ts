import { ramped, rampStep, started, stopped } from '../../src/core/requests/experiments/transitions.js';
import { type ExperimentStore } from '../../src/ports/experiment-store.js';
import { type AuditEntry } from '../../src/ports/settings-store.js';
import { anExperiment } from '../core/requests/experiments/an-experiment.js';

const HOUR = 3_600_000;

export interface ExperimentStoreUnderTest {
  store: ExperimentStore;
  /** All entries, oldest first. */
  audit: () => Promise<AuditEntry[]>;
  /** Make another version of home's settings active. */
  activate: () => Promise<void>;
}

/** What every store of experiments has to do. `made` is on empty data for each test. */
export function experimentStoreContract(name: string, made: () => ExperimentStoreUnderTest): void {
  describe(`experiment store: ${name}`, () => {
    const act = (action: string, at = 2_000) => ({ action, actor: 'ann', at });
    const start = (key: string) => made().store.change(key, act('startExperiment'), started);

    it('gives back what was created, newest first, and refuses a key twice', async () => {
      const { store } = made();
      const first = anExperiment({ key: 'first', forced: { 'u"1': 'wide' }, ramp: { steps: [0.1, 1], holdHours: 1, state: 'PENDING', nextAt: null, heldBecause: null } }); // prettier-ignore
      await store.create(first, 'ann');
      await store.create(anExperiment({ key: 'second', createdAt: 1_001 }), 'ann');
      expect(await store.get('first')).toEqual(first);
      expect([await store.get('third'), (await store.list(null)).map(({ key }) => key), await store.list('RUNNING')]).toEqual([null, ['second', 'first'], []]); // prettier-ignore
      await expect(store.create(first, 'ann')).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(start('third')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('writes every change into the audit with what was before, and a refused one nowhere', async () => {
      const { store, audit } = made();
      await store.create(anExperiment(), 'ann');
      await start('wide');
      await expect(start('wide')).rejects.toMatchObject({ code: 'CONFLICT' });
      await store.change('wide', act('stopExperiment', 3_000), (now, { at }) => stopped(now, 'STOPPED', 'done', at));
      expect((await audit()).map(({ action, subject, actor }) => [action, subject, actor])).toEqual([
        ['createExperiment', 'wide', 'ann'],
        ['startExperiment', 'wide', 'ann'],
        ['stopExperiment', 'wide', 'ann'],
      ]);
      expect((await audit()).at(-1)).toMatchObject({ before: { status: 'RUNNING' }, after: { status: 'STOPPED', stopReason: 'done' } });
    });

    it('gives a bucket of a layer to one of many that start at once, and gives it on when that is stopped', async () => {
      const { store } = made();
      const keys = ['a', 'b', 'c', 'd'];
      for (const key of keys) await store.create(anExperiment({ key, coverage: 0.4 }), 'ann');
      const settled = await Promise.allSettled(keys.map(start));
      const running = settled.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
      expect(running).toHaveLength(2);
      expect(new Set(running.flatMap(({ buckets }) => buckets)).size).toBe(800);
      const late = keys.find((key) => running.every((one) => one.key !== key))!;
      await store.change(running[0].key, act('stopExperiment'), (now, { at }) => stopped(now, 'STOPPED', 'done', at));
      expect((await start(late))?.buckets).toHaveLength(400);
    });

    it('takes a step of a ramp once, however many take it at once, and again nothing', async () => {
      const { store, audit } = made();
      const ramp = { steps: [0.1, 0.5, 1], holdHours: 1, state: 'PENDING' as const, nextAt: null, heldBecause: null };
      await store.create(anExperiment({ ramp }), 'ann');
      await store.change('wide', act('startExperiment', 0), started);
      const step = () => store.change('wide', act('rampExperiment', HOUR), (now, surroundings) => rampStep(now, null, surroundings));
      const taken = await Promise.all([step(), step(), step(), step()]);
      expect(taken.filter((one) => one !== null)).toHaveLength(1);
      expect([(await store.get('wide'))?.coverage, await step()]).toEqual([0.5, null]);
      expect((await audit()).filter(({ action }) => action === 'rampExperiment')).toHaveLength(1);
    });

    it('leaves all as it was when a change fails between reading and writing, so that it is made whole the next time', async () => {
      const { store } = made();
      await store.create(anExperiment({ coverage: 0.2 }), 'ann');
      const running = await start('wide');
      const dies = (): never => {
        throw new Error('the process ends here');
      };
      await expect(store.change('wide', act('rampExperiment'), dies)).rejects.toThrow('the process ends here');
      expect(await store.get('wide')).toEqual(running);
      const grown = await store.change('wide', act('rampExperiment'), (now, surroundings) => ramped(now, 0.4, surroundings));
      expect(grown?.buckets).toHaveLength(400);
    });

    it('opens one phase for one change of active settings, however many look at once', async () => {
      const { store, activate, audit } = made();
      await store.create(anExperiment(), 'ann');
      await store.create(anExperiment({ key: 'draft' }), 'ann');
      await start('wide');
      expect(await store.openPhases(3_000)).toEqual([]);
      await activate();
      const opened = await Promise.all([1, 2, 3, 4].map((i) => store.openPhases(3_000 + i)));
      expect(opened.flat()).toEqual(['wide']);
      expect((await store.get('wide'))?.phases.map(({ phase, config }) => [phase, config])).toEqual([[1, 'home@1'], [2, 'home@2']]); // prettier-ignore
      expect((await store.get('draft'))?.phases).toEqual([]);
      expect((await audit()).at(-1)).toMatchObject({ action: 'openExperimentPhase', actor: 'imago', subject: 'wide' });
    });
  });
}
