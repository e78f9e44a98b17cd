import { column, featureCatalogue } from '../../features/catalogue.js';
import { type Random } from '../../random.js';
import { type BehaviourSequence, type ModelInputs, type ModelManifest, type ModelTensor } from '../intent-model.js';
import { type ModelShape } from './signature.js';

/** So many candidates a page has at most. */
export const PROBE_ROWS = 500;
const SWEEP_POINTS = 11;
const SWEEP_ROWS = 40;
/** Beyond all that a feature without a bound comes to: most are logarithms. */
const FAR = 1e4;

/** Inputs that the gate asks a model with, by what they are. */
export interface ProbeInputs {
  /** As the manifest gives it. */
  golden: ModelInputs;
  /** 500 candidates as there might be. */
  typical: ModelInputs;
  /** Defaults, lowest and highest values, and values far beyond. */
  edges: ModelInputs;
  /** Candidates for somebody of whom nothing is known. */
  cold: ModelInputs;
}

/** What is known of the values of one feature. */
interface Spread {
  fallback: number;
  low: number;
  high: number;
  /** Points of equal shares, rising. */
  points: readonly number[];
  ofUser: boolean;
}

function spreadOf(manifest: ModelManifest, place: number): Spread {
  const name = manifest.featureNames[place];
  const { min, max, default: fallback, group } = featureCatalogue[column(name)];
  const golden = (manifest.golden.dense as number[][]).map((row) => row[place]).sort((a, b) => a - b);
  const points = manifest.quantiles[name] ?? golden;
  return { fallback, low: min ?? -FAR, high: max ?? FAR, points, ofUser: group === 'user' };
}

/** The value below which a share of the values lies, by straight lines between the points. */
function at({ points }: Spread, share: number): number {
  const place = share * (points.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, points.length - 1);
  return points[below] + (place - below) * (points[above] - points[below]);
}

const spreadsOf = (manifest: ModelManifest): Spread[] => manifest.featureNames.map((_, place) => spreadOf(manifest, place));

/** The inputs of a probe. The shape has to be one that the manifest's golden batch covers. */
export function probeInputs(manifest: ModelManifest, shape: ModelShape, random: Random): ProbeInputs {
  const spreads = spreadsOf(manifest);
  const rows = manifest.golden.scores.length;
  const golden = Float32Array.from((manifest.golden.dense as number[][]).flat());
  const typical = matrix(PROBE_ROWS, spreads, (spread) => at(spread, random()));
  const edgesOf: ((spread: Spread, place: number) => number)[] = [
    ({ fallback }) => fallback,
    ({ low }) => low,
    ({ high }) => high,
    ({ low, high }, place) => (place % 2 === 0 ? low : high),
    ({ low, high }, place) => (place % 2 === 0 ? high : low),
    () => 0,
    () => FAR,
    () => -FAR,
  ];
  const edges = matrix(edgesOf.length, spreads, (spread, row, place) => edgesOf[row](spread, place));
  const coldRows = Math.min(64, PROBE_ROWS);
  const cold = matrix(coldRows, spreads, (spread, row, place) => (spread.ofUser ? spread.fallback : typical[row * spreads.length + place]));
  const about = aroundGolden(manifest, shape, random);
  return {
    golden: { rows, dense: golden, ...about.user, ...about.candidates(rows, true) },
    typical: { rows: PROBE_ROWS, dense: typical, ...about.user, ...about.candidates(PROBE_ROWS, false) },
    edges: { rows: edgesOf.length, dense: edges, ...about.user, ...about.candidates(edgesOf.length, false) },
    cold: { rows: coldRows, dense: cold, ...about.nobody, ...about.candidates(coldRows, false) },
  };
}

function matrix(rows: number, spreads: readonly Spread[], value: (spread: Spread, row: number, place: number) => number): Float32Array {
  const width = spreads.length;
  return Float32Array.from({ length: rows * width }, (_, cell) => value(spreads[cell % width], Math.floor(cell / width), cell % width));
}

type User = Pick<ModelInputs, 'userTags' | 'sequence'>;

/** What the golden batch says besides the features: its user, nobody, and candidates by number, its own or others. */
function aroundGolden({ golden, tagNames, vocabularies }: ModelManifest, { reads, sequenceLength }: ModelShape, random: Random) {
  const ids = (tensor: ModelTensor): BigInt64Array => BigInt64Array.from((golden[tensor] ?? []).flat().map(BigInt));
  const idsOr = (tensor: ModelTensor): BigInt64Array => (reads.has(tensor) ? ids(tensor) : new BigInt64Array(sequenceLength));
  const user: User = {};
  const nobody: User = {};
  if (reads.has('user_tags')) {
    user.userTags = Float32Array.from((golden.user_tags ?? []).flat());
    nobody.userTags = new Float32Array(tagNames.length);
  }
  if (sequenceLength > 0) {
    const gap = Float32Array.from((golden.seq_gap ?? []).flat());
    user.sequence = {
      category: idsOr('seq_category'),
      brand: idsOr('seq_brand'),
      creator: idsOr('seq_creator'),
      type: idsOr('seq_type'),
      gap,
    };
    nobody.sequence = emptySequence(sequenceLength);
  }
  const column = (tensor: ModelTensor, highest: number | undefined, rows: number, own: boolean): BigInt64Array => {
    if (own && reads.has(tensor)) return ids(tensor);
    return BigInt64Array.from({ length: rows }, () => BigInt(Math.floor(random() * ((highest ?? 0) + 1))));
  };
  const readsCandidates = [...reads].some((name) => name.startsWith('cand_'));
  const candidates = (rows: number, own: boolean): Pick<ModelInputs, 'candidates'> =>
    readsCandidates
      ? {
          candidates: {
            category: column('cand_category', vocabularies.category, rows, own),
            brand: column('cand_brand', vocabularies.brand, rows, own),
            creator: column('cand_creator', vocabularies.creator, rows, own),
          },
        }
      : {};
  return { user, nobody, candidates };
}

export const emptySequence = (length: number): BehaviourSequence => ({
  category: new BigInt64Array(length),
  brand: new BigInt64Array(length),
  creator: new BigInt64Array(length),
  type: new BigInt64Array(length),
  gap: new Float32Array(length),
});

/** Some rows of a request, in the order given; the user stays. */
export function pickRows(inputs: ModelInputs, rows: readonly number[]): ModelInputs {
  const width = inputs.dense.length / inputs.rows;
  const dense = new Float32Array(rows.length * width);
  rows.forEach((row, i) => dense.set(inputs.dense.subarray(row * width, (row + 1) * width), i * width));
  const { candidates } = inputs;
  const pick = (ids: BigInt64Array): BigInt64Array => BigInt64Array.from(rows, (row) => ids[row]);
  return {
    ...inputs,
    rows: rows.length,
    dense,
    ...(candidates && {
      candidates: { category: pick(candidates.category), brand: pick(candidates.brand), creator: pick(candidates.creator) },
    }),
  };
}

/** One claim to be monotone, asked: `points` rows for each of some candidates, alike but for the feature, whose value rises. */
export interface Sweep {
  feature: string;
  direction: 1 | -1;
  points: number;
  inputs: ModelInputs;
}

/** A sweep for every feature that the manifest claims to be monotone, over its quantiles or else from end to end of the golden batch. */
export function* sweepsOf(manifest: ModelManifest, typical: ModelInputs): Generator<Sweep> {
  const width = manifest.featureNames.length;
  for (const [feature, direction] of Object.entries(manifest.monotone)) {
    const place = manifest.featureNames.indexOf(feature);
    const spread = spreadOf(manifest, place);
    const inputs = pickRows(
      typical,
      Array.from({ length: SWEEP_ROWS * SWEEP_POINTS }, (_, i) => Math.floor(i / SWEEP_POINTS)),
    );
    for (let row = 0; row < inputs.rows; row++) inputs.dense[row * width + place] = at(spread, (row % SWEEP_POINTS) / (SWEEP_POINTS - 1));
    yield { feature, direction, points: SWEEP_POINTS, inputs };
  }
}
