import { FEATURE_NAMES, featureCatalogue } from '../../src/core/features/catalogue.js';
import { type Head, type ModelManifest } from '../../src/core/scoring/intent-model.js';
import { linearModel, linearScores } from './onnx-files.js';

export const TEST_HEADS: Head[] = ['click', 'addToCart', 'purchase'];
const GOLDEN_ROWS = 16;

export interface TestModel {
  manifest: ModelManifest;
  file: Buffer;
  /** [features * heads] row-major */
  weights: number[];
  bias: number[];
}

/** Rows that vary in every feature, within its range. */
export const goldenRows = (featureNames: readonly string[], rows = GOLDEN_ROWS): number[][] =>
  Array.from({ length: rows }, (_, row) =>
    featureNames.map((name, f) => {
      const { min, max } = featureCatalogue.find((feature) => feature.name === name)!;
      const share = Math.abs(Math.sin((row + 1) * (f + 1) * 1.7));
      return Math.fround((min ?? 0) + share * ((max ?? 3) - (min ?? 0)));
    }),
  );

export interface TestModelOptions {
  version?: string;
  featureNames?: readonly string[];
  /** Weight of every feature, the same for all heads, so that the funnel holds. */
  weightOf?: (feature: number) => number;
  /** Of the click; the later steps of the funnel lie one and two below. */
  bias?: number;
  fields?: Partial<ModelManifest>;
}

/** A linear model with all features, and the manifest that belongs to it. */
export function testModel({ version = 'v1', featureNames = FEATURE_NAMES, weightOf, bias = -1, fields }: TestModelOptions = {}): TestModel {
  const weight = weightOf ?? ((feature) => 0.1 * Math.sin(feature + 1));
  const weights = featureNames.flatMap((_, feature) => TEST_HEADS.map(() => Math.fround(weight(feature))));
  const biases = TEST_HEADS.map((_, head) => bias - head);
  const dense = goldenRows(featureNames);
  return {
    weights,
    bias: biases,
    file: linearModel(featureNames.length, weights, biases),
    manifest: {
      name: 'intent',
      version,
      kind: 'dense',
      heads: TEST_HEADS,
      featureNames: [...featureNames],
      tagNames: [],
      vocabularies: {},
      calibration: 'none',
      training: {},
      metrics: {},
      quantiles: {},
      missing: {},
      monotone: {},
      golden: { dense, scores: linearScores(dense, weights, biases) },
      ...fields,
    },
  };
}
