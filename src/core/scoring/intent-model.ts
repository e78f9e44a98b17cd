import { type Degradation } from '../outcome.js';

/** What a model can predict, each a probability; `click` always, the funnel click ≥ addToCart ≥ purchase where it has them. */
export const HEADS = ['click', 'addToCart', 'purchase', 'like', 'save', 'share', 'follow', 'completion', 'hide', 'report'] as const;
export type Head = (typeof HEADS)[number];

/** Vocabularies whose integer ids a sequence model reads; 0 is padding or unknown. */
export const MODEL_VOCABULARIES = ['category', 'brand', 'creator', 'type'] as const;
export type ModelVocabulary = (typeof MODEL_VOCABULARIES)[number];

/** Tensors that a model may ask for, by the names of the public contract. */
export const MODEL_TENSORS = [
  'dense', 'user_tags', 'seq_category', 'seq_brand', 'seq_creator', 'seq_type', 'seq_gap', 'cand_category', 'cand_brand', 'cand_creator',
] as const; // prettier-ignore
export type ModelTensor = (typeof MODEL_TENSORS)[number];

/** What a model says of itself, checked; the form is that of the public contract. */
export interface ModelManifest {
  name: string;
  version: string;
  kind: 'dense' | 'sequence';
  /** Columns of `scores`, in order. */
  heads: Head[];
  /** Columns of `dense`, in order. */
  featureNames: string[];
  /** Columns of `user_tags`, in order. */
  tagNames: string[];
  /** Ids up to this were known in training; higher ones count as unknown. */
  vocabularies: Partial<Record<ModelVocabulary, number>>;
  calibration: 'exposure' | 'sampled' | 'none';
  training: { from?: string; to?: string; exposures?: number; data?: string };
  metrics: Record<string, unknown>;
  /** 11 points a feature, of the training data. */
  quantiles: Record<string, number[]>;
  missing: Record<string, number>;
  monotone: Record<string, 1 | -1>;
  /** At least 8 rows of every tensor the model reads, and of `scores`; a user's tensor has one row. */
  golden: { scores: number[][] } & Partial<Record<ModelTensor, number[][] | number[]>>;
}

/** The behaviour of one user, newest first, padded with zeros: [K] each. */
export interface BehaviourSequence {
  category: BigInt64Array;
  brand: BigInt64Array;
  creator: BigInt64Array;
  type: BigInt64Array;
  /** ln(1 + hours since) */
  gap: Float32Array;
}

/** What one request tells a model: one user and `rows` candidates. */
export interface ModelInputs {
  rows: number;
  /** [rows * featureNames.length] row-major, in the order of the manifest, raw */
  dense: Float32Array;
  /** [tagNames.length], where the model reads any */
  userTags?: Float32Array;
  /** Where the model reads a sequence. */
  sequence?: BehaviourSequence;
  /** [rows] each: the candidates in the same vocabularies, where the model reads them */
  candidates?: { category: BigInt64Array; brand: BigInt64Array; creator: BigInt64Array };
}

/** A model that can be asked. Loaded, warmed and the same for as long as it is held. */
export interface IntentModel {
  readonly manifest: ModelManifest;
  /** Tensors that it reads. */
  readonly reads: ReadonlySet<ModelTensor>;
  /** Length K of the sequence that it reads; 0 for none. */
  readonly sequenceLength: number;
  /**
   * [rows * heads] row-major, as the file gave them: the caller judges them. Inputs are not kept after it resolves.
   *
   * @throws ModelFault MODEL_SLOW after `timeoutMs`, MODEL_FAILED for anything else
   */
  predict(inputs: ModelInputs, timeoutMs: number): Float32Array | Promise<Float32Array>;
}

export type ModelDegradation = Extract<Degradation, 'MODEL_MISSING' | 'MODEL_SLOW' | 'MODEL_FAILED' | 'MODEL_ABSURD'>;

/** A model did not answer as it must. */
export class ModelFault extends Error {
  constructor(
    readonly degradation: ModelDegradation,
    message: string,
  ) {
    super(message);
    this.name = 'ModelFault';
  }
}

/** The models that one page may ask, and why those before them may not be. */
export interface ModelsForPage {
  /** The first that answers decides: the champion, then the one before it. */
  inUse: readonly IntentModel[];
  /** What is known to be out of order before anything is asked; empty where the champion is in use. */
  givenUp: readonly ModelDegradation[];
}

export const NO_MODELS: ModelsForPage = { inUse: [], givenUp: ['MODEL_MISSING'] };

/** What a model foresees for one item: probabilities by head. */
export type Intent = Partial<Record<Head, number>>;

/** [rows.length] probabilities of some rows by head, null where no model decided. */
export function intentsOf(said: { heads: readonly Head[]; probabilities: Float32Array } | null, rows: Uint32Array): Intent[] | null {
  if (!said) return null;
  const { heads, probabilities } = said;
  return Array.from(rows, (row) => {
    const intent: Intent = {};
    heads.forEach((head, i) => (intent[head] = probabilities[row * heads.length + i]));
    return intent;
  });
}
