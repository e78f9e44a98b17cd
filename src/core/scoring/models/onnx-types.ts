import { type ModelCheckName } from '../model-record.js';

/** Why a file cannot be read on, under the name of the check that it fails. */
export class FileFault extends Error {
  constructor(
    readonly check: ModelCheckName,
    message: string,
    readonly value?: number,
    readonly limit?: number,
  ) {
    super(message);
  }
}

/** A tensor in a file: what is said of it, not its values. */
export interface OnnxTensor {
  name: string;
  place: string;
  dims: number[];
  elementType: number;
  /** Its values are said to lie somewhere else. */
  isExternal: boolean;
  /** Bytes, or null where values are written one by one. */
  rawBytes: number | null;
  /** Values written one by one. */
  listed: number;
  /** The values themselves, of int64 tensors of a few; else null. */
  shape: number[] | null;
}
export interface OnnxNode {
  place: string;
  operator: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  /** Tensors in its attributes. */
  tensors: OnnxTensor[];
  /** Whole numbers in its attributes, of a few. */
  ints: number[];
  /** Graphs in its attributes. */
  graphs: number;
}
/** An input or output; the type is null where it is no tensor. A dimension that is free is its name, or '' without one. */
export interface OnnxValue {
  name: string;
  elementType: number | null;
  dims: (number | string)[] | null;
}
/** What a file holds, in its order. Nodes and tensors of graphs in graphs, functions and training information stand in `nodes` and `tensors` only. */
export interface OnnxFile {
  irVersion: number;
  opsets: { domain: string; version: number }[];
  graph: { nodes: OnnxNode[]; initializers: OnnxTensor[]; inputs: OnnxValue[]; outputs: OnnxValue[] };
  nodes: OnnxNode[];
  tensors: OnnxTensor[];
  functions: string[];
  hasTraining: boolean;
}
