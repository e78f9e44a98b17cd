import {
  type DocumentNode,
  getArgumentValues,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  print,
  separateOperations,
  specifiedRules,
  TypeInfo,
  typeFromAST,
  validate,
  ValidationContext,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError, refuseFaults } from '../core/errors.js';
import { abbreviated } from './abbreviated.js';
import { brokenLimits, type Fragments, fragmentsOf, LIMITS, shapeOf } from './document-limits.js';
import { costOf, rootFields } from './query-cost.js';
import { type Variables, variablesReader } from './variables.js';

type Problem = Pick<GraphQLError, 'message' | 'locations'>;

/** A document that is refused whatever its variables are. It is remembered, so it keeps the words and not the document. */
export class BadQuery extends AppError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly { message: string; locations?: GraphQLError['locations'] }[]) {
    const told = problems.map(({ message, locations }) => ({ message: abbreviated(message), locations }));
    super('BAD_QUERY', told.map(({ message }) => message).join('; '));
    this.name = 'BadQuery';
    this.problems = told;
  }
}

/** A root field, with what its arguments come to. */
export interface RootField {
  field: string;
  args: (variables: Variables) => Record<string, unknown>;
  /** Names of the arguments that are text themselves. */
  texts: string[];
}

/** An operation that may run: checked whole, with what has to be asked of each request's variables. */
export interface Operation {
  /** Text with this one operation in it. Compiled queries are kept by text, so two operations must not share one. */
  source: string;
  /** The field it asks for, or `several`: few enough to label metrics with. */
  label: string;
  /** The fields it asks for, without those of introspection. */
  roots: RootField[];
  readVariables: (given: Variables) => Variables;
  cost: (variables: Variables) => number;
  /** Set when it must not be compiled: the compiler gives null for a variable left out inside a written-out list or object, not the default. */
  interpreted: DocumentNode | null;
}

export interface DocumentRules {
  introspection: boolean;
  /** Whether messages may propose names of the schema. */
  suggestions: boolean;
}

const MAX_PROBLEMS = 20;
const KEPT_DOCUMENTS = 500;
const KEPT_CHARACTERS = 4_000_000;

const refuse = (message: string): never => {
  throw new BadQuery([{ message }]);
};

function parsed(query: string): DocumentNode {
  if (query.length > LIMITS.characters)
    refuse(`the document has ${query.length} characters; at most ${LIMITS.characters} are allowed: send values as variables`);
  try {
    return parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw new BadQuery([error]);
    throw error;
  }
}

function chosen(document: DocumentNode, operationName: string | null): OperationDefinitionNode {
  const operations = document.definitions.filter((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION);
  const named = operationName === null ? operations : operations.filter(({ name }) => name?.value === operationName);
  if (operations.length === 0) refuse('the document has no operation');
  if (named.length === 0) refuse('operationName names no operation of the document');
  if (named.length > 1)
    refuse(
      operationName === null ? 'the document has several operations: operationName has to choose one' : 'two operations have the same name',
    );
  return named[0];
}

/** Names of variables that may be null by their type, but not where they are used. */
function refusingNull(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Set<string> {
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined);
  const nullable = new Set(
    (operation.variableDefinitions ?? [])
      .filter(({ type }) => !isNonNullType(typeFromAST(schema, type)))
      .map(({ variable }) => variable.name.value),
  );
  const usages = context.getRecursiveVariableUsages(operation);
  return new Set(
    usages.filter(({ node, type }) => isNonNullType(type) && nullable.has(node.name.value)).map(({ node }) => node.name.value),
  );
}

const labelOf = ({ selectionSet }: OperationDefinitionNode): string => {
  const [only, ...others] = selectionSet.selections;
  return others.length === 0 && only.kind === Kind.FIELD ? only.name.value : 'several';
};

const isText = (type: GraphQLInputType): boolean => ['ID', 'String'].includes(String(isNonNullType(type) ? type.ofType : type));

/** Every root field of an operation, however it is brought in. Directives that leave some out are not looked at: who may not ask for a field may not name it. */
function rootsOf(operation: OperationDefinitionNode, root: GraphQLObjectType, fragments: Fragments): RootField[] {
  return [...rootFields(operation.selectionSet, fragments).keys()]
    .filter(({ name }) => !name.value.startsWith('__'))
    .map((node) => {
      const field = root.getFields()[node.name.value];
      const texts = field.args.filter(({ type }) => isText(type)).map(({ name }) => name);
      return { field: field.name, args: (variables) => getArgumentValues(field, node, variables), texts };
    });
}

/** Check one operation of a document, cheap bounds first, and make it ready to run. Throws BadQuery. */
function prepare(schema: GraphQLSchema, rules: DocumentRules, query: string, operationName: string | null): Operation {
  const document = parsed(query);
  const shape = shapeOf(document);
  const broken = brokenLimits(document, shape);
  if (broken.length > 0) throw new BadQuery(broken.map((message) => ({ message })));

  const operation = chosen(document, operationName);
  const root = schema.getRootType(operation.operation) as GraphQLObjectType | undefined;
  if (!root) return refuse(`there are no ${operation.operation} operations here`);
  const cost = costOf(operation, root, fragmentsOf(document));
  refuseCost(cost(null));

  const validation = [...specifiedRules, ...(rules.introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const problems = validate(schema, document, validation, { maxErrors: MAX_PROBLEMS, hideSuggestions: !rules.suggestions });
  if (problems.length > 0) throw new BadQuery(problems);

  const alone = separateOperations(document)[operation.name?.value ?? ''];
  return {
    source: alone.definitions.length === document.definitions.length ? query : print(alone),
    label: labelOf(operation),
    roots: rootsOf(operation, root, fragmentsOf(document)),
    readVariables: variablesReader(schema, operation, refusingNull(schema, document, operation)),
    cost,
    interpreted: shape.nestsVariables ? alone : null,
  };
}

/** Refuse an operation that asks for too much. */
export function refuseCost(cost: number): void {
  if (cost > LIMITS.cost)
    refuse(
      `the operation costs ${cost} (fields times list lengths); at most ${LIMITS.cost} is allowed: ask for fewer fields or a smaller first`,
    );
}

/** Refuse text that no store can keep, so that nothing is looked up by it: NUL, or half a surrogate pair. What is inside an input, its reader judges. */
export function refuseUnkeepable({ roots }: Operation, variables: Variables): void {
  const named = roots.filter(({ texts }) => texts.length > 0);
  if (named.length === 0) return;
  const faults = named
    .flatMap(({ args, texts }) => {
      const given = args(variables);
      return texts.filter((name) => isUnkeepable(given[name]));
    })
    .map((path) => ({ path, code: 'INVALID_INPUT', message: `${path} has a NUL or half a surrogate pair in it` }));
  refuseFaults(faults);
}
const isUnkeepable = (value: unknown): boolean => typeof value === 'string' && (value.includes('\0') || !value.isWellFormed());

/**
 * The operations of the documents that callers send. What was checked is remembered, refusals too, within a bounded number of characters; a stack
 * that overflows on a document is the document's fault.
 */
export function createDocuments(schema: GraphQLSchema, rules: DocumentRules): (query: string, operationName: string | null) => Operation {
  const known = new LRUCache<string, Operation | BadQuery>({
    max: KEPT_DOCUMENTS,
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_value, key) => key.length,
  });

  return (query, operationName) => {
    const key = `${JSON.stringify(operationName)}\n${query}`;
    let found = known.get(key);
    if (!found) {
      try {
        found = prepare(schema, rules, query, operationName);
      } catch (error) {
        if (error instanceof BadQuery) found = error;
        else if (error instanceof RangeError) found = new BadQuery([{ message: 'the document nests too deeply' }]);
        else throw error;
      }
      known.set(key, found);
    }
    if (found instanceof BadQuery) throw found;
    return found;
  };
}
