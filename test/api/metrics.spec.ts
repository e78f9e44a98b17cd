import { createMetrics } from '../../src/api/metrics.js';
import { newFacts, type RequestFacts } from '../../src/api/request-facts.js';
import { measuredJobs } from '../../src/app/job-meters.js';
import { SERVING_STAGES, stageTimes } from '../../src/app/page-making.js';
import { DEGRADATIONS, SLATE_RULES } from '../../src/core/outcome.js';
import { type Jobs } from '../../src/ports/jobs.js';

const page = (parts: Partial<RequestFacts> = {}): RequestFacts => ({
  ...newFacts(),
  operation: 'feed',
  feeds: [
    {
      kind: 'feed',
      feedId: 'feed-1',
      user: 'canary-pseudonym',
      surface: 'canary-surface',
      scorer: 'RULES',
      degraded: ['MODEL_MISSING'],
      relaxed: ['BRAND_CAP'],
      badges: ['stockLeft'],
      candidates: 480,
      items: 20,
      tookMs: 6,
    },
  ],
  makings: [{ msByStage: { load: 0.5, signals: 0.2, score: 1, log: 2 }, exposures: 20, cocoonIndex: 0.25 }],
  ...parts,
});

const line = (text: string, start: string): string | undefined => text.split('\n').find((one) => one.startsWith(start));
const valueOf = (text: string, start: string): number => Number(line(text, start)?.split(' ').at(-1));

describe('metrics', () => {
  it('count how a page was made, by stage, with what it had to give up', async () => {
    const metrics = createMetrics();
    metrics.observe(page(), 200, 0.006);
    const text = await metrics.registry.metrics();
    expect(valueOf(text, 'imago_stage_seconds_sum{stage="score"}')).toBeCloseTo(0.001);
    expect(valueOf(text, 'imago_stage_seconds_count{stage="log"}')).toBe(1);
    expect(line(text, 'imago_stage_seconds_count{stage="slate"}')).toBeUndefined(); // it did not run
    expect(valueOf(text, 'imago_exposures_total')).toBe(20);
    expect(valueOf(text, 'imago_page_candidates_sum')).toBe(480);
    expect(valueOf(text, 'imago_cocoon_index_sum')).toBe(0.25);
    expect(valueOf(text, 'imago_degradations_total{degradation="MODEL_MISSING"}')).toBe(1);
    expect(valueOf(text, 'imago_relaxed_rules_total{rule="BRAND_CAP"}')).toBe(1);
    expect(valueOf(text, 'imago_badges_total{part="stockLeft"}')).toBe(1);
  });

  it('have every degradation and every rule from the start', async () => {
    const text = await createMetrics().registry.metrics();
    for (const degradation of DEGRADATIONS) expect(valueOf(text, `imago_degradations_total{degradation="${degradation}"}`)).toBe(0);
    for (const rule of SLATE_RULES) expect(valueOf(text, `imago_relaxed_rules_total{rule="${rule}"}`)).toBe(0);
  });

  it('tell pages that came in time from slow ones, and from those that failed for a reason of ours', async () => {
    const metrics = createMetrics();
    metrics.observe(page(), 200, 0.2);
    metrics.observe(page(), 200, 0.3);
    metrics.observe(page({ errors: ['INTERNAL'], feeds: [] }), 500, 0.01);
    metrics.observe(page({ errors: ['UNAVAILABLE'], feeds: [] }), 200, 0.01);
    metrics.observe(page({ errors: ['INVALID_INPUT'], feeds: [] }), 200, 0.01); // the caller's
    metrics.observe({ ...newFacts(), operation: 'recordEvents' }, 500, 3); // no page
    const text = await metrics.registry.metrics();
    const outcome = (name: string): number => valueOf(text, `imago_page_requests_total{outcome="${name}"}`);
    expect([outcome('kept'), outcome('slow'), outcome('failed')]).toEqual([2, 1, 2]);
  });

  it('name nobody, and have as many series after a thousand users as after one', async () => {
    const metrics = createMetrics();
    metrics.observe(page(), 200, 0.006);
    const series = (text: string): number => text.split('\n').filter((one) => one.startsWith('imago_')).length;
    const before = series(await metrics.registry.metrics());
    for (let i = 0; i < 1000; i++) {
      const [feed] = page().feeds;
      metrics.observe(page({ feeds: [{ ...feed, feedId: `canary-${i}`, user: `canary-${i}`, surface: `canary-${i}` }] }), 200, 0.006);
    }
    const text = await metrics.registry.metrics();
    expect(series(text)).toBe(before);
    expect(text).not.toContain('canary');
  });

  it('show what a dependency is like when they are read, and that one which does not answer is away', async () => {
    const metrics = createMetrics();
    const connections = { open: 12, idle: 3, waiting: 2 };
    metrics.watch({
      health: () =>
        Promise.resolve([
          { name: 'postgres', ok: true, detail: '', connections },
          { name: 'redis', ok: true, answers: false, detail: 'away' },
        ]),
      counts: () => ({ blocks: 3, items: 70 }),
    });
    const text = await metrics.registry.metrics();
    expect(valueOf(text, 'imago_dependency_up{dependency="postgres"}')).toBe(1);
    expect(valueOf(text, 'imago_dependency_up{dependency="redis"}')).toBe(0);
    expect(valueOf(text, 'imago_connections{dependency="postgres",state="waiting"}')).toBe(2);
    expect(valueOf(text, 'imago_blocks_in_force')).toBe(3);
    expect(valueOf(text, 'imago_catalogue_items')).toBe(70);
  });

  it('forget what is not told of any more', async () => {
    const metrics = createMetrics();
    let dependencies = [{ name: 'spool', ok: true, answers: false, detail: 'waits' }];
    metrics.watch({ health: () => Promise.resolve(dependencies), counts: () => ({ blocks: 0, items: 0 }) });
    expect(valueOf(await metrics.registry.metrics(), 'imago_dependency_up{dependency="spool"}')).toBe(0);
    dependencies = [];
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(line(await metrics.registry.metrics(), 'imago_dependency_up{')).toBeUndefined();
  });

  it('are there while a dependency hangs, which then counts as away', async () => {
    const metrics = createMetrics();
    let health = () => Promise.resolve([{ name: 'postgres', ok: true, detail: '' }]);
    metrics.watch({ health: () => health(), counts: () => ({ blocks: 0, items: 0 }) });
    await metrics.registry.metrics();
    await new Promise((resolve) => setTimeout(resolve, 600)); // the last look is not shared any more
    health = () => new Promise(() => undefined);
    expect(valueOf(await metrics.registry.metrics(), 'imago_dependency_up{dependency="postgres"}')).toBe(0);
  });
});

describe('stageTimes', () => {
  it('adds up the components of a stage', () => {
    const component = { name: 'x', in: 1, out: 1 };
    const trace = [
      { ...component, stage: 'features', ms: 1 },
      { ...component, stage: 'score', ms: 2 },
      { ...component, stage: 'features', ms: 0.5 },
    ];
    expect(stageTimes(trace)).toEqual({ features: 1.5, score: 2 });
    expect(SERVING_STAGES).toContain('features');
  });
});

describe('measuredJobs', () => {
  const handlers = new Map<string, (...args: never[]) => Promise<unknown>>();
  const jobs: Jobs = {
    every: (name, _interval, handler) => Promise.resolve(void handlers.set(name, handler)),
    work: (name, _retries, handler) => Promise.resolve(void handlers.set(name, handler)),
    trigger: () => Promise.resolve(),
    enqueue: () => Promise.resolve(),
    deadLetters: () => Promise.resolve({ total: 0, latest: [] }),
  };
  const run = (name: string, ...args: unknown[]): Promise<unknown> => handlers.get(name)!(...(args as never[]));

  it('times runs by how they ended, and counts what is not tried any more', async () => {
    const metrics = createMetrics();
    let now = 0;
    const measured = measuredJobs(jobs, metrics.jobs, () => (now += 500)); // two looks a run: 0.5 s
    await measured.every('population', 1, () => Promise.resolve());
    await measured.every('broken', 1, () => Promise.reject(new Error('no')));
    await measured.work('calls', { attempts: 2, backoffMs: 1 }, ({ id }) =>
      id === 'gone' ? Promise.resolve({ giveUp: '410' }) : Promise.reject(new Error('no')),
    );
    expect(valueOf(await metrics.registry.metrics(), 'imago_dead_letters_total{queue="calls"}')).toBe(0);
    await run('population');
    await expect(run('broken')).rejects.toThrow('no');
    await run('calls', { id: 'gone', attempt: 1, isLast: false });
    await expect(run('calls', { id: 'a', attempt: 1, isLast: false })).rejects.toThrow('no'); // tried again
    await expect(run('calls', { id: 'a', attempt: 2, isLast: true })).rejects.toThrow('no');
    const text = await metrics.registry.metrics();
    expect(valueOf(text, 'imago_job_seconds_sum{task="population",outcome="done"}')).toBe(0.5);
    expect(valueOf(text, 'imago_job_seconds_count{task="broken",outcome="failed"}')).toBe(1);
    expect(valueOf(text, 'imago_dead_letters_total{queue="calls"}')).toBe(2);
  });
});
