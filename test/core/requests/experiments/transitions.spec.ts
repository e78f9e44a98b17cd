import { type Experiment } from '../../../../src/core/requests/experiments/experiment.js';
import { sharedParameter } from '../../../../src/core/requests/experiments/parameters.js';
import { inNextPhase, ramped, rampStep, started, stopped } from '../../../../src/core/requests/experiments/transitions.js';
import { anExperiment } from './an-experiment.js';

const HOUR = 3_600_000;
const around = (running: Experiment[] = [], at = 5_000, config = 'home@1') => ({ running, at, config });
const variant = (key: string, change: object = {}) => ({
  key,
  weight: 0.5,
  patch: null,
  configVersion: null,
  modelVersion: null,
  ...change,
});

describe('an experiment', () => {
  it('takes its buckets and begins its first phase at the start, once', () => {
    const running = started(anExperiment({ coverage: 0.2 }), around());
    expect(running).toMatchObject({ status: 'RUNNING', startedAt: 5_000, phases: [{ phase: 1, from: 5_000, config: 'home@1' }] });
    expect(new Set(running.buckets).size).toBe(200);
    expect(() => started(running, around())).toThrow('only one that is DRAFT can be started');
  });

  it('leaves other experiments of its layer their buckets, and does not start where too few are left', () => {
    const first = started(anExperiment({ coverage: 0.7 }), around());
    const second = started(anExperiment({ key: 'other', coverage: 0.3 }), around([first]));
    expect(second.buckets.filter((bucket) => first.buckets.includes(bucket))).toEqual([]);
    expect(() => started(anExperiment({ key: 'third', coverage: 0.1 }), around([first, second]))).toThrow('leave at most 0');
  });

  it('does not run beside one of another layer that sets the same, and does in the same layer', () => {
    const patched = (key: string, layer: string, patch: object) =>
      anExperiment({ key, layer, coverage: 0.5, variants: [variant('a'), variant('b', { patch })] });
    const first = started(patched('one', 'x', { diversity: { strength: 0.1 } }), around());
    expect(() => started(patched('two', 'y', { diversity: { strength: 0.9 } }), around([first]))).toThrow('both set diversity.strength');
    expect(started(patched('two', 'x', { diversity: { strength: 0.9 } }), around([first])).status).toBe('RUNNING');
    expect(started(patched('two', 'y', { diversity: { window: 3 } }), around([first])).status).toBe('RUNNING');
    const frozen = anExperiment({ key: 'z', layer: 'z', variants: [variant('a'), variant('b', { configVersion: 2 })] });
    expect(sharedParameter(frozen, first)).toBe('settings');
    expect(sharedParameter(frozen, anExperiment({ variants: [variant('a'), variant('b', { modelVersion: 'm' })] }))).toBeNull();
  });

  it('grows only, keeps the buckets that it has, and keeps them until it is stopped', () => {
    const small = started(anExperiment({ coverage: 0.1 }), around());
    expect(() => ramped(small, 0.05, around())).toThrow('it only grows while an experiment runs');
    const grown = ramped(small, 0.3, around());
    expect(grown.buckets.slice(0, 100)).toEqual(small.buckets);
    expect(stopped(grown, 'STOPPED', 'done', 9_000)).toMatchObject({ status: 'STOPPED', stopReason: 'done', stoppedAt: 9_000 });
    expect(() => ramped(stopped(grown, 'STOPPED', 'done', 9_000), 1, around())).toThrow('only one that is RUNNING can be ramped');
  });

  it('opens a phase where the active settings are others, and none where they are the same', () => {
    const running = started(anExperiment(), around());
    expect(inNextPhase(running, 'home@1', 6_000)).toBeNull();
    const next = inNextPhase(running, 'home@2', 6_000)!;
    expect(next.phases.at(-1)).toEqual({ phase: 2, from: 6_000, config: 'home@2' });
    expect(inNextPhase(next, 'home@2', 7_000)).toBeNull();
  });
});

describe('a ramp', () => {
  const ramp = { steps: [0.01, 0.5, 1], holdHours: 2, state: 'PENDING' as const, nextAt: null, heldBecause: null };
  const begun = started(anExperiment({ ramp }), around([], 0));

  it('begins with its first step and takes the next when it was held long enough, once', () => {
    expect(begun).toMatchObject({ coverage: 0.01, ramp: { state: 'RUNNING', nextAt: 2 * HOUR } });
    expect(rampStep(begun, null, around([], 2 * HOUR - 1))).toBeNull();
    const second = rampStep(begun, null, around([], 2 * HOUR))!;
    expect(second).toMatchObject({ coverage: 0.5, ramp: { state: 'RUNNING', nextAt: 4 * HOUR } });
    expect(rampStep(second, null, around([], 2 * HOUR))).toBeNull();
    const last = rampStep(second, null, around([], 4 * HOUR))!;
    expect(last).toMatchObject({ coverage: 1, ramp: { state: 'COMPLETED', nextAt: null } });
    expect(rampStep(last, null, around([], 9 * HOUR))).toBeNull();
  });

  it('is held while something speaks against it, says what, and goes on afterwards', () => {
    const held = rampStep(begun, 'users do not arrive as they should', around([], 2 * HOUR))!;
    expect(held).toMatchObject({ coverage: 0.01, ramp: { state: 'HELD', heldBecause: 'users do not arrive as they should' } });
    expect(rampStep(held, 'users do not arrive as they should', around([], 3 * HOUR))).toBeNull();
    expect(rampStep(held, null, around([], 3 * HOUR))).toMatchObject({ coverage: 0.5, ramp: { state: 'RUNNING', heldBecause: null } });
  });

  it('is held where the layer is full, and is over with its experiment', () => {
    const other = started(anExperiment({ key: 'other', coverage: 0.6 }), around());
    expect(rampStep(begun, null, around([other], 2 * HOUR))?.ramp).toMatchObject({ state: 'HELD', heldBecause: expect.stringContaining('leave at most 0.4') as string }); // prettier-ignore
    expect(stopped(begun, 'ROLLED_BACK', 'harm', 5).ramp).toMatchObject({ state: 'ROLLED_BACK', nextAt: null });
  });
});
