import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import { shown } from '../core/errors.js';

const refuse = (sentence: string): never => {
  throw new GraphQLError(sentence);
};

/** Text as the caller wrote it. The core reads it, so that one wrong time rejects one event of a batch and not the batch. */
const timeAsWritten = (value: unknown): string =>
  typeof value === 'string' ? value : refuse(`a DateTime is ISO 8601 text, not ${shown(value)}`);

export const dateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  parseValue: timeAsWritten,
  parseLiteral: (node: ValueNode) => (node.kind === Kind.STRING ? node.value : refuse('a DateTime is ISO 8601 text in quotes')),
  serialize: (value) => (typeof value === 'number' ? new Date(value).toISOString() : timeAsWritten(value)),
});

const asDay = (value: unknown): string => {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  return refuse(`a Date is YYYY-MM-DD, not ${shown(value)}`);
};

export const date = new GraphQLScalarType<string, string>({
  name: 'Date',
  parseValue: asDay,
  parseLiteral: (node: ValueNode) => asDay(node.kind === Kind.STRING ? node.value : null),
  serialize: asDay,
});

const asCount = (value: unknown): number =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : refuse(`a Count is a whole number from 0 to 2^53 - 1, not ${shown(value)}`);

export const count = new GraphQLScalarType<number, number>({
  name: 'Count',
  parseValue: asCount,
  parseLiteral: (node: ValueNode) => asCount(node.kind === Kind.INT ? Number(node.value) : NaN),
  serialize: asCount,
});

const MAX_JSON_DEPTH = 16;

/** Whether a value nests at most so deep and has no key that would replace a prototype when it is copied. */
function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((inner) => isPlainJson(inner, depth - 1));
}

function asObject(value: unknown): object {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && isPlainJson(value, MAX_JSON_DEPTH)) return value;
  return refuse(`a JSONObject is an object of at most ${MAX_JSON_DEPTH} levels without a key __proto__`);
}

export const jsonObject = new GraphQLScalarType<object, object>({
  name: 'JSONObject',
  parseValue: asObject,
  parseLiteral: (node: ValueNode, variables) => asObject(valueFromASTUntyped(node, variables)),
  serialize: (value) => value as object,
});
