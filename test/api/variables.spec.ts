import fc from 'fast-check';
import { buildSchema, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { AppError } from '../../src/core/errors.js';
import { variablesReader } from '../../src/api/variables.js';

const schema = buildSchema(`
  enum Colour { RED GREEN }
  input Inner { x: Int! = 3, colour: Colour = RED, list: [Int!]! = [] }
  input Outer { first: Int! = 20, name: String, inner: Inner, inners: [Inner!], ids: [ID], share: Float }
  type Query { field(outer: Outer, n: Int, s: String!, many: [Int!]! = [1]): Int }
`);
const readerOf = (text: string, refusingNull: string[] = []) => {
  const operation = parse(text).definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  return { operation, read: variablesReader(schema, operation, new Set(refusingNull)) };
};
const faultsOf = (act: () => unknown): string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error.faults.map(({ path }) => path);
    throw error;
  }
  return [];
};

describe('variables', () => {
  it('get the defaults of the operation and of the schema', () => {
    const { read } = readerOf(
      'query($outer: Outer, $n: Int = 7, $many: [Int!]! = [2], $s: String) { field(outer: $outer, n: $n, many: $many, s: $s) }',
    );
    expect(read({ outer: { inner: {}, inners: { x: 1 } } })).toEqual({
      outer: { first: 20, inner: { x: 3, colour: 'RED', list: [] }, inners: [{ x: 1, colour: 'RED', list: [] }] },
      n: 7,
      many: [2],
    });
  });

  it('are named by path when they are wrong, all of them', () => {
    const { read } = readerOf('query($outer: Outer, $s: String!) { field(outer: $outer, s: $s) }');
    expect(faultsOf(() => read({ outer: { first: 'a', inner: { colour: 'BLUE', list: [1, 'b'] }, ids: [{}] }, extra: 1 }))).toEqual([
      'extra',
      'outer.first',
      'outer.inner.colour',
      'outer.inner.list.1',
      'outer.ids.0',
      's',
    ]);
  });

  it('may be left out, but not null, where the schema has a default', () => {
    const { read } = readerOf('query($many: [Int!]) { field(many: $many, s: "a") }', ['many']);
    expect(read({})).toEqual({});
    expect(faultsOf(() => read({ many: null }))).toEqual(['many']);
  });

  it('are read as the reference implementation reads them', () => {
    const { operation, read } = readerOf(
      'query($outer: Outer!, $n: Int = 7, $many: [Int!]! = [2], $ids: [ID]) { field(outer: $outer, n: $n, many: $many, s: "a") }',
    );
    const scalar = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constantFrom('RED', 'GREEN', 1, 2));
    const inner = fc.record(
      { x: scalar, colour: scalar, list: fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })) },
      { requiredKeys: [] },
    );
    const outer = fc.record(
      {
        first: fc.oneof(fc.nat(200), scalar),
        name: scalar,
        inner: fc.oneof(inner, scalar),
        inners: fc.oneof(inner, fc.array(inner, { maxLength: 3 })),
        ids: fc.array(scalar, { maxLength: 3 }),
        share: scalar,
      },
      { requiredKeys: [] },
    );
    const given = fc.record(
      {
        outer: fc.oneof({ weight: 9, arbitrary: outer }, scalar),
        n: fc.oneof(fc.nat(), scalar),
        many: fc.array(fc.oneof(fc.nat(), scalar), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, (variables) => {
        const expected = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
        const faults = faultsOf(() => {
          expect(read(variables)).toEqual(expected.coerced);
        });
        expect(faults).toHaveLength(Math.min(expected.errors?.length ?? 0, 50));
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
