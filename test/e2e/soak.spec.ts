import { errorOf } from '../soak/load.js';
import { runSoak } from '../soak/run.js';
import { floors, slopeOf } from '../soak/slope.js';
import { soakMarkdown } from '../soak/soak-report.js';
import { judgeSoak, type Row, totals } from '../soak/verdict.js';

const MB = 1024 * 1024;
const QUIET: Row = {
  hours: 0, seconds: 30, resident: 400 * MB, heap: 130 * MB, live: 100 * MB, code: 10 * MB, external: 0, helpersResident: 0, descriptors: 40, lagP99Ms: 10, answered: 900, good: 900, lost: 0,
  errors: {}, notSent: 0, feedP50Ms: 5, feedP99Ms: 20, cpuMsPerRequest: 3, backends: 12, users: 1_000, load: 1,
}; // prettier-ignore
/** Two hours of rows, one every 30 s. */
const hours = (change: (hours: number, i: number) => Partial<Row>): Row[] =>
  Array.from({ length: 240 }, (_, i) => ({ ...QUIET, hours: (i + 1) / 120, ...change((i + 1) / 120, i) }));
/** What has not been collected yet, in MB: from 0 to 60 and back, every 7 rows. */
const garbage = (i: number): number => 10 * (i % 7);

describe('a slope', () => {
  it('is that of the line nearest to the points, with its error', () => {
    // Hours are -1, 0, 1 and values -2, -1, 3 from their means: (2 + 0 + 3) / 2 = 2.5 an hour. What is left over is 0.5, -1, 0.5, squared 1.5 in all;
    // the error is sqrt(1.5 / (3 - 2) / 2) = 0.866.
    const found = slopeOf([1, 2, 6].map((value, hours) => ({ hours, value })))!;
    expect(found.perHour).toBeCloseTo(2.5, 12);
    expect(found.error).toBeCloseTo(0.8660254, 6);
  });

  it('cannot be told from two points, or from one instant', () => {
    expect(slopeOf([0, 1].map((value) => ({ hours: value, value })))).toBeNull();
    expect(slopeOf([0, 1, 2].map((value) => ({ hours: 1, value })))).toBeNull();
  });

  it('is taken of the lowest point of every span that is more or less whole', () => {
    const points = [5, 3, 6, 4, 9, 7, 8].map((value, i) => ({ hours: i / 3, value }));
    expect(floors(points, 1).map(({ value }) => value)).toEqual([3, 4]);
  });
});

describe('the verdict on a soak', () => {
  it('passes a process whose garbage comes and goes', () => {
    expect(
      judgeSoak(
        hours((_, i) => ({ heap: (100 + garbage(i)) * MB, descriptors: 40 + (i % 5) })),
        0.5,
      ).faults,
    ).toEqual([]);
  });

  it('fails what is live and grows by 2 MB an hour, and tells how much', () => {
    const { liveSlope, faults } = judgeSoak(
      hours((at, i) => ({ heap: (200 + garbage(i)) * MB, live: (100 + 2 * at) * MB })),
      0.5,
    );
    expect(liveSlope!.perHour).toBeCloseTo(2, 6);
    expect(faults).toEqual(['live memory grew by 2.00 ± 0.00 MB an hour; the limit is 1']);
  });

  it('does not pass what swings too much to tell', () => {
    const swinging = (by: number) =>
      judgeSoak(
        hours((at) => ({ live: (100 + (Math.floor(12 * at) % 2 === 0 ? by : -by)) * MB })),
        0.5,
      );
    expect(swinging(1).faults).toEqual([]);
    expect(swinging(20).liveSlope!.perHour).toBeLessThan(1);
    expect(swinging(20).faults).toEqual([
      expect.stringMatching(/^whether live memory grew by less than 1 MB an hour is not shown: \S+ ± \d/),
    ]);
  });

  it('does not count what a job holds when it is looked at', () => {
    const { liveSlope, faults } = judgeSoak(
      hours((_, i) => ({ live: (100 + (i % 60 === 0 ? 25 : 0)) * MB })),
      0.5,
    );
    expect(liveSlope).toEqual({ perHour: 0, error: 0 });
    expect(faults).toEqual([]);
  });

  it('does not count what grows while caches fill', () => {
    expect(
      judgeSoak(
        hours((at) => ({ live: (100 + Math.min(at, 0.5) * 200) * MB })),
        0.5,
      ).faults,
    ).toEqual([]);
  });

  it('fails descriptors that are never given back', () => {
    const { descriptors, faults } = judgeSoak(
      hours((at) => ({ descriptors: 40 + Math.floor(10 * at) })),
      0.5,
    );
    expect(descriptors).toMatchObject({ least: 45, most: 60 });
    expect(faults).toEqual(['open descriptors grew from 45 to 60']);
  });

  it('fails faults of the service and lost answers, but no refusal that says when to come back', () => {
    const at = (errors: Record<string, number>, lost = 0) => judgeSoak([{ ...QUIET, errors, lost }], 0.5).faults;
    expect(at({ '503 OVERLOADED': 3, '429 RATE_LIMITED': 2 })).toEqual([]);
    expect(at({ '500 INTERNAL': 1, '503 UNAVAILABLE without Retry-After': 2 })).toHaveLength(2);
    expect(at({}, 1)).toEqual(['1 requests got no answer']);
    const refused = { status: 503, body: { data: null, errors: [{ extensions: { code: 'OVERLOADED' } }] } };
    expect(errorOf({ ...refused, retryAfter: '1' })).toBe('503 OVERLOADED');
    expect(errorOf({ ...refused, retryAfter: undefined })).toBe('503 OVERLOADED without Retry-After');
  });
});

describe('a short soak', () => {
  it('measures a peak, holds a rate, and reports what it saw', async () => {
    const plan = {
      minutes: 0.1, share: 0.7, rate: 5, seed: 3, peakSeconds: 2, rowSeconds: 2, readSeconds: 1, stateMb: 64, crowd: 500, mayBeBuilt: false,
    }; // prettier-ignore
    const run = await runSoak(plan, () => Promise.resolve());
    const answered = run.rows.reduce((sum, row) => sum + row.answered, 0);
    expect(run.rows.length).toBeGreaterThan(1);
    expect(run.peak).toBeGreaterThan(0);
    expect(answered).toBeGreaterThan(5);
    expect(totals(run.rows).filter(([error]) => !/^503 \w+$/.test(error))).toEqual([]);
    expect(run.rows.at(-1)!.users).toBeGreaterThan(500);
    for (const { resident, heap, live, code, descriptors, backends, cpuMsPerRequest, lagP99Ms } of run.rows)
      for (const seen of [resident - heap, heap, live - code, code, descriptors, backends, cpuMsPerRequest, lagP99Ms])
        expect(seen).toBeGreaterThan(0);
    expect(soakMarkdown(run, judgeSoak(run.rows, 0.025))).toMatch(/5 a second held; \d+ answered, \d+\.\d\d % as asked/);
  }, 360_000);
});
