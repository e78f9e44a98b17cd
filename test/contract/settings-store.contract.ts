import { type RankingSettings } from '../../src/core/settings.js';
import { type Notices } from '../../src/ports/notices.js';
import { type SettingsStore } from '../../src/ports/settings-store.js';
import { eventually } from '../support/eventually.js';

export interface SettingsStoreUnderTest {
  /** Opens a store on the same, empty data, as another process would. */
  open: () => SettingsStore;
  notices: Notices;
  close: () => Promise<void>;
}

const settings = (strength: number): RankingSettings => ({
  objectives: [{ name: 'click', value: 1 }],
  rules: [],
  sources: [{ source: 'TRENDING', limit: 50 }],
  diversity: {
    algorithm: 'MMR',
    strength,
    adaptive: true,
    targetCocoonIndex: 0.5,
    relevanceBudget: 0.1,
    window: 10,
    maxPerCategory: 3,
    maxPerBrand: 3,
    maxPerCreator: 2,
  },
  mix: { newItemShare: 0.1, newItemDays: 7, smallCreatorShare: 0.1, smallCreatorBelow: 0.01, commercialShareMax: 0.3 },
  fatigue: { maxImpressionsPerDay: 3, halfLifeHours: 12.5, countsAt: 'IMPRESSION' },
  exploration: { method: 'EPSILON', share: 0.05 },
});

/** What every settings store has to do. `make` gives one that is empty and reads the time from `clock`. */
export function settingsStoreContract(name: string, make: (clock: () => number) => Promise<SettingsStoreUnderTest>): void {
  describe(`settings store: ${name}`, () => {
    let now = 1_000;
    let made: SettingsStoreUnderTest;
    let store: SettingsStore;
    beforeEach(async () => {
      now = 1_000;
      made = await make(() => now);
      store = made.open();
    });
    afterEach(() => made.close());

    const draft = (baseVersion: number | null, strength = 0.5, surface = 'home') =>
      store.createDraft({ surface, baseVersion, settings: settings(strength), author: 'ada' });
    const activate = (version: number, surface = 'home') => store.activate(surface, version, 'bob', `because of ${version}`);
    const statuses = async () => (await store.list('home', 10)).map(({ version, status }) => `${version} ${status}`);

    it('has no versions, nothing active and no audit before the first draft', async () => {
      expect([await store.list('home', 10), await store.active(), await store.audit(10, null), await store.get('home', 1)]).toEqual([
        [],
        [],
        [],
        null,
      ]);
    });

    it('numbers drafts per surface from 1 and lists the newest first', async () => {
      await draft(null);
      await draft(null, 0.25);
      await draft(null, 0.5, 'search');
      expect(await statuses()).toEqual(['2 DRAFT', '1 DRAFT']);
      expect(await store.list('home', 1)).toEqual([await store.get('home', 2)]);
      expect(await made.open().get('home', 2)).toEqual({
        surface: 'home',
        version: 2,
        baseVersion: null,
        status: 'DRAFT',
        settings: settings(0.25),
        author: 'ada',
        reason: null,
        createdAt: 1_000,
        activatedAt: null,
      });
      expect((await store.list('search', 10)).map(({ version }) => version)).toEqual([1]);
    });

    it('numbers drafts that are made at the same time one after the other', async () => {
      const made10 = await Promise.all(Array.from({ length: 10 }, () => draft(null)));
      expect(made10.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('activates a draft made from the active version and retires that one', async () => {
      await draft(null);
      await activate(1);
      await draft(1, 0.75);
      now = 2_000;
      expect(await activate(2)).toMatchObject({
        version: 2,
        status: 'ACTIVE',
        reason: 'because of 2',
        createdAt: 1_000,
        activatedAt: 2_000,
        settings: settings(0.75),
      });
      expect(await statuses()).toEqual(['2 ACTIVE', '1 RETIRED']);
      await draft(null, 0.5, 'search');
      await activate(1, 'search');
      expect((await made.open().active()).map(({ surface, version }) => `${surface} ${version}`)).toEqual(['home 2', 'search 1']);
    });

    it('refuses a draft made from another version than the active one and names both', async () => {
      await draft(null);
      await draft(null);
      await activate(1);
      await expect(activate(2)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringMatching(/version 2 of "home" was made from no version, but version 1 is active/) as string,
      });
      await draft(2);
      await expect(activate(3)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringMatching(/made from version 2, but version 1 is active/) as string,
      });
      expect(await statuses()).toEqual(['3 DRAFT', '2 DRAFT', '1 ACTIVE']);
    });

    it('refuses what is no draft', async () => {
      await draft(null);
      await activate(1);
      await expect(activate(1)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('ACTIVE') as string });
      await expect(activate(7)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('no version 7') as string });
      await expect(activate(1, 'nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('lets exactly one of several activations from one base win', async () => {
      await draft(null);
      await activate(1);
      const rivals = await Promise.all(Array.from({ length: 6 }, () => draft(1)));
      const results = await Promise.allSettled(rivals.map(({ version }) => made.open().activate('home', version, 'bob', 'now')));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'CONFLICT' });
      expect((await statuses()).filter((text) => text.endsWith('ACTIVE'))).toHaveLength(1);
    });

    it('rolls back to the version active before as often as there is one', async () => {
      for (const base of [null, 1, 2]) await activate((await draft(base)).version);
      expect(await store.rollback('home', 'bob', 'too much')).toMatchObject({ version: 2, status: 'ACTIVE', reason: 'too much' });
      expect(await statuses()).toEqual(['3 RETIRED', '2 ACTIVE', '1 RETIRED']);
      await draft(3);
      await expect(activate(4)).rejects.toMatchObject({ code: 'CONFLICT' });
      await activate((await draft(2)).version);
      expect((await store.rollback('home', 'bob', 'again')).version).toBe(2);
      expect((await store.rollback('home', 'bob', 'further')).version).toBe(1);
      await expect(store.rollback('home', 'bob', 'too far')).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('version 1') as string,
      });
      await expect(store.rollback('nowhere', 'bob', 'none')).rejects.toMatchObject({ code: 'CONFLICT' });
      expect((await store.active()).map(({ version }) => version)).toEqual([1]);
    });

    it('writes down every change, newest first, and nothing of what was refused', async () => {
      await draft(null);
      await draft(null);
      now = 2_000;
      await activate(1);
      await activate(2).catch(() => undefined);
      await activate((await draft(1)).version);
      await store.rollback('home', 'cleo', 'back');
      const entries = await store.audit(10, null);
      expect(entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`)).toEqual([
        'cleo rollbackRankingConfig home@1',
        'bob activateRankingConfig home@3',
        'ada createRankingConfig home@3',
        'bob activateRankingConfig home@1',
        'ada createRankingConfig home@2',
        'ada createRankingConfig home@1',
      ]);
      expect(entries[0]).toMatchObject({ at: 2_000, before: { activeVersion: 3 }, after: { activeVersion: 1, reason: 'back' } });
      expect(entries[5]).toMatchObject({ at: 1_000, before: null, after: { version: 1, baseVersion: null, settings: settings(0.5) } });
      const firstTwo = await store.audit(2, null);
      expect([...firstTwo, ...(await store.audit(10, firstTwo[1].id))]).toEqual(entries);
      await expect(store.audit(1, 'x1')).rejects.toMatchObject({ code: 'INVALID_INPUT', faults: [{ path: 'after' }] });
    });

    it('announces every change and nothing else', async () => {
      let heard = 0;
      made.notices.subscribe('settings', () => heard++);
      await draft(null);
      await eventually(() => expect(heard).toBe(1));
      await activate(1);
      await eventually(() => expect(heard).toBe(2));
      await activate(1).catch(() => undefined);
      await store.list('home', 1);
      await draft(1);
      await eventually(() => expect(heard).toBe(3));
    });
  });
}
