import { type InferenceSession } from 'onnxruntime-node';
import {
  type BehaviourSequence,
  MODEL_TENSORS,
  ModelFault,
  type ModelInputs,
  type ModelManifest,
  type ModelTensor,
} from '../../core/scoring/intent-model.js';

/** One tensor that goes in. */
export interface Feed {
  name: ModelTensor;
  type: 'float32' | 'int64';
  data: Float32Array | BigInt64Array;
  dims: number[];
}

/** What a model asks for, as its file says. */
export interface Signature {
  reads: ReadonlySet<ModelTensor>;
  /** 0 for none */
  sequenceLength: number;
}

/** The length of a sequence whose length the file leaves free. */
const FREE_SEQUENCE_LENGTH = 50;

const isModelTensor = (name: string): name is ModelTensor => (MODEL_TENSORS as readonly string[]).includes(name);

/** @throws ModelFault MODEL_FAILED for an input that the service does not know */
export function signatureOf(inputs: readonly InferenceSession.ValueMetadata[]): Signature {
  const reads = new Set<ModelTensor>();
  let sequenceLength = 0;
  for (const input of inputs) {
    if (!isModelTensor(input.name))
      throw new ModelFault('MODEL_FAILED', `the model asks for "${input.name}", which is not among what it may read`);
    reads.add(input.name);
    if (!input.name.startsWith('seq_') || !input.isTensor) continue;
    const length = input.shape[1];
    sequenceLength = typeof length === 'number' ? length : FREE_SEQUENCE_LENGTH;
  }
  return { reads, sequenceLength };
}

/** The tensors of one request. @throws ModelFault MODEL_FAILED when something that the model reads is missing */
export function feedsOf({ reads }: Signature, inputs: ModelInputs): Feed[] {
  return Array.from(reads, (name) => feedOf(name, inputs));
}

function feedOf(name: ModelTensor, { rows, dense, userTags, sequence, candidates }: ModelInputs): Feed {
  const floats = (data: Float32Array | undefined, dims: number[]): Feed => ({ name, type: 'float32', data: present(name, data), dims });
  const ids = (data: BigInt64Array | undefined, dims: number[]): Feed => ({ name, type: 'int64', data: present(name, data), dims });
  const length = sequence?.gap.length ?? 0;
  switch (name) {
    case 'dense': return floats(dense, [rows, dense.length / rows]);
    case 'user_tags': return floats(userTags, [1, userTags?.length ?? 0]);
    case 'seq_gap': return floats(sequence?.gap, [1, length]);
    case 'seq_category': return ids(sequence?.category, [1, length]);
    case 'seq_brand': return ids(sequence?.brand, [1, length]);
    case 'seq_creator': return ids(sequence?.creator, [1, length]);
    case 'seq_type': return ids(sequence?.type, [1, length]);
    case 'cand_category': return ids(candidates?.category, [rows]);
    case 'cand_brand': return ids(candidates?.brand, [rows]);
    case 'cand_creator': return ids(candidates?.creator, [rows]);
  } // prettier-ignore
}

function present<T>(name: string, data: T | undefined): T {
  if (data === undefined) throw new ModelFault('MODEL_FAILED', `the model reads "${name}", which the request does not have`);
  return data;
}

const flat = (values: number[][] | number[] | undefined): number[] => values?.flat() ?? [];
const floatsOf = (values: number[][] | number[] | undefined): Float32Array => Float32Array.from(flat(values));
const idsOf = (values: number[][] | number[] | undefined, length: number): BigInt64Array => {
  const given = flat(values);
  return BigInt64Array.from({ length }, (_, i) => BigInt(given[i] ?? 0));
};

/**
 * The golden batch of a manifest as a request, its rows over and over again up to the number asked for.
 *
 * @param rows its own number when left out
 */
export function goldenInputs(
  { golden, featureNames }: ModelManifest,
  { reads, sequenceLength }: Signature,
  rows = golden.scores.length,
): ModelInputs {
  const own = golden.scores.length;
  const width = featureNames.length;
  const dense = floatsOf(golden.dense);
  const inputs: ModelInputs = { rows, dense: Float32Array.from({ length: rows * width }, (_, cell) => dense[cell % (own * width)] ?? 0) };
  if (reads.has('user_tags')) inputs.userTags = floatsOf(golden.user_tags);
  if (sequenceLength > 0) inputs.sequence = goldenSequence(golden, sequenceLength);
  if (reads.has('cand_category') || reads.has('cand_brand') || reads.has('cand_creator')) {
    const repeated = (name: 'cand_category' | 'cand_brand' | 'cand_creator'): BigInt64Array => {
      const once = idsOf(golden[name], own);
      return BigInt64Array.from({ length: rows }, (_, row) => once[row % own]);
    };
    inputs.candidates = { category: repeated('cand_category'), brand: repeated('cand_brand'), creator: repeated('cand_creator') };
  }
  return inputs;
}

function goldenSequence(golden: ModelManifest['golden'], length: number): BehaviourSequence {
  const gap = new Float32Array(length);
  gap.set(floatsOf(golden.seq_gap).subarray(0, length));
  return {
    category: idsOf(golden.seq_category, length),
    brand: idsOf(golden.seq_brand, length),
    creator: idsOf(golden.seq_creator, length),
    type: idsOf(golden.seq_type, length),
    gap,
  };
}

const GOLDEN_TOLERANCE = 1e-4;

/** @throws ModelFault MODEL_FAILED where the answer to the golden batch is not the one that the manifest gives */
export function checkGolden({ golden, heads }: ModelManifest, answer: Float32Array): void {
  const wanted = golden.scores.flat();
  if (answer.length !== wanted.length)
    throw new ModelFault('MODEL_FAILED', `the golden batch is answered with ${answer.length} numbers, not ${wanted.length}`);
  wanted.forEach((value, cell) => {
    if (Math.abs(answer[cell] - value) <= GOLDEN_TOLERANCE) return;
    const row = Math.floor(cell / heads.length);
    throw new ModelFault('MODEL_FAILED', `row ${row} of the golden batch is answered with ${answer[cell]}, not ${value}`);
  });
}
