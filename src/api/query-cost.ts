import {
  type FieldNode,
  type GraphQLObjectType,
  isInputObjectType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { type Fragments } from './document-limits.js';

/** No list in an answer is longer, so a larger `first` costs no more and is left for the use case to refuse by name. */
const LONGEST_LIST = 1_000;

type Variables = Readonly<Record<string, unknown>>;
/** Null: not known yet, so nothing may be said but the least. */
type Sizer = (variables: Variables | null) => number;

/** How many fields a selection asks for, fragments expanded, each fragment counted once and remembered. */
function countFields(selection: SelectionSetNode | undefined, fragments: Fragments, known: Map<string, number>): number {
  let fields = 0;
  for (const node of selection?.selections ?? []) {
    if (node.kind === Kind.FIELD) fields += 1 + countFields(node.selectionSet, fragments, known);
    else if (node.kind === Kind.INLINE_FRAGMENT) fields += countFields(node.selectionSet, fragments, known);
    else {
      const name = node.name.value;
      if (!known.has(name)) {
        known.set(name, 0); // what a fragment brings into itself is for validation to refuse
        known.set(name, countFields(fragments.get(name)?.selectionSet, fragments, known));
      }
      fields += known.get(name) ?? 0;
    }
  }
  return fields;
}

/** The root fields of a selection, each with the number of times that expanding the fragments brings it. */
export function rootFields(
  selection: SelectionSetNode | undefined,
  fragments: Fragments,
  known: Map<string, Map<FieldNode, number>> = new Map(),
): Map<FieldNode, number> {
  const times = new Map<FieldNode, number>();
  const add = (more: Map<FieldNode, number>) => more.forEach((n, field) => times.set(field, (times.get(field) ?? 0) + n));
  for (const node of selection?.selections ?? []) {
    if (node.kind === Kind.FIELD) add(new Map([[node, 1]]));
    else if (node.kind === Kind.INLINE_FRAGMENT) add(rootFields(node.selectionSet, fragments, known));
    else {
      const name = node.name.value;
      if (!known.has(name)) {
        known.set(name, new Map());
        known.set(name, rootFields(fragments.get(name)?.selectionSet, fragments, known));
      }
      add(known.get(name) ?? new Map<FieldNode, number>());
    }
  }
  return times;
}

const bounded = (first: unknown): number => (typeof first === 'number' ? Math.min(Math.max(first, 1), LONGEST_LIST) : 1);

/** A length that is written out, given by a variable or left to its default. Keeps names and numbers only, so that the document can be let go. */
function sizeIn(node: ValueNode | undefined, otherwise: unknown): Sizer {
  if (node?.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return (variables) => (variables ? bounded(variables[name] ?? otherwise) : 1);
  }
  const size = bounded(node?.kind === Kind.INT ? Number(node.value) : otherwise);
  return () => size;
}

/** The same where the whole input is a variable. */
function sizeInVariable(name: string, otherwise: unknown): Sizer {
  return (variables) => (variables ? bounded((variables[name] as { first?: unknown } | undefined)?.first ?? otherwise) : 1);
}

/** How long the list under a root field can get: `first` of the field or of its input, as given or by default. */
function sizerOf(field: FieldNode, root: GraphQLObjectType): Sizer {
  const args = root.getFields()[field.name.value]?.args ?? [];
  const given = (name: string) => field.arguments?.find((argument) => argument.name.value === name)?.value;
  const first = args.find(({ name }) => name === 'first');
  if (first) return sizeIn(given('first'), first.defaultValue);

  const type = args.find(({ name }) => name === 'input')?.type;
  const inputType = type && (isNonNullType(type) ? type.ofType : type);
  const inner = isInputObjectType(inputType) ? inputType.getFields().first : undefined;
  if (!inner) return () => 1;
  const input = given('input');
  if (input?.kind === Kind.VARIABLE) return sizeInVariable(input.name.value, inner.defaultValue);
  return sizeIn(
    input?.kind === Kind.OBJECT ? input.fields.find(({ name }) => name.value === 'first')?.value : undefined,
    inner.defaultValue,
  );
}

/**
 * The cost of an operation as a function of its variables: for every root field 1 plus the fields under it times the length of its list.
 * Built in time linear in the document times its fragments; a call takes one step for each root field. Without variables
 * it is the least that any variables can make it.
 *
 * @returns a function to a cost of 1 or more; doubles are exact enough for the bound, and 2^1000 fields are merely a large number
 */
export function costOf(
  operation: OperationDefinitionNode,
  root: GraphQLObjectType,
  fragments: Fragments,
): (variables: Variables | null) => number {
  const known = new Map<string, number>();
  const terms = [...rootFields(operation.selectionSet, fragments)].map(([field, times]) => ({
    times,
    fields: countFields(field.selectionSet, fragments, known),
    sizeOf: sizerOf(field, root),
  }));
  return (variables) => terms.reduce((sum, { times, fields, sizeOf }) => sum + times * (1 + fields * sizeOf(variables)), 0);
}
