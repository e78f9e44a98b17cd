import { shown } from '../../errors.js';
import { type ModelManifest } from '../intent-model.js';
import { type ModelCheck, type ModelCheckName } from '../model-record.js';
import { constantShapes } from './constant-shapes.js';
import { checkFeatures } from './feature-check.js';
import { IR_VERSIONS, MODEL_LIMITS, OPSETS } from './limits.js';
import { readOnnxFile } from './onnx-file.js';
import { ELEMENT_TYPES } from './onnx-messages.js';
import { FileFault, type OnnxFile, type OnnxTensor } from './onnx-types.js';
import { domainOf, OPERATORS } from './operators.js';
import { checkSignature, type ModelShape } from './signature.js';

/** What was found in a file. The shape is null where it cannot be told, which is never so when every check passed. */
export interface FileVerdict {
  checks: ModelCheck[];
  shape: ModelShape | null;
}

/** A detail names this many places and counts the rest. */
const NAMED = 5;

/**
 * The checks from PARSE to FEATURE: what can be said of a file without running anything of it. All faults of a file that can be read are found at once; of one
 * that cannot, the last check is the one that says why.
 */
export function checkFile(manifest: ModelManifest, bytes: Uint8Array): FileVerdict {
  let file: OnnxFile;
  try {
    file = readOnnxFile(bytes);
  } catch (error) {
    if (error instanceof FileFault) return { checks: [refused(error)], shape: null };
    throw error;
  }
  const { faults, shape } = checkSignature(manifest, file);
  const found: [ModelCheckName, string[], string][] = [
    ['PARSE', faultsOfOrder(file), `${file.graph.nodes.length} nodes, ${file.tensors.length} tensors, ${bytes.length} bytes`],
    ['VERSION', faultsOfVersions(file), versionsOf(file)],
    ['EXTERNAL_DATA', faultsOfPlaces(file), 'all values are in the file'],
    ['OPERATOR', faultsOfOperators(file), [...new Set(file.graph.nodes.map(({ operator }) => operator))].sort().join(' ')],
    ['LIMIT', constantShapes(file), 'within all limits'],
    ['SHAPE', file.tensors.flatMap(faultsOfTensor), 'every tensor has the values that its shape asks for'],
    ['SIGNATURE', faults, shape === null ? '' : `reads ${[...shape.reads].join(', ')}; gives scores for ${manifest.heads.join(', ')}`],
  ];
  const checks = found.map(([name, wrong, detail]) => checkOf(name, wrong, detail));
  if (shape !== null)
    checks.push(checkOf('FEATURE', checkFeatures(manifest, shape), `${manifest.featureNames.length} features are computed here`));
  return { checks, shape };
}

const refused = ({ check, message, value, limit }: FileFault): ModelCheck => ({
  name: check,
  passed: false,
  advisory: false,
  detail: message,
  ...(value !== undefined && { value }),
  ...(limit !== undefined && { limit }),
});

function checkOf(name: ModelCheckName, faults: readonly string[], detail: string): ModelCheck {
  const more = faults.length > NAMED ? `; and ${faults.length - NAMED} more` : '';
  const wrong = faults.slice(0, NAMED).join('; ') + more;
  return { name, passed: faults.length === 0, advisory: false, detail: faults.length === 0 ? detail : wrong };
}

/** Every value is made once, and before it is read: so there are no circles. */
function faultsOfOrder({ graph }: OnnxFile): string[] {
  const faults: string[] = [];
  const made = new Set<string>(graph.inputs.map(({ name }) => name));
  if (made.size < graph.inputs.length) faults.push('an input is there twice');
  const constants = new Set<string>();
  for (const { name } of graph.initializers) {
    if (name === '' || constants.has(name)) faults.push(`the initializer ${shown(name)} is there twice or has no name`);
    constants.add(name);
    made.add(name); // an input of the same name has it as its default
  }
  for (const { place, operator, inputs, outputs } of graph.nodes) {
    const missing = inputs.find((name) => name !== '' && !made.has(name));
    if (missing !== undefined) faults.push(`${place} (${shown(operator)}) reads ${shown(missing)}, which nothing before it makes`);
    for (const name of outputs) {
      if (name === '') continue;
      if (made.has(name)) faults.push(`${place} (${shown(operator)}) makes ${shown(name)}, which is there already`);
      made.add(name);
    }
  }
  const lost = graph.outputs.find(({ name }) => !made.has(name));
  if (lost) faults.push(`nothing makes the output ${shown(lost.name)}`);
  return faults;
}

const versionsOf = ({ irVersion, opsets }: OnnxFile): string =>
  `IR ${irVersion}, ${opsets.map(({ domain, version }) => `${domainOf(domain)} ${version}`).join(', ')}`;

function faultsOfVersions({ irVersion, opsets }: OnnxFile): string[] {
  const faults: string[] = [];
  const within = (what: string, value: number, [low, high]: readonly [number, number]): void => {
    if (!(value >= low && value <= high)) faults.push(`${what} is ${value}; ${low} to ${high} are taken`);
  };
  within('the IR version', irVersion, IR_VERSIONS);
  for (const { domain, version } of opsets) {
    const range = OPSETS.get(domainOf(domain));
    if (range) within(`the operator set ${domainOf(domain)}`, version, range);
  }
  const domains = opsets.map(({ domain }) => domainOf(domain));
  if (!domains.includes('ai.onnx')) faults.push('the file does not name its operator set of ai.onnx');
  if (new Set(domains).size < domains.length) faults.push('an operator set is named twice');
  return faults;
}

const faultsOfPlaces = ({ tensors }: OnnxFile): string[] =>
  tensors
    .filter(({ isExternal }) => isExternal)
    .map(({ name, place }) => `${shown(name)} in ${place} has its values in another place than this file`);

function faultsOfOperators({ nodes, functions, hasTraining, opsets }: OnnxFile): string[] {
  const faults = new Set<string>();
  const named = new Set(opsets.map(({ domain }) => domainOf(domain)));
  for (const { operator, domain, graphs, place } of nodes) {
    const known = OPERATORS.get(domainOf(domain));
    if (!known) faults.add(`operators of the domain ${shown(domain)} are not taken, as ${shown(operator)}`);
    else if (!known.has(operator)) faults.add(`the operator ${shown(operator)} is not taken`);
    else if (graphs > 0) faults.add(`${place} (${operator}) has a graph of its own`);
    else if (!named.has(domainOf(domain))) faults.add(`the operator set of ${operator} is not named`);
  }
  for (const name of functions.slice(0, NAMED)) faults.add(`the file brings a function of its own, ${shown(name)}`);
  if (hasTraining) faults.add('the file holds graphs for training');
  if (nodes.length === 0) faults.add('there are no nodes');
  return [...faults];
}

function faultsOfTensor({ name, place, dims, elementType, isExternal, rawBytes, listed }: OnnxTensor): string[] {
  const type = ELEMENT_TYPES.get(elementType);
  const which = `${shown(name)} in ${place}`;
  if (!type)
    return [`${which} has elements of type ${elementType}; ${[...ELEMENT_TYPES.values()].map((t) => t.name).join(', ')} are taken`];
  if (dims.some((dim) => !(dim >= 0 && dim <= MODEL_LIMITS.tensorElements))) return [`${which} has the shape ${shown(dims)}`];
  const elements = dims.reduce((product, dim) => product * dim, 1);
  if (elements > MODEL_LIMITS.tensorElements)
    return [`${which} would have ${elements} elements; at most ${MODEL_LIMITS.tensorElements} are taken`];
  if (isExternal) return [];
  if (rawBytes !== null && listed > 0) return [`${which} has its values twice`];
  const has = rawBytes === null ? listed : rawBytes / type.bytes;
  return has === elements ? [] : [`${which} has ${has} values; its shape ${shown(dims)} asks for ${elements}`];
}
