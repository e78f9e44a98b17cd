import { column } from '../features/catalogue.js';
import { type IntentModel } from './intent-model.js';
import { type HeadScores } from './objectives.js';
import { type KeptCandidates, matrixOf } from './score-again.js';
import { type ScoreInputs } from './score-inputs.js';

/** Why a model cannot be asked about kept candidates, in words; null where it can. */
export function unanswerable({ reads }: Pick<IntentModel, 'reads'>): string | null {
  const others = [...reads].filter((tensor) => tensor !== 'dense');
  return others.length === 0 ? null : `the model reads ${others.join(', ')}, of which the log keeps nothing`;
}

/**
 * Ask a model about candidates as they were kept, in the rows in which they were scored: the model that scored them says the same, to the last bit.
 *
 * @throws ModelFault where it does not answer in time
 */
export async function askAgain(model: IntentModel, inputs: ScoreInputs, kept: KeptCandidates, timeoutMs: number): Promise<HeadScores> {
  const { heads, featureNames } = model.manifest;
  const matrix = matrixOf(inputs, kept);
  const { rows } = matrix;
  const dense = new Float32Array(rows * featureNames.length);
  featureNames.forEach((name, feature) => {
    const values = matrix.column(column(name));
    for (let row = 0; row < rows; row++) dense[row * featureNames.length + feature] = values[row];
  });
  if (rows === 0) return { heads, probabilities: new Float32Array(0) };
  return { heads, probabilities: await model.predict({ rows, dense }, timeoutMs) };
}
