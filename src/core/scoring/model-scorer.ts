import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type IntentModel, ModelFault } from './intent-model.js';
import { judgeAnswer } from './model-answer.js';
import { giveBack, modelInputs } from './model-inputs.js';
import { type HeadScores, objectiveTerms, scoreByObjectives } from './objectives.js';

/** Name of the component. */
export const MODEL_SCORER = 'model';

/** A model is waited for so long at most, ms, whatever is left of the request's time: what comes after it needs some too. */
export const MODEL_TIMEOUT_MS = 50;

/**
 * Ask a model about all candidates, and judge what it says.
 *
 * @throws ModelFault whatever goes wrong
 */
export async function askModel(
  model: IntentModel,
  about: { signals: Signals; candidates: Pick<Candidates, 'itemNos'>; matrix: FeatureMatrix },
  timeoutMs: number,
): Promise<HeadScores> {
  const { manifest } = model;
  const { rows } = about.matrix;
  const { heads } = manifest;
  if (rows === 0) return { heads, probabilities: new Float32Array(0) };
  try {
    const inputs = modelInputs(model, about.signals, about.candidates, about.matrix);
    const probabilities = await model.predict(inputs, timeoutMs);
    judgeAnswer(probabilities, inputs.dense, rows, heads.length);
    giveBack(manifest, inputs); // only now: a run that was given up may still read it
    return { heads, probabilities };
  } catch (error) {
    throw error instanceof ModelFault ? error : new ModelFault('MODEL_FAILED', error instanceof Error ? error.message : String(error));
  }
}

/**
 * Scores of all candidates by a model, with nothing of the caller's own mixed in.
 *
 * @param order [n] rows
 * @returns     [n] scores, in that order
 * @throws ModelFault whatever goes wrong
 */
export async function scoresBy(
  model: IntentModel,
  about: { signals: Signals; candidates: Pick<Candidates, 'itemNos'>; matrix: FeatureMatrix },
  { order, timeoutMs }: { order: Uint32Array; timeoutMs: number },
): Promise<Float64Array> {
  const said = await askModel(model, about, timeoutMs);
  const scores = scoreByObjectives(objectiveTerms(about.signals.settings.objectives, said, about.matrix, true), about.matrix.rows);
  return Float64Array.from(order, (row) => scores[row]);
}
