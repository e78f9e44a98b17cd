import { FEATURE_NAMES } from '../../src/core/features/catalogue.js';
import { type ModelManifest } from '../../src/core/scoring/intent-model.js';
import {
  denseToScores, floatTensor, type GraphParts, graphOf, linearModel, linearScores, modelFile, node,
} from './onnx-files.js'; // prettier-ignore

/** A linear model of three features and three heads, whose heads fall along the funnel, with the manifest that fits it. */
export const FEATURES = FEATURE_NAMES.slice(0, 3);
export const HEADS = 3;
export const WEIGHTS = [0.5, 0.5, 0.5, -0.25, -0.25, -0.25, 0.125, 0.125, 0.125];
export const BIAS = [-1, -2, -3];
export const ROWS = Array.from({ length: 12 }, (_, r) => FEATURES.map((_name, f) => Math.abs(Math.sin((r + 1) * (f + 1) * 1.7))));

export function manifestOf(version: string, over: Partial<ModelManifest> = {}): ModelManifest {
  return {
    name: 'intent',
    version,
    kind: 'dense',
    heads: ['click', 'addToCart', 'purchase'],
    featureNames: [...FEATURES],
    tagNames: [],
    vocabularies: {},
    calibration: 'none',
    training: {},
    metrics: {},
    quantiles: {},
    missing: {},
    monotone: {},
    golden: { dense: ROWS, scores: linearScores(ROWS, WEIGHTS, BIAS) },
    ...over,
  };
}

export const goodFile = (): Buffer => linearModel(FEATURES.length, WEIGHTS, BIAS);

/** The linear part of the good model, `z`, followed by other nodes; `change` takes anything else to pieces. */
export function changedFile(nodes: readonly Buffer[], change: Partial<GraphParts> = {}, opset = 17): Buffer {
  const { initializers = [], ...rest } = change;
  return modelFile(
    graphOf({
      ...denseToScores(FEATURES.length, HEADS),
      initializers: [floatTensor('weights', [FEATURES.length, HEADS], WEIGHTS), floatTensor('bias', [HEADS], BIAS), ...initializers],
      nodes: [node('MatMul', ['dense', 'weights'], ['m']), node('Add', ['m', 'bias'], ['z']), ...nodes],
      ...rest,
    }),
    opset,
  );
}
