/** How a field is encoded, and whether it may be there more than once. */
export type FieldKind = 'int' | 'ints' | 'float' | 'floats' | 'doubles' | 'text' | 'texts' | 'bytes' | 'message' | 'messages';

/** The fields of a message by number, as `onnx.proto` has them. */
export interface MessageForm {
  name: string;
  fields: Readonly<Record<number, FieldKind>>;
}

export const MODEL: MessageForm = {
  name: 'the model',
  fields: { 1: 'int', 2: 'text', 3: 'text', 4: 'text', 5: 'int', 6: 'text', 7: 'message', 8: 'messages', 14: 'messages', 20: 'messages', 25: 'messages', 26: 'messages' },
}; // prettier-ignore
export const GRAPH: MessageForm = {
  name: 'a graph',
  fields: { 1: 'messages', 2: 'text', 5: 'messages', 10: 'text', 11: 'messages', 12: 'messages', 13: 'messages', 14: 'messages', 15: 'messages', 16: 'messages' },
}; // prettier-ignore
export const NODE: MessageForm = {
  name: 'a node',
  fields: { 1: 'texts', 2: 'texts', 3: 'text', 4: 'text', 5: 'messages', 6: 'text', 7: 'text', 8: 'text', 9: 'messages', 10: 'messages' },
};
export const ATTRIBUTE: MessageForm = {
  name: 'an attribute',
  fields: { 1: 'text', 2: 'float', 3: 'int', 4: 'bytes', 5: 'message', 6: 'message', 7: 'floats', 8: 'ints', 9: 'texts', 10: 'messages', 11: 'messages', 13: 'text', 14: 'message', 15: 'messages', 20: 'int', 21: 'text', 22: 'message', 23: 'messages' },
}; // prettier-ignore
export const TENSOR: MessageForm = {
  name: 'a tensor',
  fields: { 1: 'ints', 2: 'int', 4: 'floats', 5: 'ints', 6: 'texts', 7: 'ints', 8: 'text', 9: 'bytes', 10: 'doubles', 11: 'ints', 12: 'text', 13: 'messages', 14: 'int', 16: 'messages' },
}; // prettier-ignore
export const SPARSE_TENSOR: MessageForm = { name: 'a sparse tensor', fields: { 1: 'message', 2: 'message', 3: 'ints' } };
export const OPERATOR_SET: MessageForm = { name: 'an operator set', fields: { 1: 'text', 2: 'int' } };
export const VALUE: MessageForm = { name: 'an input or output', fields: { 1: 'text', 2: 'message', 3: 'text', 4: 'messages' } };
export const TYPE: MessageForm = {
  name: 'a type',
  fields: { 1: 'message', 4: 'message', 5: 'message', 6: 'text', 7: 'message', 8: 'message', 9: 'message' },
};
export const TENSOR_TYPE: MessageForm = { name: 'a type', fields: { 1: 'int', 2: 'message' } };
export const SHAPE: MessageForm = { name: 'a shape', fields: { 1: 'messages' } };
export const DIMENSION: MessageForm = { name: 'a dimension', fields: { 1: 'int', 2: 'text', 3: 'text' } };
export const FUNCTION: MessageForm = {
  name: 'a function',
  fields: { 1: 'text', 4: 'texts', 5: 'texts', 6: 'texts', 7: 'messages', 8: 'text', 9: 'messages', 10: 'text', 11: 'messages', 12: 'messages', 13: 'text', 14: 'messages' },
}; // prettier-ignore
export const TRAINING: MessageForm = { name: 'training information', fields: { 1: 'message', 2: 'message', 3: 'messages', 4: 'messages' } };

/** Element types of tensors that are taken, by number; bytes of one element. */
export const ELEMENT_TYPES: ReadonlyMap<number, { name: string; bytes: number }> = new Map([
  [1, { name: 'float32', bytes: 4 }],
  [2, { name: 'uint8', bytes: 1 }],
  [3, { name: 'int8', bytes: 1 }],
  [6, { name: 'int32', bytes: 4 }],
  [7, { name: 'int64', bytes: 8 }],
  [9, { name: 'bool', bytes: 1 }],
  [10, { name: 'float16', bytes: 2 }],
  [11, { name: 'float64', bytes: 8 }],
]);
export const FLOAT32 = 1;
export const INT64 = 7;
/** What attributes hold in a graph that stands in them. */
export const GRAPH_ATTRIBUTES: readonly number[] = [5, 10];
