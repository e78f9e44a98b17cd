import fc from 'fast-check';
import { seededRandom } from '../../../../src/core/random.js';
import { type Head } from '../../../../src/core/scoring/intent-model.js';
import { type ModelCheck } from '../../../../src/core/scoring/model-record.js';
import {
  calibrationCheck, calibrationError, type EvidencePage, evidenceInputs, mayBecomeChampion, pageGain, rankCorrelation, replayCheck,
} from '../../../../src/core/scoring/models/evidence-checks.js'; // prettier-ignore
import { FEATURES, manifestOf } from '../../../support/model-files.js';

const page = (clicks: number[], features = new Float32Array(clicks.length)): EvidencePage => ({
  featureNames: [FEATURES[1]],
  features,
  labels: new Map<Head, Int8Array>([['click', Int8Array.from(clicks)]]),
  rows: clicks.length,
});
const oneHead = manifestOf('v', { heads: ['click'], calibration: 'exposure' });

describe('evidenceInputs', () => {
  it('gives the rows in the columns of the model, with the default of what was not computed then', () => {
    const [batch] = [
      ...evidenceInputs({ featureNames: [FEATURES[0], FEATURES[1]] }, [page([0, 1], Float32Array.of(7, 8)), page([0], Float32Array.of(9))]),
    ];
    expect([batch.rows, [...batch.dense]]).toEqual([3, [0, 7, 0, 8, 0, 9]]);
  });

  it('goes in batches of 500 and loses no row', () => {
    const pages = Array.from({ length: 131 }, () => page([0, 0, 0, 0, 0, 0, 0, 0]));
    expect([...evidenceInputs({ featureNames: [FEATURES[1]] }, pages)].map(({ rows }) => rows)).toEqual([500, 500, 48]);
  });
});

describe('calibrationError', () => {
  it('is how far what was said is from what was seen', () => {
    // Ten rows in ten bins: half are said to be sure and are, half are said to be 0.5 and are not.
    const said = [1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5];
    expect(calibrationError(said, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])).toBeCloseTo(0.25, 12);
  });
});

describe('calibrationCheck', () => {
  const random = seededRandom(3);
  const said = Float32Array.from({ length: 2_000 }, () => random() * 0.4);
  const seen = [page(Array.from(said, (p) => (random() < p ? 1 : 0)))];

  it('passes probabilities that came true, and refuses those that are twice too high', () => {
    expect(calibrationCheck(oneHead, seen, said)).toMatchObject({ passed: true, advisory: false });
    expect(calibrationCheck(oneHead, seen, said.map((p) => 2 * p))).toMatchObject({ passed: false, advisory: false }); // prettier-ignore
  });

  it('leaves out what may still change, and says when there is too little', () => {
    const open = [page(Array.from(said, () => -1))];
    expect(calibrationCheck(oneHead, open, said)).toMatchObject({
      passed: true,
      advisory: true,
      detail: expect.stringContaining('1000') as string,
    });
  });

  it('asks nothing of a model that claims nothing', () => {
    const wrong = said.map(() => 1);
    expect(calibrationCheck({ ...oneHead, calibration: 'none' }, seen, wrong).passed).toBe(true);
  });
});

describe('pageGain', () => {
  it('is 1 with the click first, and less further down', () => {
    expect(pageGain([0.9, 0.5, 0.1], [1, 0, 0])).toBe(1);
    expect(pageGain([0.5, 0.9, 0.1], [1, 0, 0])).toBeCloseTo(1 / Math.log2(3), 12);
  });

  it('gives rows that are level the mean of their places, whatever their order', () => {
    const mean = (1 + 1 / Math.log2(3)) / 2;
    expect(pageGain([0.5, 0.5], [1, 0])).toBeCloseTo(mean, 12);
    expect(pageGain([0.5, 0.5], [0, 1])).toBeCloseTo(mean, 12);
  });
});

describe('rankCorrelation', () => {
  it('is 1 for the same order, -1 for the other way round, 0 where one says nothing', () => {
    expect(rankCorrelation([1, 2, 3], [10, 20, 90])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(rankCorrelation([1, 2, 3], [5, 5, 5])).toBe(0);
  });

  it('stays within -1 and 1', () => {
    const lists = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 20 });
    const within = (pairs: [number, number][]) => Math.abs(rankCorrelation(pairs.map(([a]) => a), pairs.map(([, b]) => b))) <= 1 + 1e-9; // prettier-ignore
    fc.assert(fc.property(lists, within));
  });
});

describe('replayCheck', () => {
  // 150 pages of three, the click on the row whose place goes round.
  const pages = Array.from({ length: 150 }, (_, i) => page([0, 1, 2].map((row) => (row === i % 3 ? 1 : 0))));
  const knowing = pages.flatMap(({ labels }) => [...labels.get('click')!]);
  const fixed = pages.flatMap(() => [3, 2, 1]);

  it('passes a model that finds the clicks better than the rules do', () => {
    const check = replayCheck(pages, knowing, [{ name: 'the rules', scores: fixed }]);
    expect(check).toMatchObject({ name: 'REPLAY', passed: true, advisory: true });
  });

  it('finds one that is worse than any rival', () => {
    const rivals = [{ name: 'the champion 7', scores: knowing }, { name: 'the rules', scores: fixed }]; // prettier-ignore
    const check = replayCheck(pages, fixed, rivals);
    expect(check).toMatchObject({ passed: false, advisory: true, detail: expect.stringContaining('the champion 7') as string });
    expect(check.value).toBeLessThan(check.limit!);
  });

  it('says when there are too few clicks', () => {
    expect(replayCheck(pages.slice(0, 20), fixed, []).detail).toContain('20 of the 100');
  });
});

describe('mayBecomeChampion', () => {
  const replay = (passed: boolean): ModelCheck => ({ name: 'REPLAY', passed, advisory: true, detail: 'worse than the rules' });

  it('lets a READY version that failed its replay be champion only while there is little to replay', () => {
    expect(mayBecomeChampion({ status: 'READY', checks: [replay(false)] }, 9_999)).toBeNull();
    expect(mayBecomeChampion({ status: 'READY', checks: [replay(false)] }, 10_000)).toContain('worse than the rules');
    expect(mayBecomeChampion({ status: 'READY', checks: [replay(true)] }, 10_000)).toBeNull();
  });

  it('lets no other version', () => {
    for (const status of ['VALIDATING', 'REJECTED', 'QUARANTINED'] as const)
      expect(mayBecomeChampion({ status, checks: [] }, 0)).toContain(status);
  });
});
