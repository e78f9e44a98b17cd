import { createOnnxRuntime } from '../../src/adapters/onnx/runtime.js';
import { type ModelFault, type ModelInputs } from '../../src/core/scoring/intent-model.js';
import { type LoadedModel, type ModelRuntime } from '../../src/ports/model-runtime.js';
import { descendants, signalAll } from '../chaos/processes.js';
import { eventually } from '../support/eventually.js';
import * as onnx from '../support/onnx-files.js';
import { goldenRows, testModel, type TestModel } from '../support/test-model.js';

const FEATURES = ['item.popularity_log@1', 'item.freshness@1'];
const model = (): TestModel => testModel({ featureNames: FEATURES, weightOf: (f) => 1 + f });

const inputsOf = (rows: number[][]): ModelInputs => ({ rows: rows.length, dense: Float32Array.from(rows.flat()) });

const faultOf = (work: unknown): Promise<ModelFault> =>
  Promise.resolve(work).then(
    () => Promise.reject(new Error('it answered')),
    (error: ModelFault) => error,
  );

/** Answers as the linear model; where the first feature of the first row is `trips`, it goes around so many times before that. */
function loopingModel(): Pick<TestModel, 'manifest' | 'file'> {
  const { manifest, weights, bias } = model();
  const body = onnx.graphOf({
    nodes: [onnx.node('Identity', ['go'], ['go_on']), onnx.node('Identity', ['v'], ['v_out'])],
    inputs: [onnx.valueInfo('i', [], onnx.INT64), onnx.valueInfo('go', [], onnx.BOOL), onnx.valueInfo('v', ['N', 3])],
    outputs: [onnx.valueInfo('go_on', [], onnx.BOOL), onnx.valueInfo('v_out', ['N', 3])],
  });
  const file = onnx.modelFile(
    onnx.graphOf({
      ...onnx.denseToScores(2, 3),
      initializers: [onnx.floatTensor('weights', [2, 3], weights), onnx.floatTensor('bias', [3], bias), onnx.boolTensor('yes', [], [true])],
      nodes: [
        onnx.node('ReduceMax', ['dense'], ['most'], [onnx.intAttribute('keepdims', 0)]),
        onnx.node('Cast', ['most'], ['trips'], [onnx.intAttribute('to', onnx.INT64)]),
        onnx.node('MatMul', ['dense', 'weights'], ['m']),
        onnx.node('Add', ['m', 'bias'], ['z']),
        onnx.node('Sigmoid', ['z'], ['s']),
        onnx.node('Loop', ['trips', 'yes', 's'], ['scores'], [onnx.graphAttribute('body', body)]),
      ],
    }),
  );
  return { manifest, file };
}

describe('the ONNX runtime', () => {
  let runtime: ModelRuntime;
  let distant: ModelRuntime;
  beforeAll(() => {
    runtime = createOnnxRuntime();
    distant = createOnnxRuntime({ inlineBelowMs: 0 });
  });
  afterAll(() => Promise.all([runtime.close(), distant.close()]));

  it.each([
    ['in this thread', () => runtime],
    ['in a process of its own', () => distant],
  ])('answers %s what the file computes', async (_where, which) => {
    const { manifest, file, weights, bias } = model();
    const loaded = await which().load(manifest, file);
    const rows = goldenRows(FEATURES, 500);
    const answer = await loaded.predict(inputsOf(rows), 1_000);
    const wanted = onnx.linearScores(rows, weights, bias).flat();
    expect(answer.length).toBe(1_500);
    expect(Math.max(...wanted.map((value, cell) => Math.abs(value - answer[cell])))).toBeLessThan(1e-6);
    expect(loaded.costMs).toBeLessThan(5);
    expect([[...loaded.reads], loaded.sequenceLength]).toEqual([['dense'], 0]);
    expect(await loaded.predict({ rows: 0, dense: new Float32Array(0) }, 50)).toHaveLength(0);
  });

  it('reads what a sequence model asks for', async () => {
    // scores = sigmoid(dense + mean of seq_gap + user_tags)
    const file = onnx.modelFile(
      onnx.graphOf({
        inputs: [
          onnx.valueInfo('dense', ['N', 1]),
          onnx.valueInfo('user_tags', [1, 1]),
          onnx.valueInfo('seq_category', [1, 4], onnx.INT64),
          onnx.valueInfo('seq_gap', [1, 4]),
          onnx.valueInfo('cand_brand', ['N'], onnx.INT64),
        ],
        outputs: [onnx.valueInfo('scores', ['N', 1])],
        initializers: [onnx.int64Tensor('column', [2], [-1, 1])],
        nodes: [
          onnx.node('ReduceMean', ['seq_gap'], ['gap'], [onnx.intAttribute('keepdims', 0)]),
          onnx.node('Cast', ['seq_category'], ['category'], [onnx.intAttribute('to', onnx.FLOAT)]),
          onnx.node('ReduceSum', ['category'], ['categories'], [onnx.intAttribute('keepdims', 0)]),
          onnx.node('Cast', ['cand_brand'], ['brand'], [onnx.intAttribute('to', onnx.FLOAT)]),
          onnx.node('Reshape', ['brand', 'column'], ['brands']),
          onnx.node('Add', ['dense', 'gap'], ['a']),
          onnx.node('Add', ['a', 'user_tags'], ['b']),
          onnx.node('Add', ['b', 'categories'], ['c']),
          onnx.node('Sub', ['c', 'brands'], ['z']),
          onnx.node('Sigmoid', ['z'], ['scores']),
        ],
      }),
    );
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    // 0.5 + mean(1, 1, 0, 0) + 0.25 + (2 + 1) - brand
    const scores = Array.from({ length: 8 }, (_, row) => [sigmoid(0.5 + 0.5 + 0.25 + 3 - row)]);
    const { manifest } = testModel({
      featureNames: ['item.freshness@1'],
      fields: {
        heads: ['click'],
        kind: 'sequence',
        golden: {
          dense: Array.from({ length: 8 }, () => [0.5]),
          user_tags: [[0.25]],
          seq_category: [[2, 1, 0, 0]],
          seq_gap: [[1, 1, 0, 0]],
          cand_brand: [0, 1, 2, 3, 4, 5, 6, 7],
          scores,
        },
      },
    });
    const loaded = await runtime.load(manifest, file);
    expect([[...loaded.reads].sort(), loaded.sequenceLength]).toEqual([['cand_brand', 'dense', 'seq_category', 'seq_gap', 'user_tags'], 4]);
    expect((await faultOf(loaded.predict({ rows: 1, dense: Float32Array.of(0) }, 50))).message).toContain('"user_tags"');
  });

  it('refuses a file that does not give back its golden batch, or is none', async () => {
    const { manifest } = model();
    const other = testModel({ featureNames: FEATURES, weightOf: (f) => 1 + f, bias: 0 });
    expect(await faultOf(runtime.load(manifest, other.file))).toMatchObject({ degradation: 'MODEL_FAILED' });
    expect((await faultOf(runtime.load(manifest, Buffer.from('no model')))).degradation).toBe('MODEL_FAILED');
  });

  it('gives up a run that does not end, kills it, and answers again', async () => {
    const { manifest, file } = loopingModel();
    const loaded = await distant.load(manifest, file);
    const started = performance.now();
    const fault = await faultOf(loaded.predict(inputsOf([[1e15, 0]]), 50));
    expect([fault.degradation, performance.now() - started < 500]).toEqual(['MODEL_SLOW', true]);
    const again = await eventually(async () => loaded.predict(inputsOf([[1, 0]]), 500), 10_000);
    expect(again).toHaveLength(3);
  });

  it('says that a model is missing, and not that it failed, while its process was ended from outside', async () => {
    const before = new Set(descendants(process.pid, 'model-process'));
    const { manifest, file } = model();
    const loaded = await distant.load(manifest, file);
    const pids = descendants(process.pid, 'model-process').filter((pid) => !before.has(pid));
    expect(signalAll(pids, 'SIGKILL')).toBe(1);
    const degradation = (): Promise<string> => faultOf(loaded.predict(inputsOf([[1, 1]]), 1_000)).then((fault) => fault.degradation);
    expect([await degradation(), await degradation()]).toEqual(['MODEL_MISSING', 'MODEL_MISSING']);
    expect(await eventually(async () => loaded.predict(inputsOf([[1, 0]]), 500), 10_000)).toHaveLength(3);
    await loaded.release();
  });

  it('finishes what is under way before it lets go of a model, and fails what comes after', async () => {
    const { manifest, file } = model();
    for (const which of [runtime, distant]) {
      const loaded: LoadedModel = await which.load(manifest, file);
      const underWay = loaded.predict(inputsOf([[1, 1]]), 1_000);
      await loaded.release();
      expect(await underWay).toHaveLength(3);
      expect((await faultOf(loaded.predict(inputsOf([[1, 1]]), 1_000))).degradation).toBe('MODEL_FAILED');
    }
  });
});
