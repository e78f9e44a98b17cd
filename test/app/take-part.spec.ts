import { createArms } from '../../src/app/experiments/arms.js';
import { interleave } from '../../src/core/requests/experiments/interleave.js';
import { createCursors } from '../../src/app/cursors.js';
import { type PlacedItem } from '../../src/core/exposures/exposure.js';
import { type BuiltPage, type RankPolicy } from '../../src/core/page.js';
import { seededRandom } from '../../src/core/random.js';
import { assign, assignmentTable } from '../../src/core/requests/experiments/assignment.js';
import { assignable, type Variant } from '../../src/core/requests/experiments/experiment.js';
import { started } from '../../src/core/requests/experiments/transitions.js';
import { type RankingConfig } from '../../src/core/settings.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';
import { anExperiment } from '../core/requests/experiments/an-experiment.js';
import { keptLog } from '../support/kept-log.js';

const config = (version: number, strength: number): RankingConfig => ({
  surface: 'home', version, baseVersion: null, status: 'ACTIVE', author: 'ann', reason: null, createdAt: 1, activatedAt: 1,
  settings: { ...DEFAULT_SETTINGS, diversity: { ...DEFAULT_SETTINGS.diversity, strength } },
}); // prettier-ignore
const variant = (key: string, change: Partial<Variant> = {}): Variant => ({
  key,
  weight: 0.5,
  patch: null,
  configVersion: null,
  modelVersion: null,
  ...change,
});
const feed = { kind: 'feed' as const, policy: null };

describe('arms', () => {
  const base = config(1, 0.2);
  const arms = createArms({ settings: { version: (_, version) => Promise.resolve(config(version, 0.9)) }, log: keptLog() });
  const testing = (...treatments: Partial<Variant>[]) =>
    anExperiment({ variants: [variant('control'), ...treatments.map((change, i) => variant(`t${i}`, change))] });

  it('leave the settings the very same object where they change nothing, and merge a patch once', async () => {
    expect(await arms.applied('home', base, [{ ...variant('a'), experiment: 'x' }])).toBe(base);
    const patched = [{ ...variant('b', { patch: { diversity: { strength: 0.5 } } }), experiment: 'x' }];
    const once = await arms.applied('home', base, patched);
    expect([once.version, once.settings.diversity.strength]).toEqual([1, 0.5]);
    expect(await arms.applied('home', config(1, 0.2), patched)).toBe(once);
    expect((await arms.applied('home', base, [{ ...variant('c', { configVersion: 7 }), experiment: 'x' }])).version).toBe(7);
  });

  it('tell of a page that another arm could have made otherwise', async () => {
    const same = testing({ patch: { diversity: { strength: 0.2 } } });
    const other = testing({}, { patch: { diversity: { strength: 0.3 } } });
    const model = testing({ modelVersion: 'm' });
    const triggered = (experiment: typeof same, key: string) =>
      arms.isTriggered({ ...experiment, key: JSON.stringify(experiment.variants) }, key, base, feed);
    expect([await triggered(same, 'control'), await triggered(same, 't0')]).toEqual([false, false]);
    // The first treatment is as the control is; the control is what the second is compared with.
    expect([await triggered(other, 'control'), await triggered(other, 't0'), await triggered(other, 't1')]).toEqual([true, false, true]);
    expect([await triggered(model, 'control'), await triggered(model, 't0')]).toEqual([true, true]);
  });

  it('make no difference to a page that does not obey what they change', async () => {
    const policy: RankPolicy = { suppressBought: false, fatigue: false, caps: false, diversity: false, exploration: false };
    const one = testing({ patch: { diversity: { strength: 0.3 } } });
    const rank = (change: Partial<RankPolicy>) => arms.isTriggered(one, 't0', base, { kind: 'rank', policy: { ...policy, ...change } });
    expect([await rank({}), await rank({ fatigue: true }), await rank({ diversity: true }), await rank({ caps: true })]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('an interleaved page', () => {
  const placed = (itemNo: number, place: number): PlacedItem => ({
    itemNo, itemId: `i${itemNo}`, position: 5 + place, score: 1, rankBefore: 1, sources: [], exploration: false, promoted: false, repeat: false, propensity: 0.5,
    contributions: [], reasons: [], productIds: [],
  }); // prettier-ignore
  const page = (nos: number[]): BuiltPage => ({
    placed: nos.map(placed), features: Float32Array.from(nos.flatMap((no) => [no, -no])), featureNames: ['a', 'b'], scorer: 'RULES', modelVersion: null,
    modelFaults: [], intents: null, degraded: [], relaxed: [], widening: null, poolSize: 9, hasNextPage: false, removed: [], trace: [],
    ranked: { itemNos: new Uint32Array(), scores: new Float64Array() },
    scoresBy: () => Promise.resolve(new Float64Array()),
    pool: () => { throw new Error('nobody asks'); },
  }); // prettier-ignore

  it('takes turns, keeps each item’s own features, counts positions on and claims no propensity', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { built, teams } = interleave(page([1, 2, 3]), page([2, 4, 1]), { seed, pageNo: 0, positions: 3 });
      const nos = built.placed.map(({ itemNo }) => itemNo);
      expect(new Set(nos).size).toBe(3);
      expect(
        Math.abs(
          teams
            .slice(0, 2)
            .split('')
            .filter((team) => team === '0').length - 1,
        ),
      ).toBe(0);
      expect(nos.every((no, i) => (teams[i] === '0' ? [1, 2, 3] : [2, 4, 1]).includes(no))).toBe(true);
      expect(built.placed.map(({ position, propensity }) => [position, propensity])).toEqual([[5, null], [6, null], [7, null]]); // prettier-ignore
      expect([...built.features]).toEqual(nos.flatMap((no) => [no, -no]));
    }
  });
});

describe('cursors of pages that take part', () => {
  const plain = { modelVersion: null, feedId: '019', pageNo: 2, placed: 20, configVersion: 3, seed: 7, issuedAt: 1_000, inputHash: 'abc' };
  const cursors = createCursors(Buffer.alloc(32, 1));
  const assignments = [{ experiment: 'wide', variant: 'b', phase: 2, forced: false, triggered: true }];

  it('bring the arms back, and say nothing of experiments where there are none', () => {
    expect(cursors.decode(cursors.encode({ ...plain, assignments }), 'abc')).toEqual({ ...plain, assignments });
    expect(cursors.encode({ ...plain, assignments: [] })).toBe(cursors.encode(plain));
    expect(cursors.decode(cursors.encode(plain), 'abc')).toEqual(plain);
  });
});

describe('who keeps an arm', () => {
  const one = started(anExperiment({ key: 'one', coverage: 0.5 }), { running: [], config: 'home@1', at: 1 });
  const two = started(anExperiment({ key: 'two', coverage: 0.5 }), { running: [one], config: 'home@1', at: 2 });
  const table = assignmentTable([one, two].map(assignable));
  const random = seededRandom(3);

  it('is in that one and in no other of its layer, however his own id would fall', () => {
    for (let i = 0; i < 200; i++) {
      const [key, arm] = [random() < 0.5 ? 'one' : 'two', random() < 0.5 ? 'control' : 'wide'];
      const found = assign(table, { id: `u${i}`, isInSegment: () => true, kept: { [`${key}__1`]: arm } });
      expect(found.map(({ experiment, variant: got }) => [experiment, got])).toEqual([[key, arm]]);
    }
  });
});
