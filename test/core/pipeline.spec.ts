import { type CandidateSource } from '../../src/core/candidates/sources.js';
import {
  type FeatureGroup,
  type Filter,
  type OfferAnswer,
  PageCancelled,
  PipelineRun,
  removedBy,
  type Source,
  type Union,
} from '../../src/core/pipeline.js';
import { pipelineStages } from '../../src/core/pipeline-stages.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';

/** A run on a clock that is moved by hand. */
function runAt(deadline = 100): { run: PipelineRun; time: { now: number; cancelled: boolean } } {
  const time = { now: 0, cancelled: false };
  return { run: new PipelineRun({ clock: () => time.now, deadline, cancelled: () => time.cancelled }), time };
}

class Bag implements Union {
  readonly items: [number, CandidateSource][] = [];
  private keptFree = 0;
  constructor(readonly room = 1_000) {}
  keepFree(places: number): void {
    this.keptFree = places;
  }
  get size(): number {
    return this.items.length;
  }
  add(itemNo: number, source: CandidateSource): OfferAnswer {
    if (itemNo < 0) return 'SKIPPED';
    if (this.size >= this.room - this.keptFree) return 'FULL';
    this.items.push([itemNo, source]);
    return 'TAKEN';
  }
}

const source = (name: string, fields: Partial<Source<null>> = {}): Source<null> => ({
  name,
  source: 'FRESH',
  essential: false,
  timeoutMs: 10,
  limit: () => 3,
  propose: (_, offer) => [1, 2, 3, 4, 5].forEach((no) => offer(no)),
  ...fields,
});
const filter = (name: string, fields: Partial<Filter<null>> = {}): Filter<null> => ({
  name,
  failsOpen: false,
  reason: 'for the test',
  applies: () => true,
  keep: (_, no) => no % 2 === 0,
  ...fields,
});
const fails = (): never => {
  throw new Error('out of order');
};

describe('sources', () => {
  it('are asked one after the other, each up to its limit, and counted', () => {
    const { run, time } = runAt();
    const bag = new Bag();
    const slow = source('b', { source: 'FRIENDS', propose: (_, offer) => { offer(7); time.now += 4; } }); // prettier-ignore
    run.propose([source('a'), slow, source('off', { limit: () => 0 })], null, DEFAULT_SETTINGS, bag);
    expect(bag.items).toEqual([[1, 'FRESH'], [2, 'FRESH'], [3, 'FRESH'], [7, 'FRIENDS']]); // prettier-ignore
    expect(run.trace).toEqual([
      { stage: 'candidates', name: 'a', in: 0, out: 3, ms: 0 },
      { stage: 'candidates', name: 'b', in: 3, out: 4, ms: 4 },
    ]);
    expect(run.degraded).toEqual([]);
  });

  it('pay nothing for what cannot be shown, and stop when there is no room', () => {
    const { run } = runAt();
    const answers: OfferAnswer[] = [];
    run.propose(
      [source('a', { propose: (_, offer) => answers.push(...[-1, -2, 1, 2, 3, 4].map(offer)) })],
      null,
      DEFAULT_SETTINGS,
      new Bag(2),
    );
    expect(answers).toEqual(['SKIPPED', 'SKIPPED', 'TAKEN', 'TAKEN', 'FULL', 'FULL']);
  });

  it('keep what one offered before it failed, and name it', () => {
    const { run } = runAt();
    const bag = new Bag();
    run.propose([source('a', { propose: (_, offer) => { offer(9); fails(); } }), source('b')], null, DEFAULT_SETTINGS, bag); // prettier-ignore
    expect(bag.items.map(([no]) => no)).toEqual([9, 1, 2, 3]);
    expect(run.trace[0]).toEqual({ stage: 'candidates', name: 'a', in: 0, out: 1, ms: 0, failed: 'out of order' });
    expect(run.degraded).toEqual(['SOURCE_TIMEOUT']);
  });

  it('are stopped when they take too long, but for the essential ones', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => i);
    const taken = (essential: boolean): number => {
      const { run, time } = runAt();
      const bag = new Bag();
      const propose: Source<null>['propose'] = (_, offer) => many.forEach((no) => { time.now += 0.05; offer(no); }); // prettier-ignore
      run.propose([source('slow', { essential, limit: () => 1_000, propose })], null, DEFAULT_SETTINGS, bag);
      expect(run.degraded).toEqual(essential ? [] : ['SOURCE_TIMEOUT']);
      return bag.size;
    };
    // 10 ms are 200 offers; the clock is looked at once in 64.
    expect([taken(false), taken(true)]).toEqual([255, 1_000]);
  });

  it('are skipped after the deadline, but for the essential ones', () => {
    const { run, time } = runAt(5);
    const bag = new Bag();
    time.now = 5;
    run.propose([source('a'), source('b', { essential: true, propose: (_, offer) => offer(7) })], null, DEFAULT_SETTINGS, bag);
    expect([bag.items.map(([no]) => no), run.degraded, run.isLate]).toEqual([[7], ['DEADLINE'], true]);
  });
});

describe('filters', () => {
  const nos = Uint32Array.of(4, 3, 2, 1);

  it('see what those before them kept, and name what they remove', () => {
    const { run } = runAt();
    const kept = run.filter(
      [filter('even'), filter('small', { keep: (_, no) => no < 3 }), filter('idle', { applies: () => false })],
      null,
      nos,
    );
    expect([...kept]).toEqual([2]);
    expect(run.removed).toEqual([{ itemNo: 3, component: 'even' }, { itemNo: 1, component: 'even' }, { itemNo: 4, component: 'small' }]); // prettier-ignore
    expect(run.trace.map(({ name, in: before, out }) => [name, before, out])).toEqual([['even', 4, 2], ['small', 2, 1], ['idle', 1, 1]]); // prettier-ignore
  });

  it('remove on a fault when they fail closed, and keep when they fail open', () => {
    const { run } = runAt();
    const oneFails = (_: null, no: number): boolean => (no === 3 ? fails() : true);
    expect([...run.filter([filter('closed', { keep: oneFails })], null, nos)]).toEqual([4, 2, 1]);
    expect([...run.filter([filter('open', { keep: oneFails, failsOpen: true })], null, nos)]).toEqual([4, 3, 2, 1]);
    expect([...run.filter([filter('closed', { applies: fails })], null, nos)]).toEqual([]);
    expect([...run.filter([filter('open', { applies: fails, failsOpen: true })], null, nos)]).toEqual([4, 3, 2, 1]);
  });

  it('tell the first that removes one item', () => {
    const filters = [filter('idle', { applies: () => false, keep: () => false }), filter('even'), filter('broken', { applies: fails })];
    expect([removedBy(filters, null, 3)?.name, removedBy(filters, null, 2)?.name, removedBy(filters.slice(0, 2), null, 2)]).toEqual([
      'even',
      'broken',
      null,
    ]);
  });

  it('may have something readmitted', () => {
    const { run } = runAt();
    run.filter([filter('even')], null, nos);
    run.readmit(new Set([3]));
    expect(run.removed).toEqual([{ itemNo: 1, component: 'even' }]);
  });
});

describe('feature groups', () => {
  const matrixWith = (...filled: number[]) => ({ rows: 7, has: (column: number) => filled.includes(column) });
  type Matrix = ReturnType<typeof matrixWith>;
  const filledBy: string[] = [];
  const group = (name: string, columns: number[], atOnce = false): FeatureGroup<{ matrix: Matrix }, Matrix> => ({
    name,
    columns,
    atOnce,
    fill: (_, wanted) => filledBy.push(`${name} ${wanted.join(' ')}`),
    forget: () => filledBy.push(`forget ${name}`),
  });
  beforeEach(() => filledBy.splice(0));

  it('fill what is asked for and not there yet, or all of it at once', () => {
    const { run } = runAt();
    run.fill([group('a', [1, 2, 3]), group('b', [4, 5], true), group('c', [6])], { matrix: matrixWith(2) }, [2, 3]);
    expect(filledBy).toEqual(['a 3', 'b 4 5']);
  });

  it('leave defaults where one fails', () => {
    const { run } = runAt();
    run.fill([group('a', [1]), { ...group('b', [2]), fill: fails }], { matrix: matrixWith() }, [1, 2]);
    expect([filledBy, run.trace.map(({ name, in: before, failed }) => [name, before, failed])]).toEqual([['a 1', 'forget b'], [['a', 7, undefined], ['b', 7, 'out of order']]]); // prettier-ignore
  });

  it('have one entry in the trace, however often they run', () => {
    const { run } = runAt();
    const broken = { ...group('a', [1, 2]), fill: fails };
    run.fill([group('a', [1, 2])], { matrix: matrixWith() }, [1]);
    run.fill([broken], { matrix: matrixWith(1) }, [2]);
    expect(run.trace.map(({ name, failed }) => [name, failed])).toEqual([['a', 'out of order']]);
  });
});

describe('scorers', () => {
  const scores = Float64Array.of(1);

  it('stand in for each other', async () => {
    const { run } = runAt();
    const failing = { name: 'rules', scorer: 'RULES' as const, score: fails };
    const waiting = { name: 'popularity', scorer: 'POPULARITY' as const, score: () => Promise.resolve(scores) };
    expect(await run.score([failing, waiting], null, 1)).toEqual({ scores, scorer: 'POPULARITY' });
    expect(run.trace.map(({ name, out, failed }) => [name, out, failed])).toEqual([['rules', 0, 'out of order'], ['popularity', 1, undefined]]); // prettier-ignore
  });

  it('pass on the fault of the last', async () => {
    const { run } = runAt();
    await expect(run.score([{ name: 'rules', scorer: 'RULES', score: fails }], null, 1)).rejects.toThrow('out of order');
    await expect(run.score([], null, 1)).rejects.toThrow('there is no scorer');
  });
});

describe('a run', () => {
  it('stops between two components once the caller went away', async () => {
    const { run, time } = runAt();
    time.cancelled = true;
    expect(() => run.step('slate', 'x', 0, () => 0, () => 0)).toThrow(PageCancelled); // prettier-ignore
    expect(() => run.propose([source('a')], null, DEFAULT_SETTINGS, new Bag())).toThrow(PageCancelled);
    await expect(run.score([{ name: 'rules', scorer: 'RULES', score: () => new Float64Array(0) }], null, 0)).rejects.toThrow('went away');
  });

  it('names a fault that is no error', () => {
    const { run } = runAt();
    // eslint has its say on throwing what is no error; some code of others does it all the same.
    const propose = (): void => void Reflect.apply(() => { throw Object.assign(Object.create(null), { toString: () => 'odd' }); }, null, []); // prettier-ignore
    run.propose([source('a', { propose })], null, DEFAULT_SETTINGS, new Bag());
    expect(run.trace[0].failed).toBe('odd');
  });
});

describe('pipelineStages', () => {
  it('lists the stages in order, with every component by a name of its own', () => {
    const stages = pipelineStages(DEFAULT_SETTINGS);
    expect(stages.map(({ stage }) => stage)).toEqual(['signals', 'candidates', 'filter', 'features', 'score', 'slate', 'explain']);
    const names = stages.flatMap(({ components }) => components.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(12);
    expect(names.every((name) => /^[a-z]+(-[a-z]+)*$/.test(name))).toBe(true);
  });

  it('tells what is off, what has how long, and what fails open', () => {
    const settings = { ...DEFAULT_SETTINGS, sources: [{ source: 'FRIENDS' as const, limit: 0 }, { source: 'SIMILAR' as const, limit: 9 }] }; // prettier-ignore
    const of = (wanted: string) => pipelineStages(settings).flatMap(({ components }) => components).find(({ name }) => name === wanted); // prettier-ignore
    expect(of('friends')).toEqual({ name: 'friends', enabled: false, timeoutMs: 20, failsOpen: true });
    expect(of('similar')).toMatchObject({ enabled: true });
    expect(of('popularity')).toMatchObject({ timeoutMs: null });
    expect([of('hidden')?.failsOpen, of('fatigue')?.failsOpen]).toEqual([false, true]);
  });
});
