import { columnOf, featureCatalogue } from '../features/catalogue.js';
import { type Head, type IntentModel, type ModelInputs, type ModelManifest } from './intent-model.js';
import { SCORE_GROUPS, type ScoreGroup, scoreGroupOf } from './score-groups.js';
import { shapley } from './shapley.js';

/** Places of the median among eleven quantiles. */
const MEDIAN = 5;

/** What one head of a model says of one item, taken apart: `baseline` and `parts` add up to `probability`. */
export interface HeadExplanation {
  head: Head;
  probability: number;
  /** What it says where every feature is usual. */
  baseline: number;
  /** By group, those whose features are all usual left out. */
  parts: Map<ScoreGroup, number>;
}

/** The usual value of a feature: its median in training, else what stands for a missing one. */
const usualOf = ({ quantiles, missing }: ModelManifest, name: string): number =>
  quantiles[name]?.[MEDIAN] ?? missing[name] ?? featureCatalogue[columnOf(name) ?? -1]?.default ?? 0;

/**
 * Take a prediction apart exactly, whatever the model is: it is asked about every combination of groups of features, those in the combination as they were and
 * all others usual, at most 256 rows in one run; Shapley values of this game are what the groups contributed. Tensors beside the features are empty in all
 * rows, as for somebody of whom nothing is known: what they contribute is not told here.
 *
 * @param features as they were, by name; one that is missing counts as usual
 * @throws ModelFault as the model throws
 */
export async function explainPrediction(
  model: IntentModel,
  features: Readonly<Record<string, number>>,
  timeoutMs: number,
): Promise<HeadExplanation[]> {
  const { manifest } = model;
  const usual = Float32Array.from(manifest.featureNames, (name) => usualOf(manifest, name));
  const actual = Float32Array.from(manifest.featureNames, (name, i) => features[name] ?? usual[i]);
  const groups = manifest.featureNames.map(scoreGroupOf);
  const players = SCORE_GROUPS.filter((group) => groups.some((each, i) => each === group && actual[i] !== usual[i]));
  const rows = 2 ** players.length;
  const width = actual.length;
  const dense = new Float32Array(rows * width);
  const playerOf = groups.map((group) => players.indexOf(group));
  for (let row = 0, cell = 0; row < rows; row++)
    for (let i = 0; i < width; i++, cell++) dense[cell] = playerOf[i] >= 0 && (row & (1 << playerOf[i])) !== 0 ? actual[i] : usual[i];
  const answer = await model.predict(inputsOf(model, dense, rows), timeoutMs);
  const { heads } = manifest;
  return heads.map((head, place) => {
    const worth = Float64Array.from({ length: rows }, (_, row) => answer[row * heads.length + place]);
    const values = shapley(worth);
    return {
      head,
      probability: worth[rows - 1],
      baseline: worth[0],
      parts: new Map(players.map((group, player) => [group, values[player]])),
    };
  });
}

function inputsOf({ manifest, reads, sequenceLength }: IntentModel, dense: Float32Array, rows: number): ModelInputs {
  const inputs: ModelInputs = { rows, dense };
  const ids = (length: number): BigInt64Array => new BigInt64Array(length);
  if (reads.has('user_tags')) inputs.userTags = new Float32Array(manifest.tagNames.length);
  if (sequenceLength > 0) {
    const k = sequenceLength;
    inputs.sequence = { category: ids(k), brand: ids(k), creator: ids(k), type: ids(k), gap: new Float32Array(k) };
  }
  if (reads.has('cand_category') || reads.has('cand_brand') || reads.has('cand_creator'))
    inputs.candidates = { category: ids(rows), brand: ids(rows), creator: ids(rows) };
  return inputs;
}

type Contribution = { name: string; value: number };

/** Names of what is not a group: what the model says of the usual, and what it read beside the features that were kept. */
export const BASELINE = 'baseline';
export const BEHAVIOUR = 'behaviour';

/**
 * The terms of a score under a model, with what its heads added taken apart by groups of features. They add up to the same score.
 *
 * A model that reads features alone says the same again, so its terms are taken apart whole. One that reads more is asked here without it: what is then missing
 * of the score goes under `behaviour`, known by the objective weights that were in force.
 *
 * @param terms      by objective, as logged: heads of the model and what the shop itself knows
 * @param weightOf   objective weight of a head; undefined where it is unknown
 */
export function explainedTerms(
  terms: readonly Contribution[],
  explained: readonly HeadExplanation[],
  { readsMore, weightOf }: { readsMore: boolean; weightOf: (head: string) => number | undefined },
): Contribution[] {
  const sums = new Map<string, number>();
  const add = (name: string, value: number): void => void sums.set(name, (sums.get(name) ?? 0) + value);
  const rest: Contribution[] = [];
  for (const term of terms) {
    const said = explained.find(({ head }) => head === term.name);
    const factor = said && (readsMore ? weightOf(term.name) : term.value / said.probability);
    if (!said || factor === undefined || !Number.isFinite(factor)) {
      rest.push(term);
      continue;
    }
    for (const [group, value] of said.parts) add(group, factor * value);
    add(BASELINE, factor * said.baseline);
    if (readsMore) add(BEHAVIOUR, term.value - factor * said.probability);
  }
  const parts = Array.from(sums, ([name, value]) => ({ name, value })).filter(({ value }) => value !== 0);
  return [...parts.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)), ...rest];
}
