import { FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { denseToScores, floatTensor, graphOf, modelFile, node } from '../support/onnx-files.js';
import { type TestModel, TEST_HEADS, testModel } from '../support/test-model.js';

/** So much is computed for nothing that 500 candidates take three times the millisecond below which a model runs in the thread of the service. */
const IDLE = 3072;

/** A linear model that takes a process of its own. */
export function distantModel(version: string): Pick<TestModel, 'manifest' | 'file'> {
  const { manifest, weights, bias } = testModel({ version });
  const [features, heads] = [FEATURE_NAMES.length, TEST_HEADS.length];
  const idle = Array.from({ length: features * IDLE }, (_, i) => Math.sin(i + 1) / features);
  const file = modelFile(
    graphOf({
      ...denseToScores(features, heads),
      initializers: [
        floatTensor('weights', [features, heads], weights),
        floatTensor('bias', [heads], bias),
        floatTensor('idle', [features, IDLE], idle),
        floatTensor('nothing', [IDLE, heads], new Float32Array(IDLE * heads)),
      ],
      nodes: [
        node('MatMul', ['dense', 'weights'], ['m']),
        node('MatMul', ['dense', 'idle'], ['i']),
        node('Tanh', ['i'], ['t']),
        node('MatMul', ['t', 'nothing'], ['n']),
        node('Add', ['m', 'n'], ['mn']),
        node('Add', ['mn', 'bias'], ['z']),
        node('Sigmoid', ['z'], ['scores']),
      ],
    }),
  );
  return { manifest, file };
}
