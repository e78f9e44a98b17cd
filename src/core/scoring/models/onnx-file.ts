import { MODEL_LIMITS } from './limits.js';
import * as forms from './onnx-messages.js';
import { type FieldKind, type MessageForm } from './onnx-messages.js';
import { FileFault, type OnnxFile, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-types.js';
import { WireFault, WireReader } from './protobuf.js';

type Graph = OnnxFile['graph'];
const emptyGraph = (): Graph => ({ nodes: [], initializers: [], inputs: [], outputs: [] });

const SHAPE_VALUES = 16;
const WIRES: Readonly<Record<FieldKind, readonly number[]>> = {
  int: [0], ints: [0, 2], float: [5], floats: [5, 2], doubles: [1, 2], text: [2], texts: [2], bytes: [2], message: [2], messages: [2],
}; // prettier-ignore
const isRepeated = (kind: FieldKind): boolean => kind.endsWith('s') && kind !== 'bytes';

/**
 * Read an ONNX file without running anything of it, every message that could hold a tensor or a graph included. Time and memory grow with the file at most,
 * and both stop at the limits.
 *
 * @throws FileFault PARSE where it is no such file, LIMIT where there is too much in it
 */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  if (bytes.length === 0) throw new FileFault('PARSE', 'the file is empty');
  atMost(bytes.length, MODEL_LIMITS.fileBytes, 'bytes in the file');
  try {
    return new FileReader().model(new WireReader(bytes));
  } catch (error) {
    if (error instanceof WireFault) throw new FileFault('PARSE', `this is no ONNX file, or not the whole of it: ${error.message}`);
    throw error;
  }
}

function atMost(value: number, limit: number, what: string): void {
  if (value > limit) throw new FileFault('LIMIT', `there are ${value} ${what}; at most ${limit} are taken`, value, limit);
}

class FileReader {
  private readonly file: OnnxFile = {
    irVersion: 0,
    opsets: [],
    graph: emptyGraph(),
    nodes: [],
    tensors: [],
    functions: [],
    hasTraining: false,
  };
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private fields = 0;
  private textBytes = 0;

  model(reader: WireReader): OnnxFile {
    let hasGraph = false;
    this.read(forms.MODEL, reader, (field) => {
      if (field === 1) this.file.irVersion = reader.signed();
      else if (field === 7) {
        hasGraph = true;
        this.file.graph = this.graph(reader.message(), '', 0);
      } else if (field === 8) this.file.opsets.push(this.operatorSet(reader.message()));
      else if (field === 20) this.training(reader.message());
      else if (field === 25) this.fun(reader.message());
      else if (field !== 5) this.text(reader);
    });
    if (!hasGraph) throw new FileFault('PARSE', 'the file has no graph');
    return this.file;
  }

  /** Go through the fields of a message; what is unknown, in another encoding, or twice where once is meant could be read in two ways. */
  private read(form: MessageForm, reader: WireReader, on: (field: number) => void): void {
    let seen = 0;
    while (reader.next()) {
      const { field, wire } = reader;
      if (++this.fields > MODEL_LIMITS.fields) atMost(this.fields, MODEL_LIMITS.fields, 'fields in the file');
      const kind = form.fields[field];
      if (kind === undefined || !WIRES[kind].includes(wire)) throw new WireFault(`${form.name} has a field ${field} that it cannot have`);
      if (!isRepeated(kind)) {
        if (seen & (1 << field)) throw new WireFault(`${form.name} has its field ${field} twice`);
        seen |= 1 << field;
      }
      on(field);
    }
  }

  private name(reader: WireReader): string {
    atMost(reader.to - reader.from, MODEL_LIMITS.nameBytes, 'bytes in a name');
    try {
      return this.decoder.decode(reader.bytes.subarray(reader.from, reader.to));
    } catch {
      throw new WireFault(`the name at byte ${reader.from} is not UTF-8`);
    }
  }
  /** Text for people, metadata, and what describes values again: counted, and not looked at. */
  private text({ from, to }: WireReader): void {
    atMost(to - from, MODEL_LIMITS.textBytes, 'bytes in one text or value of the metadata');
    this.textBytes += to - from;
    atMost(this.textBytes, MODEL_LIMITS.allTextBytes, 'bytes of texts and metadata');
  }

  private operatorSet(reader: WireReader): { domain: string; version: number } {
    const set = { domain: '', version: 0 };
    this.read(forms.OPERATOR_SET, reader, (field) => {
      if (field === 1) set.domain = this.name(reader);
      else set.version = reader.signed();
    });
    return set;
  }

  private graph(reader: WireReader, place: string, depth: number): Graph {
    atMost(depth, MODEL_LIMITS.depth, 'graphs within each other');
    const graph = emptyGraph();
    this.read(forms.GRAPH, reader, (field) => {
      if (field === 1) graph.nodes.push(this.node(reader.message(), `${place}node ${graph.nodes.length}`, depth));
      else if (field === 5) graph.initializers.push(this.tensor(reader.message(), `${place}the initializers`));
      else if (field === 11) graph.inputs.push(this.value(reader.message()));
      else if (field === 12) graph.outputs.push(this.value(reader.message()));
      else if (field === 15) this.sparse(reader.message(), `${place}the sparse initializers`);
      else this.text(reader);
      atMost(graph.inputs.length + graph.outputs.length, MODEL_LIMITS.tensors, 'inputs and outputs');
    });
    return graph;
  }

  private node(reader: WireReader, place: string, depth: number): OnnxNode {
    const node: OnnxNode = { place, operator: '', domain: '', inputs: [], outputs: [], tensors: [], ints: [], graphs: 0 };
    let attributes = 0;
    this.file.nodes.push(node);
    atMost(this.file.nodes.length, MODEL_LIMITS.nodes, 'nodes');
    this.read(forms.NODE, reader, (field) => {
      if (field === 1) node.inputs.push(this.name(reader));
      else if (field === 2) node.outputs.push(this.name(reader));
      else if (field === 4) node.operator = this.name(reader);
      else if (field === 7) node.domain = this.name(reader);
      else if (field === 5) {
        atMost(++attributes, MODEL_LIMITS.attributesOfNode, 'attributes of a node');
        this.attribute(reader.message(), node, depth);
      } else if (field === 3) this.name(reader);
      else this.text(reader);
      atMost(node.inputs.length + node.outputs.length, MODEL_LIMITS.valuesOfNode, 'inputs and outputs of a node');
    });
    return node;
  }

  private attribute(reader: WireReader, node: OnnxNode, depth: number): void {
    const tensor = (inner: WireReader) => node.tensors.push(this.tensor(inner, `an attribute of ${node.place}`));
    this.read(forms.ATTRIBUTE, reader, (field) => {
      if (field === 5 || field === 10) tensor(reader.message());
      else if (field === 6 || field === 11) {
        node.graphs++;
        this.graph(reader.message(), `${node.place} > `, depth + 1);
      } else if (field === 22 || field === 23) this.sparse(reader.message(), `an attribute of ${node.place}`);
      else if (field === 3 || field === 8) this.ints(reader, node.ints);
      else if (field === 1 || field === 21) this.name(reader);
      else if ([4, 13, 14, 15].includes(field)) this.text(reader);
    });
  }

  /** The first few whole numbers of a field, one or packed. */
  private ints(reader: WireReader, into: number[]): void {
    if (into.length > SHAPE_VALUES) return;
    if (reader.wire === 0) into.push(reader.signed());
    else into.push(...reader.packed(SHAPE_VALUES + 1 - into.length));
  }

  private tensor(reader: WireReader, place: string): OnnxTensor {
    const tensor: OnnxTensor = { name: '', place, dims: [], elementType: 0, isExternal: false, rawBytes: null, listed: 0, shape: null };
    const listed: number[] = [];
    let raw: Uint8Array | null = null;
    this.file.tensors.push(tensor);
    atMost(this.file.tensors.length, MODEL_LIMITS.tensors, 'tensors');
    this.read(forms.TENSOR, reader, (field) => {
      if (field === 1) this.ints(reader, tensor.dims);
      else if (field === 2) tensor.elementType = reader.signed();
      else if (field === 8) tensor.name = this.name(reader);
      else if (field === 9) raw = reader.bytes.subarray(reader.from, reader.to);
      else if (field === 13) tensor.isExternal = true;
      else if (field === 14) tensor.isExternal ||= reader.low !== 0 || reader.high !== 0;
      else if (field === 12 || field === 16) this.text(reader);
      else {
        if (field === 7) this.ints(reader, listed);
        tensor.listed += countOf(reader, field);
      }
    });
    atMost(tensor.dims.length, MODEL_LIMITS.dims, 'dimensions of a tensor');
    tensor.rawBytes = raw === null ? null : (raw as Uint8Array).length;
    if (tensor.elementType === forms.INT64) tensor.shape = raw === null ? few(listed) : rawShape(raw);
    return tensor;
  }

  private sparse(reader: WireReader, place: string): void {
    this.read(forms.SPARSE_TENSOR, reader, (field) => {
      if (field !== 3) this.tensor(reader.message(), place);
    });
  }

  private value(reader: WireReader): OnnxValue {
    const value: OnnxValue = { name: '', elementType: null, dims: null };
    this.read(forms.VALUE, reader, (field) => {
      if (field === 1) value.name = this.name(reader);
      else if (field === 2) this.type(reader.message(), value);
      else this.text(reader);
    });
    return value;
  }
  private type(reader: WireReader, value: OnnxValue): void {
    this.read(forms.TYPE, reader, (field) => {
      if (field !== 1) return;
      const inner = reader.message();
      this.read(forms.TENSOR_TYPE, inner, (part) => {
        if (part === 1) value.elementType = inner.signed();
        else value.dims = this.shape(inner.message());
      });
    });
  }
  private shape(reader: WireReader): (number | string)[] {
    const dims: (number | string)[] = [];
    this.read(forms.SHAPE, reader, () => {
      const inner = reader.message();
      let dim: number | string = '';
      this.read(forms.DIMENSION, inner, (part) => {
        if (part === 1) dim = inner.signed();
        else if (part === 2) dim = this.name(inner);
      });
      dims.push(dim);
      atMost(dims.length, MODEL_LIMITS.dims, 'dimensions of an input or output');
    });
    return dims;
  }

  private fun(reader: WireReader): void {
    const place = `function ${this.file.functions.length}`;
    let name = '';
    this.read(forms.FUNCTION, reader, (field) => {
      if (field === 1) name = this.name(reader);
      else if (field === 7) this.node(reader.message(), place, 0);
      else if (field === 11)
        this.attribute(reader.message(), { place, operator: '', domain: '', inputs: [], outputs: [], tensors: [], ints: [], graphs: 0 }, 0);
      else this.text(reader);
    });
    this.file.functions.push(name);
    atMost(this.file.functions.length, MODEL_LIMITS.nodes, 'functions');
  }
  private training(reader: WireReader): void {
    this.file.hasTraining = true;
    this.read(forms.TRAINING, reader, (field) => {
      if (field <= 2) this.graph(reader.message(), 'training > ', 0);
      else this.text(reader);
    });
  }
}

/** How many values a field of a tensor adds to its list. */
function countOf(reader: WireReader, field: number): number {
  if (field === 6) return 1;
  if (reader.wire !== 2) return 1;
  if (field === 4 || field === 10) {
    const size = field === 4 ? 4 : 8;
    if ((reader.to - reader.from) % size !== 0) throw new WireFault(`a list of numbers is cut off at byte ${reader.to}`);
    return (reader.to - reader.from) / size;
  }
  return reader.packedCount();
}

const few = (values: number[]): number[] | null => (values.length > SHAPE_VALUES ? null : values);

function rawShape(raw: Uint8Array): number[] | null {
  if (raw.length % 8 !== 0 || raw.length > 8 * SHAPE_VALUES) return null;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Array.from({ length: raw.length / 8 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
}
