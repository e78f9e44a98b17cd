import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, visit } from 'graphql';

/** Bounds of one GraphQL document. They are checked before anything walks it that could be slow. */
export const LIMITS = {
  characters: 65_536,
  tokens: 1_000,
  depth: 6,
  aliases: 15,
  aliasCharacters: 60,
  directives: 50,
  cost: 10_000,
} as const;

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(
    document.definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((one) => [one.name.value, one]),
  );

/**
 * How many fields deep a selection goes, fragments expanded; fields of introspection count as one level.
 * Each fragment is measured once, so the time is linear in the document. Infinity where a fragment contains itself.
 */
export function depthOf(selection: SelectionSetNode | undefined, fragments: Fragments, known = new Map<string, number>()): number {
  let deepest = 0;
  for (const node of selection?.selections ?? []) {
    if (node.kind === Kind.FIELD)
      deepest = Math.max(deepest, node.name.value.startsWith('__') ? 1 : 1 + depthOf(node.selectionSet, fragments, known));
    else if (node.kind === Kind.INLINE_FRAGMENT) deepest = Math.max(deepest, depthOf(node.selectionSet, fragments, known));
    else {
      const name = node.name.value;
      if (!known.has(name)) {
        known.set(name, Infinity); // stays so while the fragment is open: meeting it again is a cycle
        known.set(name, depthOf(fragments.get(name)?.selectionSet, fragments, known));
      }
      deepest = Math.max(deepest, known.get(name) ?? 0);
    }
  }
  return deepest;
}

export interface DocumentShape {
  aliases: number;
  /** Of the longest. Answers repeat aliases, errors too. */
  aliasCharacters: number;
  directives: number;
  /** A variable stands inside a list or an object that is written out in the document. */
  nestsVariables: boolean;
}

/** Count what is bounded, in one walk without recursion. */
export function shapeOf(document: DocumentNode): DocumentShape {
  const shape: DocumentShape = { aliases: 0, aliasCharacters: 0, directives: 0, nestsVariables: false };
  visit(document, {
    Field: ({ alias }) => {
      if (!alias) return;
      shape.aliases++;
      shape.aliasCharacters = Math.max(shape.aliasCharacters, alias.value.length);
    },
    Directive: () => void shape.directives++,
    Variable: (_node, _key, parent) => {
      const holder = parent as { kind?: string } | readonly unknown[] | undefined;
      if (Array.isArray(holder) || (holder as { kind?: string }).kind === Kind.OBJECT_FIELD) shape.nestsVariables = true;
    },
  });
  return shape;
}

/** Every bound that a document breaks, in words. Cost is apart, since it depends on the variables. */
export function brokenLimits(document: DocumentNode, shape: DocumentShape): string[] {
  const fragments = fragmentsOf(document);
  const known = new Map<string, number>();
  const depth = Math.max(
    0,
    ...document.definitions.map((one) => (one.kind === Kind.OPERATION_DEFINITION ? depthOf(one.selectionSet, fragments, known) : 0)),
  );
  const broken: string[] = [];
  const check = (what: string, value: number, most: number) =>
    void (value > most && broken.push(`the document has ${value} ${what}; at most ${most} are allowed`));
  if (depth === Infinity) broken.push('a fragment contains itself');
  else check('levels of fields', depth, LIMITS.depth);
  check('aliases', shape.aliases, LIMITS.aliases);
  check('characters in an alias', shape.aliasCharacters, LIMITS.aliasCharacters);
  check('directives', shape.directives, LIMITS.directives);
  return broken;
}
