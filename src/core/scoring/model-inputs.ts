import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { column } from '../features/catalogue.js';
import { type FeatureMatrix } from '../features/matrix.js';
import { type Purpose } from '../privacy/purposes.js';
import { readTags } from '../tags/profile.js';
import { behaviourOf, candidateNamesOf } from './behaviour.js';
import { type IntentModel, type ModelInputs, type ModelManifest, type ModelVocabulary } from './intent-model.js';

/** Buffers of models that wait to be used again: as many as there were requests at once, at most. */
const MAX_SPARE = 16;

interface Plan {
  /** Columns of the catalogue, in the order of the model. */
  columns: readonly number[];
  spare: Float32Array[];
}

const plans = new WeakMap<ModelManifest, Plan>();

function planOf(manifest: ModelManifest): Plan {
  let plan = plans.get(manifest);
  if (!plan) plans.set(manifest, (plan = { columns: manifest.featureNames.map(column), spare: [] }));
  return plan;
}

/**
 * What a request tells a model. The buffer of `dense` is used again once it is given back, and holds at least `rows` rows.
 *
 * @throws RangeError for a feature that is none
 */
export function modelInputs(
  model: IntentModel,
  signals: Signals,
  { itemNos }: Pick<Candidates, 'itemNos'>,
  matrix: FeatureMatrix,
): ModelInputs {
  const { taste, shop, now } = signals;
  const { manifest, reads } = model;
  const inputs: ModelInputs = { rows: matrix.rows, dense: denseOf(planOf(manifest), matrix) };
  if (reads.has('user_tags')) inputs.userTags = tagValues(manifest.tagNames, signals);
  if (model.sequenceLength > 0) {
    const sequence = behaviourOf(taste, shop.catalogue, now, model.sequenceLength);
    inputs.sequence = sequence;
    for (const name of ['category', 'brand', 'creator', 'type'] as const) forgetUnknown(sequence[name], name, manifest);
  }
  if (reads.has('cand_category') || reads.has('cand_brand') || reads.has('cand_creator')) {
    const candidates = candidateNamesOf(itemNos, shop.catalogue);
    inputs.candidates = candidates;
    for (const name of ['category', 'brand', 'creator'] as const) forgetUnknown(candidates[name], name, manifest);
  }
  return inputs;
}

/** The model has answered: what it was given may be written over. */
export function giveBack(manifest: ModelManifest, { dense }: ModelInputs): void {
  const { spare } = planOf(manifest);
  if (spare.length < MAX_SPARE) spare.push(new Float32Array(dense.buffer));
}

/** [rows * features] row-major */
function denseOf({ columns, spare }: Plan, matrix: FeatureMatrix): Float32Array {
  const { rows } = matrix;
  const width = columns.length;
  matrix.need(columns);
  let buffer = spare.pop();
  if (!buffer || buffer.length < rows * width) buffer = new Float32Array(rows * width);
  for (let feature = 0; feature < width; feature++) {
    const values = matrix.column(columns[feature]);
    for (let row = 0, cell = feature; row < rows; row++, cell += width) buffer[cell] = values[row];
  }
  return buffer.subarray(0, rows * width);
}

/** What the tags of a request may have been learned for: the state is there only with consent to personalisation. */
const WITHOUT_TIES: ReadonlySet<Purpose> = new Set(['ESSENTIAL', 'PERSONALISATION']);
const WITH_TIES: ReadonlySet<Purpose> = new Set([...WITHOUT_TIES, 'SOCIAL_GRAPH']);

/** Values of the tags by their keys; 0 for one that the user does not carry. */
function tagValues(tagNames: readonly string[], { taste, mayUseTies, shop, now }: Signals): Float32Array {
  const values = new Float32Array(tagNames.length);
  if (!taste) return values;
  const { category, brand, creator } = shop.catalogue.names;
  const names = {
    category: (no: number) => category.name(no),
    brand: (no: number) => brand.name(no),
    creator: (no: number) => creator.name(no),
  };
  const valueByKey = new Map(
    readTags(taste, now, { names, purposes: mayUseTies ? WITH_TIES : WITHOUT_TIES }).map(({ key, value }) => [key, value]),
  );
  tagNames.forEach((name, i) => (values[i] = valueByKey.get(name) ?? 0));
  return values;
}

/** A number that was given out after the training lies beyond the tables of the model, which it may not look into; all of them do where it names no end. */
function forgetUnknown(ids: BigInt64Array, name: ModelVocabulary, { vocabularies }: ModelManifest): void {
  const last = BigInt(vocabularies[name] ?? 0);
  for (let i = 0; i < ids.length; i++) if (ids[i] > last) ids[i] = 0n;
}
