import fc from 'fast-check';
import { buildSchema, type GraphQLObjectType, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';
import { depthOf, fragmentsOf, shapeOf } from '../../src/api/document-limits.js';
import { costOf } from '../../src/api/query-cost.js';

const schema = buildSchema(`
  input Page { first: Int! = 20 }
  type Thing { a: Int, b: Int, inner: Thing }
  type Query { thing: Thing, things(first: Int! = 50): [Thing], feed(input: Page!): [Thing] }
`);
const costIn = (text: string, variables: Record<string, unknown> | null = {}): number => {
  const document = parse(text);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  return costOf(operation, schema.getQueryType() as GraphQLObjectType, fragmentsOf(document))(variables);
};

describe('the cost of an operation', () => {
  it('is 1 for a root field and 1 for each field under it', () => expect(costIn('{ thing { a b inner { a } } }')).toBe(1 + 4));
  it('multiplies by the length that is asked for', () => {
    expect(costIn('{ things(first: 10) { a b } }')).toBe(1 + 10 * 2);
    expect(costIn('{ feed(input: { first: 10 }) { a b } }')).toBe(1 + 10 * 2);
    expect(costIn('query($n: Int) { things(first: $n) { a b } }', { n: 10 })).toBe(1 + 10 * 2);
    expect(costIn('query($n: Int) { feed(input: { first: $n }) { a b } }', { n: 10 })).toBe(1 + 10 * 2);
    expect(costIn('query($i: Page!) { feed(input: $i) { a b } }', { i: { first: 10 } })).toBe(1 + 10 * 2);
  });
  it('takes the default of the schema where no length is given', () => {
    expect(costIn('{ things { a } }')).toBe(1 + 50);
    expect(costIn('{ feed(input: {}) { a } }')).toBe(1 + 20);
    expect(costIn('query($n: Int) { things(first: $n) { a } }')).toBe(1 + 50);
  });
  it('says the least when the variables are not known', () => {
    expect(costIn('query($n: Int) { things(first: $n) { a } }', null)).toBe(1 + 1);
    expect(costIn('query($i: Page!) { feed(input: $i) { a } }', null)).toBe(1 + 1);
  });
  it('leaves lengths that no list has to the use case', () => {
    expect(costIn('{ things(first: -5) { a } }')).toBe(1 + 1);
    expect(costIn('{ things(first: 2000000000) { a } }')).toBe(1 + 1_000);
  });
  it('counts what fragments bring as often as they bring it', () => {
    // F is 1 + 2 fields; it stands twice in G, and G twice in the operation.
    expect(costIn('{ ...G ...G } fragment G on Query { ...F x: thing { a } ...F } fragment F on Query { thing { a b } }')).toBe(
      2 * (2 * 3 + 2),
    );
  });

  /** Expands every fragment, which is what the cost must equal without doing it. */
  const expand = (selection: SelectionSetNode | undefined, fragments: ReturnType<typeof fragmentsOf>): number =>
    (selection?.selections ?? []).reduce((sum, node) => {
      if (node.kind === Kind.FIELD) return sum + 1 + expand(node.selectionSet, fragments);
      return sum + expand(node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)?.selectionSet : node.selectionSet, fragments);
    }, 0);

  it('equals the number of fields when everything is written out', () => {
    // Fragment i may only use fragments after it, so there is no cycle.
    const part = (i: number, of: number) =>
      fc.array(
        fc.oneof(
          fc.constant('a'),
          fc.constant('inner { b }'),
          fc.constant('... on Thing { a b }'),
          ...(i + 1 < of ? [fc.integer({ min: i + 1, max: of - 1 }).map((to) => `...F${to}`)] : []),
        ),
        { minLength: 1, maxLength: 4 },
      );
    const documents = fc.integer({ min: 1, max: 7 }).chain((of) => fc.tuple(...Array.from({ length: of }, (_, i) => part(i, of))));
    fc.assert(
      fc.property(documents, (parts) => {
        const text = `{ thing { ...F0 } } ${parts.map((lines, i) => `fragment F${i} on Thing { ${lines.join(' ')} }`).join(' ')}`;
        const document = parse(text);
        const [operation] = document.definitions as OperationDefinitionNode[];
        expect(costIn(text)).toBe(expand(operation.selectionSet, fragmentsOf(document)));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe('the shape of a document', () => {
  const depth = (text: string) => {
    const document = parse(text);
    return depthOf((document.definitions[0] as OperationDefinitionNode).selectionSet, fragmentsOf(document));
  };
  it('is as deep as its fields are nested, whatever fragments stand between', () => {
    expect(depth('{ a { b { c } } d }')).toBe(3);
    expect(depth('{ a { ... on T { ...F } } } fragment F on T { b { c } }')).toBe(3);
  });
  it('counts introspection as one level', () => expect(depth('{ __schema { types { fields { type { ofType { name } } } } } }')).toBe(1));
  it('has no end when a fragment contains itself', () =>
    expect(depth('{ ...F } fragment F on T { a { ...G } } fragment G on T { b { ...F } }')).toBe(Infinity));
  it('knows of variables inside written-out values', () => {
    expect(shapeOf(parse('query($n: Int) { a(first: $n) { b } }')).nestsVariables).toBe(false);
    expect(shapeOf(parse('query($n: Int) { a(input: { first: $n }) { b } }')).nestsVariables).toBe(true);
    expect(shapeOf(parse('query($n: Int) { a(ids: [1, $n]) { b } }')).nestsVariables).toBe(true);
  });
});
