import { shown } from '../../errors.js';
import { MODEL_TENSORS, type ModelManifest, type ModelTensor } from '../intent-model.js';
import { MODEL_LIMITS } from './limits.js';
import { FLOAT32, INT64 } from './onnx-messages.js';
import { type OnnxFile, type OnnxValue } from './onnx-types.js';

/** What a file reads. */
export interface ModelShape {
  reads: ReadonlySet<ModelTensor>;
  /** K; 0 where it reads no sequence. */
  sequenceLength: number;
}

/** The candidates, the behaviour sequence, or a number. */
type Axis = 'N' | 'K' | number;
interface Form {
  type: number;
  axes: Axis[];
}

const NAMES = new Set<string>(MODEL_TENSORS);
const isTensorName = (name: string): name is ModelTensor => NAMES.has(name);
const isSequence = (name: ModelTensor): boolean => name.startsWith('seq_');

function formOf(name: ModelTensor, { featureNames, tagNames }: ModelManifest): Form {
  if (name === 'dense') return { type: FLOAT32, axes: ['N', featureNames.length] };
  if (name === 'user_tags') return { type: FLOAT32, axes: [1, tagNames.length] };
  if (name === 'seq_gap') return { type: FLOAT32, axes: [1, 'K'] };
  if (isSequence(name)) return { type: INT64, axes: [1, 'K'] };
  return { type: INT64, axes: ['N'] };
}

const TYPE_NAMES: Readonly<Record<number, string>> = { [FLOAT32]: 'float32', [INT64]: 'int64' };
const shapeText = (dims: readonly (number | string)[]): string => `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
const formText = ({ type, axes }: Form): string => `${TYPE_NAMES[type]} ${shapeText(axes)}`;

function fits(axis: Axis, dim: number | string): boolean {
  if (axis === 'N') return typeof dim === 'string';
  if (axis === 'K') return typeof dim === 'number' && dim >= 1 && dim <= MODEL_LIMITS.sequenceLength;
  return dim === axis;
}

function faultOf(what: string, { elementType, dims }: OnnxValue, form: Form): string[] {
  const right = elementType === form.type && dims?.length === form.axes.length && form.axes.every((axis, i) => fits(axis, dims[i]));
  if (right) return [];
  const is =
    dims === null ? 'something without a shape' : `type ${TYPE_NAMES[elementType ?? 0] ?? elementType} and shape ${shapeText(dims)}`;
  const notes = [
    form.axes.includes('N') ? 'N has to be free' : '',
    form.axes.includes('K') ? `K a number from 1 to ${MODEL_LIMITS.sequenceLength}` : '',
  ].filter((note) => note !== '');
  return [`${what} is ${is}; it has to be ${formText(form)}${notes.length > 0 ? `, where ${notes.join(' and ')}` : ''}`];
}

/** Compare inputs and outputs with the public contract. An initializer that is listed as an input is none. */
export function checkSignature(manifest: ModelManifest, { graph }: OnnxFile): { faults: string[]; shape: ModelShape | null } {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
  const faults: string[] = [];
  const reads = new Set<ModelTensor>();
  const lengths = new Set<number>();
  for (const input of inputs.slice(0, MODEL_LIMITS.inputs)) {
    const { name, dims } = input;
    if (!isTensorName(name)) {
      faults.push(`there is no input ${shown(name)}; there are ${MODEL_TENSORS.join(', ')}`);
      continue;
    }
    reads.add(name);
    faults.push(...faultOf(name, input, formOf(name, manifest)));
    if (isSequence(name) && typeof dims?.[1] === 'number') lengths.add(dims[1]);
  }
  faults.push(...faultsOfKind(manifest, reads));
  if (lengths.size > 1) faults.push(`the sequences have the lengths ${[...lengths].join(', ')}; all have to have one`);
  const [output] = graph.outputs;
  if (graph.outputs.length !== 1 || output.name !== 'scores')
    faults.push(`there has to be one output, scores; there are ${shown(graph.outputs.map(({ name }) => name))}`);
  else faults.push(...faultOf('scores', output, { type: FLOAT32, axes: ['N', manifest.heads.length] }));
  return { faults, shape: faults.length > 0 ? null : { reads, sequenceLength: [...lengths][0] ?? 0 } };
}

function faultsOfKind({ kind, tagNames }: ModelManifest, reads: ReadonlySet<ModelTensor>): string[] {
  const faults: string[] = [];
  const sequences = [...reads].filter(isSequence);
  if (!reads.has('dense')) faults.push('the input dense is missing');
  if (kind === 'sequence' && sequences.length === 0) faults.push('a model of the kind sequence has to read a sequence');
  if (kind === 'dense' && sequences.length > 0) faults.push(`a model of the kind dense reads ${sequences.join(', ')}`);
  if (sequences.length > 0 && !reads.has('seq_gap')) faults.push('a model that reads a sequence has to read seq_gap');
  if (tagNames.length > 0 && !reads.has('user_tags')) faults.push('the manifest names tags, and the model has no input user_tags');
  return faults;
}
