import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { ROOT_FIELDS, type RootField } from './schema-arguments.js';

/** Choices that were drawn beforehand, so that a document that fails can be made smaller by making them fewer and smaller. */
export class Choices {
  private at = 0;
  constructor(private readonly drawn: readonly number[]) {}

  /** 0 to n - 1; 0 when all are used up. */
  below(n: number): number {
    return (this.drawn[this.at++] ?? 0) % n;
  }
  /** About one time in n; never when all are used up. */
  once(n: number): boolean {
    return this.below(n) === n - 1;
  }
  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }
}

export interface Sent {
  query: string;
  variables: Record<string, unknown>;
  operationName?: unknown;
}

const LONG = 'x'.repeat(10_000);
const TEXTS = [
  'item-1', 'user-1', 'home', 'CLICK_RATE', 'CONVERSION_RATE', 'intent', 'tea', 'item-2', 'brand-1', 'creator-1', 'user-2', 'purchases',
  '', ' ', '0', '-1', '__proto__', 'constructor', 'toString', 'hasOwnProperty', "' OR 1=1--", '"; DROP TABLE events; --', '%00', '\u0000', '\ud800', '\udfff\ud800', '🛒🛒', 'שלום', 'e\u0301', '*', '{}',
  '{user}', '../../etc/passwd', 'a/b', 'null', 'NaN', '2026-11-21T00:00:00Z', 'eyJ2IjoxfQ', 'x'.repeat(128), 'x'.repeat(129), LONG, '😀'.repeat(64), '\n', '\u2028', '01936f2e-0000-7000-8000-000000000000.1',
]; // prettier-ignore
const TIMES = [
  '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z', '2026-11-20T23:59:60Z', '2026-02-30T00:00:00Z', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '+292278994-08-17T07:12:55Z',
  'yesterday', '', '2026-11-21T00:00:00', 7, null, LONG,
]; // prettier-ignore
const NUMBERS = [
  0,
  1,
  2,
  10,
  0.5,
  0.1,
  20,
  100,
  -1,
  101,
  1.5,
  1e3,
  1e15,
  1e308,
  -1e308,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  -0,
  Number.MIN_VALUE,
];
const ODDITIES = [null, 'text', {}, [], [[]], true, Infinity, { __typename: 'x' }, [null], { a: { b: { c: {} } } }];
const OBJECTS = [{}, { a: 1 }, { a: 'x', b: [1, 2] }, JSON.parse('{"__proto__":{"a":1}}') as object, { 'a.b': { constructor: 1 } }];

/** A value of a type, now and then one that is not. */
function valueOf(type: GraphQLInputType, choices: Choices, depth: number): unknown {
  if (choices.once(40)) return choices.of(ODDITIES);
  if (isNonNullType(type)) return valueOf(type.ofType, choices, depth);
  if (isListType(type)) return Array.from({ length: choices.of([1, 1, 2, 3, 0]) }, () => valueOf(type.ofType, choices, depth));
  if (isEnumType(type)) return choices.once(30) ? 'NONE_OF_THEM' : choices.of(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => (isRequiredInputField(field) ? !choices.once(30) : depth < 4 && choices.once(4)));
    return Object.fromEntries([
      ...fields.map((field) => [field.name, valueOf(field.type, choices, depth + 1)]),
      ...(choices.once(60) ? [[choices.of(TEXTS), 1]] : []),
    ]);
  } // prettier-ignore
  if (type.name === 'Boolean') return choices.below(2) === 0;
  if (type.name === 'Int' || type.name === 'Count') return choices.of(NUMBERS.filter(Number.isInteger));
  if (type.name === 'Float') return choices.of(NUMBERS);
  if (type.name === 'DateTime' || type.name === 'Date') return choices.of(TIMES);
  return type.name === 'JSONObject' ? choices.of(OBJECTS) : choices.of(TEXTS);
}

/** A value as a document writes it out. Names of enum values stand without quotes. */
function written(value: unknown, type: GraphQLInputType): string {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map((one) => written(one, isListType(bare) ? bare.ofType : bare)).join(', ')}]`;
  if (typeof value === 'object') {
    const types = isInputObjectType(bare) ? bare.getFields() : {};
    return `{${Object.entries(value).map(([name, one]) => `${name}: ${written(one, Object.hasOwn(types, name) ? types[name].type : bare)}`).join(', ')}}`;
  } // prettier-ignore
  if (isEnumType(bare) && typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** Writes one document and keeps what belongs to it. */
class Writer {
  readonly declared: string[] = [];
  readonly variables: Record<string, unknown> = {};
  readonly fragments: string[] = [];
  constructor(private readonly choices: Choices) {}

  private directives(): string {
    const { choices } = this;
    if (!choices.once(15)) return '';
    return choices.of([' @include(if: true)', ' @skip(if: false)', ' @include(if: false)', ' @skip(if: "no")', ' @defer', ' @include', ' @deprecated']);
  } // prettier-ignore

  private argument(name: string, type: GraphQLInputType): string {
    const value = valueOf(type, this.choices, 0);
    if (this.choices.once(4)) return `${name}: ${written(value, type)}`;
    const variable = `v${this.declared.length}`;
    this.declared.push(`$${variable}: ${this.choices.once(40) ? 'Int' : String(type)}`);
    if (!this.choices.once(40)) this.variables[variable] = value;
    return `${name}: $${variable}`;
  }

  field({ name, args, type }: GraphQLField<unknown, unknown>, depth: number): string {
    const { choices } = this;
    const given = args.filter((arg) => (isRequiredArgument(arg) ? !choices.once(40) : choices.once(3)));
    const list = given.map((arg) => this.argument(arg.name, arg.type));
    const alias = choices.once(12) ? `${choices.of(['a', 'b', name, '__proto__', 'constructor'])}: ` : '';
    const called = choices.once(80) ? choices.of(['nothing', `${name}x`, '__typename', '__schema', LONG]) : name;
    return `${alias}${called}${list.length > 0 ? `(${list.join(', ')})` : ''}${this.directives()}${this.selection(type, depth)}`;
  }

  private selection(type: GraphQLOutputType, depth: number): string {
    const { choices } = this;
    const of = getNamedType(type);
    if (!isObjectType(of)) return choices.once(60) ? ' { id }' : '';
    const fields = Object.values(of.getFields());
    const picked = Array.from({ length: 1 + choices.below(4) }, () => choices.of(fields)).filter((field) => depth < 5 || !isObjectType(getNamedType(field.type)));
    const inner = [choices.once(3) ? '__typename' : '', ...new Set(picked.map((field) => this.field(field, depth + 1)))].join(' ').trim() || '__typename';
    if (choices.once(10)) return ` { ... on ${choices.once(5) ? 'Nothing' : of.name}${this.directives()} { ${inner} } }`;
    if (!choices.once(8)) return ` { ${inner} }`;
    const name = `F${this.fragments.length}`;
    this.fragments.push(`fragment ${name} on ${of.name} { ${inner}${choices.once(20) ? ` ...${name}` : ''} }`);
    return ` { ...${choices.once(20) ? 'Gone' : name}${choices.once(10) ? ` ...${name}` : ''} }`;
  } // prettier-ignore
}

/** Breaks the text of a document somewhere. */
function broken(text: string, choices: Choices): string {
  const at = choices.below(text.length + 1);
  const with_ = choices.of(['', '{', '}', '"', '"""', '#', '$', '\u0000', '...', '\\u{110000}', '@', '('.repeat(300), LONG]);
  return text.slice(0, at) + with_ + text.slice(choices.once(2) ? at : at + choices.below(40));
}

/** A request over the schema that these choices lead to: mostly valid, now and then slightly broken. */
export function requestOf(choices: Choices): Sent {
  const first = choices.of(ROOT_FIELDS);
  const roots = [first];
  while (choices.once(4)) roots.push(choices.of(ROOT_FIELDS.filter(({ operation }: RootField) => operation === first.operation)));
  const writer = new Writer(choices);
  const body = roots.map((root) => writer.field(root.field, 1)).join(' ');
  const name = choices.once(10) ? ' Q' : '';
  const declared = writer.declared.length > 0 ? `(${writer.declared.join(', ')})` : '';
  const whole = [`${first.operation}${name}${declared} { ${body} }`, ...writer.fragments, ...(choices.once(60) ? ['{ __typename }'] : [])].join('\n');
  return {
    query: choices.once(15) ? broken(whole, choices) : whole,
    variables: choices.once(60) ? { ...writer.variables, extra: 1 } : writer.variables,
    ...(choices.once(30) && { operationName: choices.of(['Q', '', 'R', null, 7]) }),
  };
} // prettier-ignore
