/**
 * Writes small ONNX files without any library: just enough of the protobuf encoding for the models that tests need. Names follow the messages of the
 * format (`TensorProto`, `NodeProto`, `ValueInfoProto`, `GraphProto`, `ModelProto`); what a function gives is the encoded message.
 */
export const FLOAT = 1;
export const INT64 = 7;
export const BOOL = 9;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left === 0n ? low : low | 0x80);
  } while (left !== 0n);
  return Buffer.from(bytes);
}
/** A field that is a whole number. */
export const whole = (field: number, value: number | bigint): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
/** A field that is text, bytes or a message. */
export const bytes = (field: number, value: Uint8Array | string): Buffer => {
  const body = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
};
const float = (field: number, value: number): Buffer => {
  const body = Buffer.alloc(4);
  body.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), body]);
};
const dimsOf = (dims: readonly number[]): Buffer[] => dims.map((dim) => whole(1, dim));
const rawOf = (values: ArrayBufferView): Buffer => bytes(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength));

export const floatTensor = (name: string, dims: readonly number[], values: Iterable<number>): Buffer =>
  Buffer.concat([...dimsOf(dims), whole(2, FLOAT), bytes(8, name), rawOf(Float32Array.from(values))]);
export const int64Tensor = (name: string, dims: readonly number[], values: readonly (number | bigint)[]): Buffer =>
  Buffer.concat([...dimsOf(dims), whole(2, INT64), bytes(8, name), rawOf(BigInt64Array.from(values.map(BigInt)))]);
export const boolTensor = (name: string, dims: readonly number[], values: readonly boolean[]): Buffer =>
  Buffer.concat([...dimsOf(dims), whole(2, BOOL), bytes(8, name), bytes(9, Uint8Array.from(values, Number))]);
/** A tensor whose values are said to lie in another file. */
export const externalTensor = (name: string, dims: readonly number[], location: string): Buffer =>
  Buffer.concat([...dimsOf(dims), whole(2, FLOAT), bytes(8, name), bytes(13, Buffer.concat([bytes(1, 'location'), bytes(2, location)])), whole(14, 1)]); // prettier-ignore

export const intAttribute = (name: string, value: number): Buffer => Buffer.concat([bytes(1, name), whole(3, value), whole(20, 2)]);
export const floatAttribute = (name: string, value: number): Buffer => Buffer.concat([bytes(1, name), float(2, value), whole(20, 1)]);
export const intsAttribute = (name: string, values: readonly number[]): Buffer =>
  Buffer.concat([bytes(1, name), ...values.map((value) => whole(8, value)), whole(20, 7)]);
export const graphAttribute = (name: string, graph: Buffer): Buffer => Buffer.concat([bytes(1, name), bytes(6, graph), whole(20, 5)]);

export const node = (operator: string, inputs: readonly string[], outputs: readonly string[], attributes: readonly Buffer[] = []): Buffer =>
  Buffer.concat([
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, operator),
    ...attributes.map((attribute) => bytes(5, attribute)),
  ]);

/** What goes in or out; a dimension that is text is free. */
export function valueInfo(name: string, dims: readonly (number | string)[], type = FLOAT): Buffer {
  const shape = Buffer.concat(dims.map((dim) => bytes(1, typeof dim === 'string' ? bytes(2, dim) : whole(1, dim))));
  return Buffer.concat([bytes(1, name), bytes(2, bytes(1, Buffer.concat([whole(1, type), bytes(2, shape)])))]);
}

export interface GraphParts {
  nodes: readonly Buffer[];
  initializers?: readonly Buffer[];
  inputs: readonly Buffer[];
  outputs: readonly Buffer[];
}

export const graphOf = ({ nodes, initializers = [], inputs, outputs }: GraphParts): Buffer =>
  Buffer.concat([
    ...nodes.map((entry) => bytes(1, entry)),
    bytes(2, 'graph'),
    ...initializers.map((entry) => bytes(5, entry)),
    ...inputs.map((entry) => bytes(11, entry)),
    ...outputs.map((entry) => bytes(12, entry)),
  ]);

export const modelFile = (graph: Buffer, opset = 17): Buffer =>
  Buffer.concat([whole(1, 8), bytes(2, 'imago tests'), bytes(7, graph), bytes(8, Buffer.concat([bytes(1, ''), whole(2, opset)]))]);

/** The input and output that every model has. */
export const denseToScores = (features: number, heads: number, rows: number | string = 'N'): Pick<GraphParts, 'inputs' | 'outputs'> => ({
  inputs: [valueInfo('dense', [rows, features])],
  outputs: [valueInfo('scores', [rows, heads])],
});

/**
 * `sigmoid(dense * weights + bias)`.
 *
 * @param weights [features * heads] row-major
 * @param bias    [heads]
 */
export function linearModel(features: number, weights: readonly number[], bias: readonly number[]): Buffer {
  const heads = bias.length;
  return modelFile(
    graphOf({
      ...denseToScores(features, heads),
      initializers: [floatTensor('weights', [features, heads], weights), floatTensor('bias', [heads], bias)],
      nodes: [node('MatMul', ['dense', 'weights'], ['m']), node('Add', ['m', 'bias'], ['z']), node('Sigmoid', ['z'], ['scores'])],
    }),
  );
}

/** What `linearModel` answers to some rows, in double precision. */
export const linearScores = (rows: readonly (readonly number[])[], weights: readonly number[], bias: readonly number[]): number[][] =>
  rows.map((row) =>
    bias.map((b, head) => 1 / (1 + Math.exp(-(b + row.reduce((sum, value, f) => sum + value * weights[f * bias.length + head], 0))))),
  );
