import { MODEL_LIMITS } from './limits.js';
import { type OnnxFile, type OnnxNode } from './onnx-types.js';

/** Which input of an operator says how large its output is. */
const SIZE_INPUT: ReadonlyMap<string, number> = new Map([
  ['ConstantOfShape', 0],
  ['Expand', 1],
  ['Tile', 1],
  ['Pad', 1],
  ['OneHot', 1],
]);

/**
 * Operators that are told by a constant to make something huge out of little. Only constants are looked at: what is computed shows when it runs, under a limit.
 *
 * @returns what is wrong with each
 */
export function constantShapes({ nodes, tensors }: OnnxFile): string[] {
  const constants = new Map<string, number[]>();
  for (const { name, shape } of tensors) if (shape !== null && name !== '') constants.set(name, shape);
  const faults: string[] = [];
  for (const node of nodes) {
    if (node.operator === 'Constant' && node.outputs.length === 1) {
      const value = node.tensors.length === 1 ? node.tensors[0].shape : node.ints;
      if (value) constants.set(node.outputs[0], value);
    }
    const elements = elementsOf(node, constants);
    if (elements <= MODEL_LIMITS.constantShapeElements) continue;
    const most = MODEL_LIMITS.constantShapeElements;
    faults.push(`${node.place} (${node.operator}) would make ${elements} elements of a constant shape; at most ${most} are taken`);
  }
  return faults;
}

function elementsOf({ operator, inputs }: OnnxNode, constants: ReadonlyMap<string, number[]>): number {
  const known = (input: number): number[] | undefined => constants.get(inputs[input] ?? '');
  if (operator === 'Range') {
    const [start, limit, delta] = [known(0)?.[0], known(1)?.[0], known(2)?.[0]];
    return start === undefined || limit === undefined || !delta ? 0 : Math.max(0, Math.ceil((limit - start) / delta));
  }
  const shape = known(SIZE_INPUT.get(operator) ?? -1);
  if (!shape) return 0;
  if (operator === 'Pad') return shape.reduce((sum, pad) => sum + Math.max(0, pad), 0);
  return shape.reduce((product, dim) => product * Math.max(1, dim), 1);
}
