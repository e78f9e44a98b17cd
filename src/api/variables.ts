import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import { type Fault, refuseFaults, shown } from '../core/errors.js';
import { abbreviated } from './abbreviated.js';

export type Variables = Record<string, unknown>;

interface Variable {
  name: string;
  type: GraphQLInputType;
  /** Undefined: none. */
  otherwise: unknown;
  /** It may be left out, but not be null: it stands where the schema has a default and takes no null. */
  refusesNull: boolean;
}

const MAX_FAULTS = 50;
const MAX_SENTENCE = 240;

/** A value in a message: lists and objects by their size, since a caller's value can be a megabyte. */
function told(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return shown(typeof value === 'string' ? value.slice(0, 200) : value);
}

/** What graphql says of a value, without what could give names of the schema away and never longer than a few lines. */
const sentence = (message: string): string => abbreviated(message.replace(/ Did you mean .*$/s, '')).slice(0, MAX_SENTENCE);

class Enough extends Error {}

function coerceOne({ name, type, otherwise, refusesNull }: Variable, given: Variables, values: Variables, faults: Fault[]): void {
  const fault = (path: string, message: string) => {
    faults.push({ path: abbreviated(path), code: 'INVALID_INPUT', message: `${abbreviated(path)}: ${message}` });
    if (faults.length >= MAX_FAULTS) throw new Enough();
  };
  if (!Object.hasOwn(given, name)) {
    if (otherwise !== undefined) values[name] = otherwise;
    else if (isNonNullType(type)) fault(name, `a variable of type ${String(type)} is needed and was not given`);
    return;
  }
  const value = given[name];
  if (value === null && refusesNull) return fault(name, 'null is not allowed where it is used; leave it out instead');
  values[name] = coerceInputValue(value, type, (path, wrong, error) => {
    fault([name, ...path].join('.'), `${told(wrong)} is refused: ${sentence(error.message)}`);
  });
}

/**
 * Prepare the reading of an operation's variables. The compiler of queries takes a field that has a default and is left out for a missing one, and
 * its messages repeat whole values, so variables are read here, by the rules of the reference implementation, before it sees them.
 *
 * @returns a function from what the caller sent to complete values; it throws INVALID_INPUT that names every fault by path
 */
export function variablesReader(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  refusingNull: ReadonlySet<string>,
): (given: Variables) => Variables {
  const variables = (operation.variableDefinitions ?? []).map((definition): Variable => {
    const type = typeFromAST(schema, definition.type) as GraphQLInputType;
    const name = definition.variable.name.value;
    return {
      name,
      type,
      otherwise: definition.defaultValue && valueFromAST(definition.defaultValue, type),
      refusesNull: refusingNull.has(name),
    };
  });
  const names = new Set(variables.map(({ name }) => name));

  return (given) => {
    const faults: Fault[] = [];
    const values: Variables = {};
    try {
      for (const name of Object.keys(given)) {
        const path = name.slice(0, 60);
        if (!names.has(name)) faults.push({ path, code: 'INVALID_INPUT', message: `${path}: the operation has no variable of this name` });
        if (faults.length >= MAX_FAULTS) throw new Enough();
      }
      for (const variable of variables) coerceOne(variable, given, values, faults);
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
    refuseFaults(faults);
    return values;
  };
}
