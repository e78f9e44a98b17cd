import fc from 'fast-check';
import { assign, assignmentTable, type Unit } from '../../../../src/core/requests/experiments/assignment.js';
import { armFaults, coverageFaults, experimentFaults, rampFaults } from '../../../../src/core/requests/experiments/check-experiment.js';
import { type AssignableExperiment } from '../../../../src/core/requests/experiments/experiment.js';
import { placeOf } from '../../../../src/core/requests/experiments/hash.js';
import { bucketOf, BUCKETS, takeBuckets } from '../../../../src/core/requests/experiments/layers.js';
import { rememberedArm } from '../../../../src/core/requests/experiments/sticky.js';

const unit = (id: string, ...segments: string[]): Unit => ({ id, isInSegment: (segment) => segments.includes(segment) });
const users = (count: number) => Array.from({ length: count }, (_, i) => `user-${i}`);

function bucketsOf(key: string, coverage: number, taken: ReadonlySet<number> = new Set(), owned: readonly number[] = []): number[] {
  const answer = takeBuckets(key, coverage, owned, taken);
  if ('fault' in answer) throw new Error(answer.fault.message);
  return answer.buckets;
}

function experiment(key: string, over: Partial<AssignableExperiment> = {}): AssignableExperiment {
  const coverage = over.coverage ?? 1;
  return {
    key, kind: 'AB', layer: 'ranking', coverage, buckets: bucketsOf(key, coverage), segments: [], forced: new Map(), excluded: new Set(), phase: 1,
    arms: [{ key: 'control', weight: 0.5 }, { key: 'wide', weight: 0.5 }],
    ...over,
  }; // prettier-ignore
}

const variantOf = (experiments: AssignableExperiment[], id: string, key: string) =>
  assign(assignmentTable(experiments), unit(id)).find((one) => one.experiment === key)?.variant;

describe('assigning', () => {
  it('gives a user the same arm every time, and the arms their shares', () => {
    const table = assignmentTable([experiment('wide-feed', { arms: [{ key: 'control', weight: 0.8 }, { key: 'wide', weight: 0.2 }] })]); // prettier-ignore
    const first = users(20_000).map((id) => assign(table, unit(id))[0].variant);
    expect(users(20_000).map((id) => assign(table, unit(id))[0].variant)).toEqual(first);
    // 20,000 * 0.2 = 4,000 with a standard deviation of 57: four of them either way.
    expect(Math.abs(first.filter((variant) => variant === 'wide').length - 4_000)).toBeLessThan(228);
  });

  it('spreads users over buckets evenly and independently of every other layer', () => {
    const counts = new Float64Array(BUCKETS);
    const both = [0, 0, 0, 0];
    for (const id of users(60_000)) {
      counts[bucketOf('ranking', id)]++;
      both[(placeOf('a', id)! < 0.5 ? 0 : 1) + (placeOf('b', id)! < 0.5 ? 0 : 2)]++;
    }
    // Chi-square with 999 degrees of freedom exceeds 1,143 with a chance of 0.001; with 1 degree, 10.83.
    expect(counts.reduce((sum, count) => sum + (count - 60) ** 2 / 60, 0)).toBeLessThan(1_143);
    const [n00, n10, n01, n11] = both;
    const phi = (n00 * n11 - n10 * n01) / Math.sqrt((n00 + n10) * (n01 + n11) * (n00 + n01) * (n10 + n11));
    expect(60_000 * phi ** 2).toBeLessThan(10.83);
  });

  it('puts a user in at most one experiment of a layer, and in experiments of other layers besides', () => {
    const one = experiment('one', { coverage: 0.3 });
    const taken = new Set(one.buckets);
    const two = experiment('two', { coverage: 0.7, buckets: bucketsOf('two', 0.7, taken) });
    const table = assignmentTable([one, two, experiment('prices', { layer: 'display' })]);
    const found = users(5_000).map((id) => assign(table, unit(id)).map((each) => each.experiment));
    expect(found.every((keys) => keys.length === 2 && keys[1] === 'prices')).toBe(true);
    // 5,000 * 0.3 = 1,500 with a standard deviation of 32.
    expect(Math.abs(found.filter(([key]) => key === 'one').length - 1_500)).toBeLessThan(130);
  });

  it('refuses a layer whose buckets are claimed twice', () => {
    expect(() => assignmentTable([experiment('one'), experiment('two')])).toThrow('of layer ranking belongs to one and to two');
  });

  it('moves nobody to another arm while coverage grows, whatever the path', () => {
    const ids = users(1_000);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 4 }), fc.boolean(), (steps, isHoldout) => {
        const kind = isHoldout ? 'HOLDOUT' : 'AB';
        let buckets: number[] = [];
        let before = new Map<string, string>();
        for (const step of [...steps].sort((a, b) => a - b)) {
          buckets = bucketsOf('ramp', step / 1_000, new Set(), buckets);
          const table = assignmentTable([experiment('ramp', { kind, coverage: step / 1_000, buckets })]);
          const now = new Map(ids.flatMap((id) => assign(table, unit(id)).map(({ variant }): [string, string] => [id, variant])));
          for (const [id, variant] of before) if (now.get(id) !== variant) return false;
          before = now;
        }
        return true;
      }),
      { seed: 11, numRuns: 30 },
    );
  });

  it('shows testers the arm that is forced on them, marked, and keeps out who is excluded', () => {
    const one = experiment('one', { coverage: 0, forced: new Map([['tester', 'wide'], ['lost', 'no-such']]) }); // prettier-ignore
    const two = experiment('two', { excluded: new Set(['staff']) });
    const table = assignmentTable([one, two]);
    expect(assign(table, unit('tester'))).toEqual([{ experiment: 'one', variant: 'wide', phase: 1, forced: true }]);
    expect(assign(table, unit('lost')).map((each) => [each.experiment, each.forced])).toEqual([['two', false]]);
    expect(assign(table, unit('staff'))).toEqual([]);
  });

  it('takes only users of its segments', () => {
    const table = assignmentTable([experiment('one', { segments: ['loyal', 'new'] })]);
    expect(assign(table, unit('a', 'new'))).toHaveLength(1);
    expect(assign(table, unit('a', 'other'))).toEqual([]);
  });

  it('keeps the control of a hold-out out of every other experiment', () => {
    const arms = [{ key: 'held', weight: 0.05 }, { key: 'rest', weight: 0.95 }]; // prettier-ignore
    const forced = new Map([['tester', 'wide']]);
    const table = assignmentTable([experiment('year', { kind: 'HOLDOUT', arms, buckets: [] }), experiment('one', { forced }), experiment('two', { layer: 'other' })]); // prettier-ignore
    const found = users(10_000).map((id) => assign(table, unit(id)).map(({ variant }) => variant));
    const held = found.filter(([variant]) => variant === 'held');
    // 10,000 * 0.05 = 500 with a standard deviation of 22.
    expect(Math.abs(held.length - 500)).toBeLessThan(88);
    expect(held.every((variants) => variants.length === 1)).toBe(true);
    expect(found.filter(([variant]) => variant === 'rest').every((variants) => variants.length === 3)).toBe(true);
  });

  it('draws nobody from a single arm', () => {
    expect(variantOf([experiment('one', { arms: [{ key: 'only', weight: 1 }] })], 'a', 'one')).toBeUndefined();
  });

  it('keeps out who saw a version that spoils the comparison', () => {
    const sticky = { key: 'one', arms: [{ key: 'a' }, { key: 'b' }], bucketVersion: 2, minBucketVersion: 2, isSticky: true };
    expect(rememberedArm({ one__1: 'a', one__2: 'b' }, sticky)).toBe('KEPT_OUT');
    expect(rememberedArm({ one__2: 'b' }, sticky)).toBe(1);
    expect(rememberedArm({ one__2: 'gone' }, sticky)).toBe('NONE');
  });
});

describe('buckets of a layer', () => {
  it('are taken from those that are free, and the fault says how much is left', () => {
    const first = bucketsOf('one', 0.6);
    const answer = takeBuckets('two', 0.5, [], new Set(first));
    expect(answer).toEqual({ fault: { path: 'coverage', code: 'LAYER_FULL', message: 'coverage is 0.5; the other experiments of its layer leave at most 0.4' } }); // prettier-ignore
    const second = bucketsOf('two', 0.4, new Set(first));
    expect(new Set([...first, ...second]).size).toBe(BUCKETS);
  });
});

describe('an experiment that cannot be tested', () => {
  const arms = [{ key: 'control', weight: 0.5 }, { key: 'wide', weight: 0.5 }]; // prettier-ignore
  const draft = { key: 'wide-feed', kind: 'AB' as const, layer: 'ranking', hypothesis: 'wider is no worse', coverage: 1, arms };

  it('is refused with all its faults at once', () => {
    const bad = { ...draft, key: '../x', hypothesis: ' ', coverage: 1.2, arms: [{ key: 'a', weight: 0.5 }, { key: 'a', weight: -0.1 }] }; // prettier-ignore
    expect(experimentFaults(bad).map(({ message }) => message)).toEqual([
      'key is "../x"; it must match [a-z][a-z0-9-]{0,63}',
      'hypothesis is " "; it must say what is expected, and why',
      'coverage is 1.2; it must be a number from 0 to 1 in steps of 0.001',
      'variants.1.key is "a"; it must differ from those before it',
      'variants.1.weight is -0.1; it must be above 0 and at most 1',
      'variants.weight is 0.4; the weights must sum to 1',
    ]);
    expect(experimentFaults(draft)).toEqual([]);
  });

  it('has one arm, weights that are no numbers, or three rankings to interleave', () => {
    expect(armFaults([{ key: 'a', weight: 1 }]).map(({ path }) => path)).toEqual(['variants']);
    expect(armFaults([{ key: 'a', weight: NaN }, { key: 'b', weight: 1 }]).map(({ path }) => path)).toEqual(['variants.0.weight', 'variants.weight']); // prettier-ignore
    const three = ['a', 'b', 'c'].map((key, i) => ({ key, weight: [0.2, 0.3, 0.5][i] }));
    expect(experimentFaults({ ...draft, kind: 'INTERLEAVING', arms: three }).map(({ message }) => message)).toEqual(['variants is 3; two rankings are interleaved']); // prettier-ignore
  });

  it('covers less than it did', () => {
    expect(rampFaults(0.2, 0.1).map(({ message }) => message)).toEqual(['coverage is 0.1; it only grows while an experiment runs, from 0.2 up to 1']); // prettier-ignore
    expect(rampFaults(0.2, 0.8)).toEqual([]);
    expect(rampFaults(0.2, -1)).toHaveLength(1);
    expect(coverageFaults(0.0005)).toHaveLength(1);
    expect([0, 0.001, 0.29, 0.57, 1].flatMap((coverage) => coverageFaults(coverage))).toEqual([]);
  });
});
