/** What a model file may be made of; far beyond what models of 500 candidates in 25 ms need. */
export const MODEL_LIMITS = {
  fileBytes: 64 * 1_048_576,
  /** Fields of the whole file, numbers in lists that are not packed among them. */
  fields: 8_000_000,
  nodes: 20_000,
  tensors: 20_000,
  attributesOfNode: 64,
  valuesOfNode: 1_024,
  inputs: 64,
  /** Graphs in attributes of nodes of graphs. */
  depth: 8,
  nameBytes: 1_024,
  /** One text that is for people, or one value of the metadata. */
  textBytes: 65_536,
  /** All of them together; an exporter writes where in the source each node comes from. */
  allTextBytes: 8 * 1_048_576,
  dims: 8,
  tensorElements: 2 ** 31 - 1,
  /** Elements that a shape which is a constant may ask for, the candidates not counted. */
  constantShapeElements: 262_144,
  sequenceLength: 512,
} as const;

/** Formats that the runtime is known to read and that exporters write. */
export const IR_VERSIONS = [7, 13] as const;
export const OPSETS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ai.onnx', [13, 21]],
  ['ai.onnx.ml', [1, 4]],
]);
