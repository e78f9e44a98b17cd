import { createOnnxProbe } from '../../src/adapters/onnx/probe.js';
import { type ModelManifest } from '../../src/core/scoring/intent-model.js';
import { type ModelCheck } from '../../src/core/scoring/model-record.js';
import { type ModelShape } from '../../src/core/scoring/models/signature.js';
import { BIAS, changedFile, FEATURES, goodFile, manifestOf, ROWS, WEIGHTS } from '../support/model-files.js';
import { denseToScores, externalTensor, floatTensor, graphOf, linearModel, linearScores, modelFile, node } from '../support/onnx-files.js';

const DENSE: ModelShape = { reads: new Set(['dense']), sequenceLength: 0 };
const probe = createOnnxProbe();
const golden = (weights: number[], bias: number[]) => ({ golden: { dense: ROWS, scores: linearScores(ROWS, weights, bias) } });

/** Probe a file whatever the checks of its bytes say, so that these are not what is tested. */
async function look(file: Buffer, over: Partial<ModelManifest> = {}, shape = DENSE): Promise<{ checks: ModelCheck[]; heard: string[] }> {
  const heard: string[] = [];
  const checks = await probe.probe(manifestOf('v', over), shape, file, ({ name }) => heard.push(name));
  return { checks, heard };
}
const failed = (checks: readonly ModelCheck[]) => checks.filter(({ passed, advisory }) => !passed && !advisory).map(({ name }) => name);

describe('the probe of a model', () => {
  it('passes a sound model, telling each check as it comes in', async () => {
    const { checks, heard } = await look(goodFile(), { monotone: { [FEATURES[0]]: 1, [FEATURES[1]]: -1 } });
    expect(failed(checks)).toEqual([]);
    expect(heard).toEqual([
      'LOAD', 'GOLDEN', 'FINITE', 'RANGE', 'CONSTANT', 'DETERMINISTIC', 'BATCH', 'PERMUTATION', 'FUNNEL', 'MONOTONE', 'LATENCY', 'MEMORY',
    ]); // prettier-ignore
    const latency = checks.find(({ name }) => name === 'LATENCY')!;
    expect(latency.value).toBeLessThan(5);
    expect(latency.limit).toBe(25);
  });

  it.each<[string, string, () => Buffer, Partial<ModelManifest>]>([
    ['other answers than the golden batch', 'GOLDEN', () => linearModel(3, WEIGHTS, [0, -1, -2]), {}],
    ['nothing but NaN', 'FINITE', () => linearModel(3, WEIGHTS.map(() => NaN), BIAS), {}],
    ['logits', 'RANGE', () => changedFile([node('Identity', ['z'], ['scores'])]), { golden: { dense: ROWS, scores: linearScores(ROWS, WEIGHTS, BIAS).map((row) => row.map((p) => Math.log(p / (1 - p)))) } }],
    ['the same score for everything', 'CONSTANT', () => linearModel(3, WEIGHTS.map(() => 0), BIAS), golden(WEIGHTS.map(() => 0), BIAS)],
    ['chance', 'DETERMINISTIC', () => changedFile([node('RandomUniformLike', ['z'], ['scores'])]), {}],
    ['a fixed batch', 'GOLDEN', () => changedFile([node('Sigmoid', ['z'], ['scores'])], denseToScores(3, 3, 7)), {}],
    ['scores that depend on the other candidates', 'BATCH', () => changedFile([node('ReduceMax', ['z'], ['top'], []), node('Sub', ['z', 'top'], ['y']), node('Sigmoid', ['y'], ['scores'])]), {}],
    ['a false claim to be monotone', 'MONOTONE', goodFile, { monotone: { [FEATURES[0]]: -1 } }],
    ['an operator that does not exist', 'LOAD', () => changedFile([node('Exfiltrate', ['z'], ['scores'])]), {}],
    ['noise', 'LOAD', () => Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 97 + 13) % 251)), {}],
    ['nothing', 'LOAD', () => Buffer.alloc(0), {}],
    ['weights in a file of this folder', 'LOAD', () => modelFile(graphOf({ ...denseToScores(3, 3), initializers: [externalTensor('weights', [3, 3], 'package.json')], nodes: [node('MatMul', ['dense', 'weights'], ['m']), node('Sigmoid', ['m'], ['scores'])] })), {}],
  ])('finds %s: %s', async (_, name, file, over) => {
    const { checks } = await look(file(), over);
    expect(failed(checks)).toContain(name);
    expect(checks.filter(({ passed }) => !passed).every(({ detail }) => detail.length > 5)).toBe(true);
  }); // prettier-ignore

  it('finds a step of the funnel that is likelier than the one before, which does not block', async () => {
    const bias = [-3, -2, -1];
    const { checks } = await look(linearModel(3, WEIGHTS, bias), golden(WEIGHTS, bias));
    expect(failed(checks)).toEqual([]);
    expect(checks.find(({ name }) => name === 'FUNNEL')).toMatchObject({ passed: false, advisory: true });
  });

  it('finds a model that takes too long', async () => {
    const zeros = (rows: number, columns: number, name: string) => floatTensor(name, [rows, columns], new Float32Array(rows * columns));
    const { checks } = await look(
      modelFile(
        graphOf({
          ...denseToScores(3, 3),
          initializers: [
            floatTensor('weights', [3, 3], WEIGHTS), floatTensor('bias', [3], BIAS), zeros(3, 3072, 'A'), zeros(3072, 3072, 'B'), zeros(3072, 1, 'C'),
          ], // prettier-ignore
          nodes: [
            node('MatMul', ['dense', 'weights'], ['m']), node('Add', ['m', 'bias'], ['z']), node('MatMul', ['dense', 'A'], ['a']), node('MatMul', ['a', 'B'], ['b']),
            node('MatMul', ['b', 'C'], ['c']), node('Add', ['z', 'c'], ['y']), node('Sigmoid', ['y'], ['scores']),
          ], // prettier-ignore
        }),
      ),
    );
    expect(failed(checks)).toEqual(['LATENCY']);
  });
});
