import { type ModelManifest } from '../../src/core/scoring/intent-model.js';
import { type ModelCheck } from '../../src/core/scoring/model-record.js';
import { type ModelStore, type NewModel } from '../../src/ports/model-store.js';
import { type Notices } from '../../src/ports/notices.js';
import { type AuditEntry } from '../../src/ports/settings-store.js';
import { eventually } from '../support/eventually.js';

export interface ModelStoreUnderTest {
  /** Opens a store on the same, empty data, as another process would. */
  open: () => ModelStore;
  notices: Notices;
  /** Newest first. */
  audit: () => Promise<AuditEntry[]>;
  close: () => Promise<void>;
}

const manifestOf = (version: string): ModelManifest => ({
  name: 'intent',
  version,
  kind: 'dense',
  heads: ['click'],
  featureNames: ['item.trend_log@1'],
  tagNames: [],
  vocabularies: {},
  calibration: 'none',
  training: { data: 'a "quoted" word, \\ and é' },
  metrics: { ndcg10: 0.1 + 0.2 },
  quantiles: {},
  missing: {},
  monotone: {},
  golden: { dense: [[1e-7], [123456.789]], scores: [[0.25], [0.5]] },
});

const modelOf = (version: string, over: Partial<NewModel> = {}): NewModel => ({
  name: 'intent',
  version,
  sha256: 'ab'.repeat(32),
  uploadedBy: 'ada',
  manifest: manifestOf(version),
  file: Uint8Array.of(0, 1, 2, 255),
  ...over,
});

const passed: ModelCheck = { name: 'PARSE', passed: true, advisory: false, detail: 'a model of 3 nodes', value: 3, limit: 10 };

/** What every store of models has to do. `make` gives one that is empty and reads the time from `clock`. */
export function modelStoreContract(name: string, make: (clock: () => number) => Promise<ModelStoreUnderTest>): void {
  describe(`model store: ${name}`, () => {
    let now = 1_000;
    let made: ModelStoreUnderTest;
    let store: ModelStore;
    beforeEach(async () => {
      now = 1_000;
      made = await make(() => now);
      store = made.open();
    });
    afterEach(() => made.close());

    const ready = async (...versions: string[]) => {
      for (const version of versions) {
        await store.create(modelOf(version));
        await store.judge('intent', version, [passed], 'READY');
      }
    };
    const assign = (version: string | null, { role = 'CHAMPION' as const, surface = null as string | null } = {}) =>
      store.assign({ name: 'intent', role, version, surface, actor: 'bob', reason: 'better' });

    it('has nothing of a model that nobody uploaded', async () => {
      expect(await store.get('intent', '1')).toBeNull();
      expect(await store.file('intent', '1')).toBeNull();
      expect([await store.list(), await store.waiting(), await store.roleHistory('intent')]).toEqual([[], [], []]);
    });

    it('gives back what was uploaded, bytes and manifest, to other processes too', async () => {
      expect(await store.create(modelOf('1'))).toBe('created');
      expect(await made.open().get('intent', '1')).toEqual({
        name: 'intent',
        version: '1',
        status: 'VALIDATING',
        sha256: 'ab'.repeat(32),
        sizeBytes: 4,
        uploadedBy: 'ada',
        uploadedAt: 1_000,
        manifest: manifestOf('1'),
        checks: [],
      });
      expect(await made.open().file('intent', '1')).toEqual(Uint8Array.of(0, 1, 2, 255));
      expect(await store.waiting()).toEqual([{ name: 'intent', version: '1' }]);
    });

    it('gives back a file of several megabytes and one of none', async () => {
      const large = Uint8Array.from({ length: 2_500_000 }, (_, i) => (i * 31) % 251);
      await store.create(modelOf('large', { file: large }));
      await store.create(modelOf('empty', { file: new Uint8Array(0) }));
      expect(Buffer.compare((await store.file('intent', 'large'))!, large)).toBe(0);
      expect(await store.file('intent', 'empty')).toHaveLength(0);
    });

    it('takes the same upload twice and keeps the first', async () => {
      await store.create(modelOf('1'));
      now = 2_000;
      expect(await store.create(modelOf('1', { uploadedBy: 'eve' }))).toBe('same');
      expect(await store.get('intent', '1')).toMatchObject({ uploadedBy: 'ada', uploadedAt: 1_000 });
      expect(await made.audit()).toHaveLength(1);
    });

    it.each<[string, Partial<NewModel>]>([
      ['other bytes', { sha256: 'cd'.repeat(32), file: Uint8Array.of(9) }],
      ['another manifest', { manifest: { ...manifestOf('1'), calibration: 'sampled' } }],
    ])('refuses a version that is there with %s, whatever became of it', async (_, over) => {
      await store.create(modelOf('1'));
      await store.judge('intent', '1', [], 'REJECTED');
      await expect(store.create(modelOf('1', over))).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await store.file('intent', '1')).toEqual(Uint8Array.of(0, 1, 2, 255));
    });

    it('lets one of several uploads of one version win', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) => made.open().create(modelOf('1', { sha256: `${i}`.repeat(64), file: Uint8Array.of(i) }))),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await store.list()).toHaveLength(1);
    });

    it('keeps checks as they come in, and no longer waits for what is judged', async () => {
      await store.create(modelOf('1'));
      now = 2_000;
      await store.create(modelOf('2'));
      await store.judge('intent', '1', [passed], 'VALIDATING');
      expect(await store.get('intent', '1')).toMatchObject({ status: 'VALIDATING', checks: [passed] });
      const failed: ModelCheck = { name: 'GOLDEN', passed: false, advisory: false, detail: 'other answers' };
      await store.judge('intent', '1', [passed, failed], 'REJECTED');
      expect(await store.get('intent', '1')).toMatchObject({ status: 'REJECTED', checks: [passed, failed] });
      expect(await store.waiting()).toEqual([{ name: 'intent', version: '2' }]);
      expect((await store.list()).map(({ version, status }) => `${version} ${status}`)).toEqual(['2 VALIDATING', '1 REJECTED']);
    });

    it('judges a version once', async () => {
      await ready('1');
      await expect(store.judge('intent', '1', [], 'REJECTED')).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await store.get('intent', '1')).toMatchObject({ status: 'READY' });
    });

    it('gives roles to READY versions only', async () => {
      await store.create(modelOf('1'));
      await expect(assign('1')).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('VALIDATING') as string });
      await expect(assign('2')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await store.roleHistory('intent')).toEqual([]);
    });

    it('appends to the history of roles, oldest first', async () => {
      await ready('1', '2');
      await assign('1');
      now = 3_000;
      await assign('2', { surface: 'search' });
      await assign(null);
      const by = { role: 'CHAMPION', actor: 'bob', reason: 'better' };
      expect(await made.open().roleHistory('intent')).toEqual([
        { ...by, at: 1_000, surface: null, version: '1' },
        { ...by, at: 3_000, surface: 'search', version: '2' },
        { ...by, at: 3_000, surface: null, version: null },
      ]);
      expect(await store.roleHistory('other')).toEqual([]);
    });

    it('passes the roles of a quarantined version on to those before it that may serve', async () => {
      await ready('1', '2', '3');
      for (const version of ['1', '2', '3']) await assign(version);
      await assign('3', { surface: 'search' });
      await store.quarantine('intent', '2', 'scored nonsense');
      expect(await store.roleHistory('intent')).toHaveLength(4);
      await store.quarantine('intent', '3', 'scored nonsense too');
      const after = (await store.roleHistory('intent')).slice(4);
      expect(after.map(({ surface, version, actor }) => [surface, version, actor])).toEqual([
        [null, '1', 'imago'],
        ['search', null, 'imago'],
      ]);
      expect(after[0].reason).toContain('scored nonsense too');
      expect(await store.get('intent', '3')).toMatchObject({ status: 'QUARANTINED' });
      await expect(assign('3')).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(store.quarantine('intent', '3', 'again')).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('writes down uploads, roles and quarantines, and nothing of what was refused', async () => {
      await ready('1');
      await assign('1');
      await assign('7').catch(() => undefined);
      await store.quarantine('intent', '1', 'slow');
      const entries = await made.audit();
      expect(entries.map(({ actor, action, subject }) => `${actor} ${action} ${subject}`)).toEqual([
        'imago quarantineModel intent@1',
        'bob assignModelRole intent@1',
        'ada uploadModel intent@1',
      ]);
      expect(entries[1]).toMatchObject({
        before: { version: null },
        after: { role: 'CHAMPION', surface: null, version: '1', reason: 'better' },
      });
    });

    it('announces every change and nothing else', async () => {
      let heard = 0;
      made.notices.subscribe('models', () => heard++);
      await store.create(modelOf('1'));
      await eventually(() => expect(heard).toBe(1));
      await store.judge('intent', '1', [passed], 'READY');
      await eventually(() => expect(heard).toBe(2));
      await assign('9').catch(() => undefined);
      await store.list();
      await assign('1');
      await eventually(() => expect(heard).toBe(3));
    });
  });
}
