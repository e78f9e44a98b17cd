import { seededRandom } from '../../src/core/random.js';
import { BIAS, changedFile, goodFile, WEIGHTS } from '../support/model-files.js';
import * as onnx from '../support/onnx-files.js';

const { node } = onnx;
const MIB = 2 ** 20;
const sigmoid = node('Sigmoid', ['z'], ['scores']);

/** Noise as large as a file may be, hardly any of which can be told from its beginning to be none. */
function noise(bytes: number): Buffer {
  const random = seededRandom(1);
  const block = Buffer.from(Array.from({ length: MIB }, () => Math.floor(256 * random())));
  return Buffer.concat([goodFile().subarray(0, 200), ...Array.from({ length: Math.ceil(bytes / MIB) }, () => block)]).subarray(0, bytes);
}

const layers = (width: number): Buffer => {
  const zeros = (rows: number, columns: number, name: string) => onnx.floatTensor(name, [rows, columns], new Float32Array(rows * columns));
  return changedFile(
    [node('MatMul', ['dense', 'A'], ['a']), node('MatMul', ['a', 'B'], ['b']), node('MatMul', ['b', 'C'], ['c']), node('Add', ['z', 'c'], ['y']), node('Sigmoid', ['y'], ['scores'])],
    { initializers: [zeros(3, width, 'A'), zeros(width, width, 'B'), zeros(width, 1, 'C')] },
  ); // prettier-ignore
};

/** Constants within the limits that multiply to gigabytes when it runs. */
const bomb = (times: number): Buffer =>
  changedFile(
    [node('Expand', ['z', 'one'], ['e1']), node('Expand', ['e1', 'two'], ['e2']), node('ReduceMax', ['e2'], ['r']), node('Add', ['z', 'r'], ['y']), node('Sigmoid', ['y'], ['scores'])],
    { initializers: [onnx.int64Tensor('one', [3], [times, 1, 1]), onnx.int64Tensor('two', [4], [times, 1, 1, 1])] },
  ); // prettier-ignore

function loop(): Buffer {
  const body = onnx.graphOf({
    nodes: [node('Identity', ['go'], ['go_on']), node('Identity', ['v'], ['v_out'])],
    inputs: [onnx.valueInfo('i', [], onnx.INT64), onnx.valueInfo('go', [], onnx.BOOL), onnx.valueInfo('v', ['N', 3])],
    outputs: [onnx.valueInfo('go_on', [], onnx.BOOL), onnx.valueInfo('v_out', ['N', 3])],
  });
  return changedFile(
    [node('Loop', ['trips', 'yes', 'z'], ['y'], [onnx.graphAttribute('body', body)]), node('Sigmoid', ['y'], ['scores'])],
    {
      initializers: [onnx.int64Tensor('trips', [], [2n ** 62n]), onnx.boolTensor('yes', [], [true])],
    },
  );
}

/** Twenty files of those who mean no good: some found out by their bytes, some only when they run, some large, some slow, some without end. */
export const HOSTILE_FILES: readonly [what: string, file: () => Buffer][] = [
  ['64 MiB of noise', () => noise(64 * MIB - 1)],
  ['a model that takes too long', () => layers(3_072)],
  ['gigabytes when it runs', () => bomb(2_000)],
  ['a loop of 2^62', loop],
  ['weights in a file of the machine', () => changedFile([sigmoid], { initializers: [onnx.externalTensor('extra', [3], '/etc/passwd')] })],
  ['100,000 nodes', () => changedFile([...Array.from({ length: 100_000 }, (_, n) => node('Relu', [n === 0 ? 'z' : `r${n - 1}`], [`r${n}`])), sigmoid])],
  ['NaN', () => onnx.linearModel(3, WEIGHTS.map(() => NaN), BIAS)],
  ['chance', () => changedFile([node('RandomUniformLike', ['z'], ['scores'])])],
  ['one score for all', () => onnx.linearModel(3, WEIGHTS.map(() => 0), BIAS)],
  ['40 MB of weights', () => layers(3_170)],
  ['half a model', () => goodFile().subarray(0, 200)],
  ['noise', () => noise(4_096)],
  ['a circle', () => changedFile([node('Add', ['z', 'b'], ['a']), node('Add', ['z', 'a'], ['b']), sigmoid])],
  ['more gigabytes when it runs', () => bomb(3_000)],
  ['a fixed batch', () => changedFile([sigmoid], onnx.denseToScores(3, 3, 7))],
  ['shapes that cannot be', () => changedFile([sigmoid], { initializers: [onnx.floatTensor('far', [2 ** 31 - 1, 2 ** 31 - 1], [1])] })],
  ['an operator of somebody', () => changedFile([Buffer.concat([node('Gelu', ['z'], ['y']), onnx.bytes(7, 'com.microsoft')]), sigmoid])],
  ['other answers than its trainer got', () => onnx.linearModel(3, WEIGHTS, [0, -1, -2])],
  ['another width than its features', () => onnx.linearModel(4, [...WEIGHTS, 0, 0, 0], BIAS)],
  ['once more too long', () => layers(2_900)],
]; // prettier-ignore
