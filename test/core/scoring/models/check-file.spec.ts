import fc from 'fast-check';
import { type ModelManifest } from '../../../../src/core/scoring/intent-model.js';
import { MODEL_CHECKS } from '../../../../src/core/scoring/model-record.js';
import { checkFile } from '../../../../src/core/scoring/models/check-file.js';
import { BIAS, changedFile, goodFile, manifestOf, WEIGHTS } from '../../../support/model-files.js';
import {
  boolTensor, bytes, denseToScores, externalTensor, FLOAT, floatTensor, graphAttribute, graphOf, INT64, int64Tensor, linearModel, modelFile, node,
  valueInfo, whole,
} from '../../../support/onnx-files.js'; // prettier-ignore

const check = (file: Uint8Array, over: Partial<ModelManifest> = {}) => checkFile(manifestOf('v', over), file);
const failed = (file: Uint8Array, over: Partial<ModelManifest> = {}) =>
  check(file, over).checks.filter(({ passed }) => !passed).map(({ name }) => name); // prettier-ignore
const detailOf = (file: Uint8Array, name: string, over: Partial<ModelManifest> = {}) =>
  check(file, over).checks.find((found) => found.name === name)?.detail;

const sigmoid = node('Sigmoid', ['z'], ['scores']);
const graph = (over: object = {}) => graphOf({ ...denseToScores(3, 3), nodes: [node('Sigmoid', ['dense'], ['scores'])], ...over });
const modelWith = (...fields: Buffer[]): Buffer => Buffer.concat([modelFile(graph()), ...fields]);
const opsetOf = (domain: string, version: number): Buffer => bytes(8, Buffer.concat([bytes(1, domain), whole(2, version)]));
const external = (location: string, extra: Buffer[] = []): Buffer =>
  Buffer.concat([whole(1, 3), whole(1, 3), whole(2, FLOAT), bytes(8, 'weights'), bytes(13, Buffer.concat([bytes(1, 'location'), bytes(2, location)])), ...extra]); // prettier-ignore
const holding = (attribute: Buffer, operator = 'Constant'): Buffer => changedFile([sigmoid, node(operator, [], ['extra'], [attribute])]);
const inGraph = (inner: Buffer): Buffer => holding(graphAttribute('then_branch', inner), 'If');
const emptyNodes = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes(1, node('Identity', ['z'], ['y']))));

describe('checkFile', () => {
  it('passes a sound model and says what it reads', () => {
    const { checks, shape } = check(goodFile());
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual(MODEL_CHECKS.slice(0, 8).map((name) => [name, true]));
    expect(shape).toEqual({ reads: new Set(['dense']), sequenceLength: 0 });
  });

  it('passes a sequence model with everything that one may read', () => {
    const inputs = [
      valueInfo('dense', ['N', 3]), valueInfo('user_tags', [1, 2]), valueInfo('seq_category', [1, 5], INT64), valueInfo('seq_gap', [1, 5]),
      valueInfo('cand_category', ['N'], INT64),
    ]; // prettier-ignore
    const manifest = {
      kind: 'sequence' as const, tagNames: ['category-affinity:a', 'category-affinity:b'], vocabularies: { category: 100 },
      golden: { ...manifestOf('v').golden, user_tags: [[0, 1]], seq_category: [[1, 2, 3, 0, 0]], seq_gap: [[1, 2, 3, 0, 0]], cand_category: Array.from({ length: 12 }, () => 1) },
    }; // prettier-ignore
    const file = modelFile(graph({ inputs }));
    expect(check(file, manifest)).toMatchObject({ shape: { sequenceLength: 5 } });
    expect(failed(file, manifest)).toEqual([]);
    expect(failed(file, { ...manifest, kind: 'dense' })).toEqual(['SIGNATURE']);
    expect(detailOf(file, 'FEATURE', { ...manifest, vocabularies: {} })).toContain('vocabularies.category');
    expect(detailOf(file, 'FEATURE', { ...manifest, golden: manifestOf('v').golden })).toContain('golden.seq_category is missing');
  });

  it.each<[string, () => Uint8Array]>([
    ['an empty file', () => Buffer.alloc(0)],
    ['noise', () => Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 97 + 13) % 251))],
    ['a web page', () => Buffer.from('<!doctype html><html><body>model</body></html>')],
    ['an archive', () => Buffer.from('504b03040a0000000000', 'hex')],
    ['a pickle', () => Buffer.from('80049525000000000000008c05706f736978948c0673797374656d9493', 'hex')],
    ['half a model', () => goodFile().subarray(0, 200)],
    ['a model without its last byte', () => goodFile().subarray(0, -1)],
    ['a model without a graph', () => Buffer.concat([whole(1, 8), opsetOf('', 17)])],
    ['two graphs, which readers would merge', () => Buffer.concat([goodFile(), bytes(7, graph())])],
    ['a field that no version has', () => modelWith(bytes(99, 'x'))],
    ['a circle', () => changedFile([node('Add', ['z', 'b'], ['a']), node('Add', ['z', 'a'], ['b']), sigmoid])],
    ['a value made twice', () => changedFile([node('Relu', ['z'], ['z']), sigmoid])],
    ['a node that reads what nobody makes', () => changedFile([node('Add', ['z', 'nothing'], ['y']), sigmoid])],
    ['an output that nobody makes', () => changedFile([])],
    [
      'names that are not UTF-8',
      () => changedFile([sigmoid, Buffer.concat([node('Relu', ['z'], []), bytes(2, Uint8Array.of(0xff, 0xfe))])]),
    ],
  ])('refuses %s: PARSE', (_, file) => {
    expect(failed(file())).toContain('PARSE');
  });

  it('says of an empty file that it is empty, and nothing else', () => {
    expect(check(Buffer.alloc(0)).checks).toEqual([{ name: 'PARSE', passed: false, advisory: false, detail: 'the file is empty' }]);
  });

  it.each<[string, () => Uint8Array]>([
    ['operator set 999', () => modelFile(graph(), 999)],
    ['operator set 12', () => modelFile(graph(), 12)],
    ['IR version 99', () => Buffer.concat([whole(1, 99), bytes(7, graph()), opsetOf('', 17)])],
    ['no operator set', () => Buffer.concat([whole(1, 8), bytes(7, graph())])],
    ['operator set 17 and 18', () => modelWith(opsetOf('ai.onnx', 18))],
    ['operator set 9 of ai.onnx.ml', () => modelWith(opsetOf('ai.onnx.ml', 9))],
  ])('refuses %s: VERSION', (_, file) => {
    expect(failed(file())).toContain('VERSION');
  });

  it.each<[string, () => Uint8Array]>([
    ...['/etc/passwd', '../../../../etc/hostname', 'sub/../../../x', 'link', '.env', 'package.json', '*/_ORT_MEM_ADDR_/*'].map(
      (location): [string, () => Uint8Array] => [`an initializer at ${location}`, () => changedFile([sigmoid], { initializers: [externalTensor('extra', [3], location)] })], // prettier-ignore
    ),
    ['a place without the word for it', () => changedFile([sigmoid], { initializers: [Buffer.concat([bytes(8, 'extra'), whole(2, FLOAT), whole(14, 1)])] })],
    ['the word for it as an unusual number', () => changedFile([sigmoid], { initializers: [Buffer.concat([bytes(8, 'extra'), whole(2, FLOAT), whole(14, 2n ** 32n + 1n)])] })],
    ['a negative offset', () => changedFile([sigmoid], { initializers: [external('x', [bytes(13, Buffer.concat([bytes(1, 'offset'), bytes(2, '-1')]))])] })],
    ['a tensor in an attribute', () => holding(Buffer.concat([bytes(1, 'value'), bytes(5, external('.env')), whole(20, 4)]))],
    ['tensors in an attribute', () => holding(Buffer.concat([bytes(1, 'value'), bytes(10, external('.env')), whole(20, 9)]))],
    ['a sparse tensor in an attribute', () => holding(Buffer.concat([bytes(1, 'sparse_value'), bytes(22, bytes(1, external('.env'))), whole(20, 11)]))],
    ['a branch', () => inGraph(graph({ initializers: [external('.env')] }))],
    ['a node of a branch', () => inGraph(graph({ nodes: [node('Constant', [], ['c'], [Buffer.concat([bytes(1, 'value'), bytes(5, external('.env'))])])] }))],
    ['a function', () => modelWith(bytes(25, Buffer.concat([bytes(1, 'F'), bytes(7, node('Constant', [], ['c'], [Buffer.concat([bytes(1, 'value'), bytes(5, external('.env'))])]))])))],
    ['the sparse initializers', () => modelFile(Buffer.concat([graph(), bytes(15, Buffer.concat([bytes(1, external('.env')), bytes(2, external('.env'))]))]))],
    ['training information', () => modelWith(bytes(20, bytes(2, graph({ initializers: [external('.env')] }))))],
  ])('refuses values kept elsewhere, in %s: EXTERNAL_DATA', (_, file) => {
    expect(failed(file())).toContain('EXTERNAL_DATA');
  }); // prettier-ignore

  const loop = (trips: bigint) => {
    const body = graphOf({
      nodes: [node('Identity', ['go'], ['go_on']), node('Identity', ['v'], ['v_out'])],
      inputs: [valueInfo('i', [], INT64), valueInfo('go', [], 9), valueInfo('v', ['N', 3])],
      outputs: [valueInfo('go_on', [], 9), valueInfo('v_out', ['N', 3])],
    });
    const initializers = [int64Tensor('trips', [], [trips]), boolTensor('yes', [], [true])];
    return changedFile([node('Loop', ['trips', 'yes', 'z'], ['y'], [graphAttribute('body', body)]), node('Sigmoid', ['y'], ['scores'])], {
      initializers,
    });
  };
  it.each<[string, () => Uint8Array]>([
    ['a loop that ends', () => loop(2n)],
    ['a loop that does not', () => loop(2n ** 62n)],
    ['a branch', () => inGraph(graph())],
    ['Scan', () => changedFile([node('Scan', ['z'], ['y'], [graphAttribute('body', graph())]), sigmoid])],
    ['SequenceMap', () => changedFile([node('SequenceMap', ['z'], ['y']), sigmoid])],
    ['an operator that nobody knows', () => changedFile([node('Exfiltrate', ['z'], ['scores'])])],
    ['an operator named as what every object has', () => changedFile([node('constructor', ['z'], ['y']), node('__proto__', ['z'], ['x']), sigmoid])],
    ['a domain named as what every object has', () => changedFile([Buffer.concat([node('Relu', ['z'], ['y']), bytes(7, 'toString')]), sigmoid])],
    ['chance', () => changedFile([node('RandomNormalLike', ['z'], ['scores'])])],
    ['a domain of somebody', () => changedFile([Buffer.concat([node('Gelu', ['z'], ['y']), bytes(7, 'com.microsoft')]), sigmoid])],
    ['an allowed operator with a graph', () => changedFile([node('Relu', ['z'], ['y'], [graphAttribute('body', graph())]), sigmoid])],
    ['an operator of a set that is not named', () => changedFile([Buffer.concat([node('Scaler', ['z'], ['y']), bytes(7, 'ai.onnx.ml')]), sigmoid])],
    ['a function that calls itself', () => modelWith(bytes(25, Buffer.concat([bytes(1, 'F'), bytes(10, 'own'), bytes(7, Buffer.concat([node('F', ['x'], ['y']), bytes(7, 'own')]))])))],
    ['graphs for training', () => modelWith(bytes(20, bytes(2, graph())))],
  ])('refuses %s: OPERATOR', (_, file) => {
    expect(failed(file())).toContain('OPERATOR');
  }); // prettier-ignore

  const nested = (depth: number): Buffer =>
    depth === 0 ? graph() : graph({ nodes: [node('If', [], ['c'], [graphAttribute('then_branch', nested(depth - 1))])] });
  it.each<[string, () => Uint8Array]>([
    ['branches within branches', () => inGraph(nested(10))],
    ['branches so deep that they would exhaust the stack', () => {
      let inner = graph();
      for (let i = 0; i < 2_000; i++) inner = graphOf({ ...denseToScores(3, 3), nodes: [node('If', [], ['c'], [graphAttribute('b', inner)])] });
      return inGraph(inner);
    }],
    ['a hundred thousand nodes', () => modelFile(Buffer.concat([graph(), emptyNodes(100_000)]))],
    ['a name of a million letters', () => changedFile([node('Relu', ['z'], ['y'.repeat(1_000_000)]), sigmoid])],
    ['metadata of a megabyte', () => modelWith(bytes(14, Buffer.concat([bytes(1, 'k'), bytes(2, 'x'.repeat(1_000_000))])))],
    ['ten thousand entries of metadata', () => modelWith(...Array.from({ length: 10_000 }, () => bytes(14, bytes(2, 'x'.repeat(1_000)))))],
    ['an expansion by a million', () => changedFile([node('Expand', ['z', 'shape'], ['big']), node('ReduceMax', ['big'], ['y']), node('Sigmoid', ['y'], ['scores'])], { initializers: [int64Tensor('shape', [3], [1_000_000, 1, 1])] })],
    ['a constant of 2^36 elements', () => changedFile([node('ConstantOfShape', ['shape'], ['big']), sigmoid], { initializers: [int64Tensor('shape', [2], [2 ** 18, 2 ** 18])] })],
    ['a million tiles', () => changedFile([node('Tile', ['z', 'shape'], ['big']), sigmoid], { initializers: [int64Tensor('shape', [2], [1_000, 1_000])] })],
    ['a range to 2^40', () => changedFile([node('Range', ['a', 'b', 'c'], ['big']), sigmoid], { initializers: [int64Tensor('a', [], [0]), int64Tensor('b', [], [2 ** 40]), int64Tensor('c', [], [1])] })],
    ['a shape that a node holds', () => changedFile([node('Constant', [], ['shape'], [Buffer.concat([bytes(1, 'value'), bytes(5, int64Tensor('', [2], [10_000, 10_000])), whole(20, 4)])]), node('Expand', ['z', 'shape'], ['big']), sigmoid])],
    ['nine dimensions', () => changedFile([sigmoid], { initializers: [floatTensor('t', [1, 1, 1, 1, 1, 1, 1, 1, 1], [1])] })],
  ])('refuses %s: LIMIT', (_, file) => {
    expect(failed(file())).toContain('LIMIT');
  }); // prettier-ignore

  const tensor = (dims: (number | bigint)[], type: number, values: Buffer[]): Buffer =>
    changedFile([sigmoid], {
      initializers: [Buffer.concat([...dims.map((dim) => whole(1, dim)), whole(2, type), bytes(8, 't'), ...values])],
    });
  it.each<[string, () => Uint8Array]>([
    ['a shape of 1e9 x 1e9 over 64 bytes', () => tensor([1e9, 1e9], FLOAT, [bytes(9, new Uint8Array(64))])],
    ['a negative dimension', () => tensor([-3, 3], FLOAT, [bytes(9, new Uint8Array(36))])],
    ['a product that wraps around to what is there', () => tensor([2n ** 32n, 2n ** 32n, 1], FLOAT, [])],
    ['fewer values than the shape asks for', () => tensor([3, 4], FLOAT, [bytes(9, new Uint8Array(36))])],
    ['more values than the shape asks for', () => tensor([2], FLOAT, [bytes(9, new Uint8Array(36))])],
    ['values in two places', () => tensor([1], FLOAT, [bytes(9, new Uint8Array(4)), bytes(4, new Uint8Array(4))])],
    ['text', () => tensor([1], 8, [bytes(6, 'words')])],
    ['bfloat16', () => tensor([1], 16, [bytes(9, new Uint8Array(2))])],
    ['numbers of four bits', () => tensor([2], 22, [bytes(9, new Uint8Array(1))])],
    ['a type whose number is float only in its low half', () => changedFile([sigmoid], { initializers: [Buffer.concat([whole(1, 1), whole(2, 2n ** 32n + 1n), bytes(8, 't'), bytes(9, new Uint8Array(4))])] })],
  ])('refuses a tensor with %s: SHAPE', (_, file) => {
    expect(failed(file())).toContain('SHAPE');
  }); // prettier-ignore

  it('takes values written one by one, packed or not', () => {
    expect(failed(tensor([2], INT64, [bytes(7, Uint8Array.of(1, 0x80, 0x01))]))).toEqual([]);
    expect(failed(tensor([2], INT64, [whole(7, 1), whole(7, 2)]))).toEqual([]);
    expect(failed(tensor([3], INT64, [bytes(7, Uint8Array.of(1, 0x80, 0x01))]))).toEqual(['SHAPE']);
  });

  const io = (inputs: Buffer[], outputs = denseToScores(3, 3).outputs) => changedFile([sigmoid], { inputs, outputs });
  const dense = valueInfo('dense', ['N', 3]);
  it.each<[string, () => Uint8Array, Partial<ModelManifest>?]>([
    ['another width than its features', () => linearModel(4, [...WEIGHTS, 0, 0, 0], BIAS)],
    ['another number of heads', () => linearModel(3, WEIGHTS.slice(0, 6), BIAS.slice(0, 2))],
    ['a fixed batch of seven', () => changedFile([sigmoid], denseToScores(3, 3, 7))],
    ['features as whole numbers', () => io([valueInfo('dense', ['N', 3], INT64)])],
    ['features of three dimensions', () => io([valueInfo('dense', ['N', 3, 1])])],
    ['an input of another name', () => io([dense, valueInfo('price', ['N', 3])])],
    ['no features', () => io([valueInfo('user_tags', [1, 2])])],
    ['a user tensor per candidate', () => io([dense, valueInfo('user_tags', ['N', 2])]), { tagNames: ['category-affinity:a', 'category-affinity:b'] }],
    ['a sequence without its times', () => io([dense, valueInfo('seq_brand', [1, 5], INT64)]), { kind: 'sequence' }],
    ['sequences of two lengths', () => io([dense, valueInfo('seq_brand', [1, 5], INT64), valueInfo('seq_gap', [1, 6])]), { kind: 'sequence' }],
    ['a sequence of any length', () => io([dense, valueInfo('seq_gap', [1, 'K'])]), { kind: 'sequence' }],
    ['a sequence of a million', () => io([dense, valueInfo('seq_gap', [1, 1_000_000])]), { kind: 'sequence' }],
    ['two outputs', () => io([dense], [valueInfo('scores', ['N', 3]), valueInfo('z', ['N', 3])])],
    ['an output of another name', () => io([dense], [valueInfo('z', ['N', 3])])],
    ['a list as output', () => io([dense], [Buffer.concat([bytes(1, 'scores'), bytes(2, bytes(4, bytes(1, new Uint8Array(0))))])])],
  ])('refuses %s: SIGNATURE', (_, file, over = {}) => {
    expect(failed(file(), over)).toContain('SIGNATURE');
  }); // prettier-ignore

  it('takes an initializer that is listed as an input, as older exporters do', () => {
    expect(failed(io([dense, valueInfo('weights', [3, 3])]))).toEqual([]);
  });

  it('finds what is not computed here any more: FEATURE', () => {
    expect(detailOf(goodFile(), 'FEATURE', { featureNames: ['item.trend_log@1', 'gone@1', 'user.owned@1'] })).toContain('"gone@1"');
  });

  it('finds all faults of a file that can be read', () => {
    const nodes = [node('Exfiltrate', ['z'], ['y']), node('Sigmoid', ['y'], ['scores'])];
    const file = changedFile(nodes, { ...denseToScores(3, 3, 7), initializers: [externalTensor('e', [-1], 'x')] }, 99);
    expect(failed(file)).toEqual(['VERSION', 'EXTERNAL_DATA', 'OPERATOR', 'SHAPE', 'SIGNATURE']);
  });

  it('names five of many and counts the rest', () => {
    const many = Array.from({ length: 9 }, (_, i) => externalTensor(`e${i}`, [1], 'x'));
    expect(detailOf(changedFile([sigmoid], { initializers: many }), 'EXTERNAL_DATA')).toMatch(/and 4 more$/);
  });

  it('answers to any bytes', () => {
    const names = new Set<string>(MODEL_CHECKS.slice(0, 8));
    const answers = (file: Uint8Array): boolean => check(file).checks.every(({ name, detail }) => names.has(name) && detail.length > 0);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), answers), { numRuns: 2_000 });
    const good = goodFile();
    const cut = fc.record({ at: fc.nat(good.length - 1), put: fc.uint8Array({ maxLength: 12 }), drop: fc.nat(12) });
    const spliced = fc.array(cut, { minLength: 1, maxLength: 4 }).map((cuts) =>
      cuts.reduce((file, { at, put, drop }) => Buffer.concat([file.subarray(0, at), put, file.subarray(at + drop)]), good),
    ); // prettier-ignore
    fc.assert(fc.property(spliced, answers), { numRuns: 5_000 });
  });

  it('takes no longer than the size of a file explains, whatever is in it', () => {
    const worst = [
      Buffer.alloc(8_000_000, Uint8Array.of(0x3a, 0x00)), // two million empty graphs
      modelFile(Buffer.concat([graph(), Buffer.alloc(8_000_000, Uint8Array.of(0x0a, 0x00))])), // two million empty nodes
      changedFile([
        node('Relu', ['z'], ['y'], [Buffer.concat([bytes(1, 'a'), Buffer.alloc(8_000_000, Uint8Array.of(0x40, 0x01))])]),
        sigmoid,
      ]),
    ];
    for (const file of worst) {
      const before = process.cpuUsage();
      expect(check(file).checks.length).toBeGreaterThan(0);
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
    }
  });
});
