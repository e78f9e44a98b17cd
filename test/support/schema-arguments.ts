import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  getNamedType,
} from 'graphql';
import { readFileSync } from 'node:fs';

export const SCHEMA: GraphQLSchema = buildSchema(readFileSync(new URL('../../src/api/schema.graphql', import.meta.url), 'utf8'));

type Field = GraphQLField<unknown, unknown>;
export interface RootField {
  operation: 'query' | 'mutation';
  field: Field;
}

/** Every root field of the schema. */
export const ROOT_FIELDS: readonly RootField[] = [
  ...Object.values(SCHEMA.getQueryType()!.getFields()).map((field) => ({ operation: 'query' as const, field })),
  ...Object.values(SCHEMA.getMutationType()!.getFields()).map((field) => ({ operation: 'mutation' as const, field })),
];

const LEAVES: Record<string, unknown> = {
  Int: 1,
  Float: 0.5,
  Boolean: true,
  DateTime: '2026-01-01T00:00:00Z',
  JSONObject: {},
};
const USER = 'ann';

/** Where an argument names a user: a path from the arguments on, with 0 for an entry of a list. */
export type NamingPath = (string | 0)[];

/** Whom somebody follows is not whom he speaks for. */
const isUserId = (path: NamingPath): boolean => {
  const [last, list] = [path.at(-1), path[0]];
  return last === 'userId' || (list === 'users' && last === 'id');
};
const isAccount = (type: GraphQLInputType): boolean => getNamedType(type).name === 'IdentityInput';

const inside = (type: GraphQLInputType): GraphQLInputType => (isNonNullType(type) ? type.ofType : type);

/** The least value of a type; whatever lies on the way to `along` is there although it need not be. */
function least(type: GraphQLInputType, path: NamingPath, along: NamingPath): unknown {
  const bare = inside(type);
  if (isListType(bare)) return [least(bare.ofType, [...path, 0], along)];
  if (isEnumType(bare)) return bare.getValues()[0].name;
  if (isLeafType(bare)) return isUserId(path) ? USER : (LEAVES[bare.name] ?? 'x');
  if (!isInputObjectType(bare)) throw new Error(`${String(bare)} is no type of input`);
  const leads = (name: string) => along[path.length] === name && path.every((step, i) => step === along[i]);
  const fields = Object.values(bare.getFields()).filter((field) => isRequiredInputField(field) || leads(field.name));
  return Object.fromEntries(fields.map(({ name, type: of }) => [name, least(of, [...path, name], along)]));
}

/** Valid arguments of a field: those it needs, and what leads to `along`. The user is `ann` wherever one is needed. */
export function leastArguments(field: Field, along: NamingPath = []): Record<string, unknown> {
  const given = field.args.filter((arg) => isRequiredArgument(arg) || along[0] === arg.name);
  return Object.fromEntries(given.map(({ name, type }) => [name, least(type, [name], along)]));
}

function naming(type: GraphQLInputType, path: NamingPath, seen: readonly string[]): NamingPath[] {
  const bare = inside(type);
  if (isListType(bare)) return naming(bare.ofType, [...path, 0], seen);
  if (isAccount(bare)) return [path];
  if (isLeafType(bare)) return isUserId(path) ? [path] : [];
  if (!isInputObjectType(bare) || seen.includes(bare.name)) return [];
  return Object.values(bare.getFields()).flatMap((field) => naming(field.type, [...path, field.name], [...seen, bare.name]));
}

/** Every place in the arguments of a field where a user is named, or an account that may be anybody's. */
export const namingPaths = (field: Field): NamingPath[] => field.args.flatMap(({ name, type }) => naming(type, [name], []));

function leaves(type: GraphQLInputType, path: NamingPath, seen: readonly string[]): NamingPath[] {
  const bare = inside(type);
  if (isListType(bare)) return leaves(bare.ofType, [...path, 0], seen);
  if (isLeafType(bare)) return ['ID', 'String', 'DateTime'].includes(bare.name) ? [path] : [];
  if (!isInputObjectType(bare) || seen.includes(bare.name)) return [];
  return Object.values(bare.getFields()).flatMap((field) => leaves(field.type, [...path, field.name], [...seen, bare.name]));
}

/** Every place for text in the arguments of a field, times included. */
export const leafPaths = (field: Field): NamingPath[] => field.args.flatMap(({ name, type }) => leaves(type, [name], []));

/** The arguments with another text in this place. */
export function textAt(args: Record<string, unknown>, path: NamingPath, text: string): Record<string, unknown> {
  const copy = structuredClone(args);
  let place = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>;
  place[path.at(-1)!] = text;
  return copy;
}

/** A request for a field and nothing of its answer. */
export function requestFor({ operation, field }: RootField, variables: Record<string, unknown>): { query: string; variables: object } {
  const args = field.args.filter(({ name }) => name in variables);
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const call = args.length > 0 ? `${field.name}(${passed})` : field.name;
  const body = isLeafType(getNamedType(field.type)) ? call : `${call} { __typename }`;
  return { query: `${operation}${args.length > 0 ? `(${declared})` : ''} { ${body} }`, variables };
}
