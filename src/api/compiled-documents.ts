import { type DocumentNode, execute, type ExecutionResult, type GraphQLSchema, parse } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { type EdgeContext } from './request-facts.js';

const KEPT_DOCUMENTS = 100;
/** Answers have the types that they say: a check of every text, number and enum of a page takes more than half of what a compiled query does. */
const OPTIONS = { disableLeafSerialization: true };

/** Runs a checked document with one operation. Not async: every promise on the way is waited for by the next. */
export type RunDocument = (source: string, context: EdgeContext) => Promise<ExecutionResult> | ExecutionResult;

interface Kept {
  document: DocumentNode;
  runs: number;
  /** Null until it is run for the second time, and where the compiler will not have it. */
  compiled: CompiledQuery | null;
}

/** Runs what is asked for once as it is, and compiles what is asked for again. */
export function createRunDocument(schema: GraphQLSchema): RunDocument {
  const known = new LRUCache<string, Kept>({ max: KEPT_DOCUMENTS });
  const kept = (source: string): Kept => {
    const found: Kept = { document: parse(source), runs: 0, compiled: null };
    known.set(source, found);
    return found;
  };
  return (source, context) => {
    const found = known.get(source) ?? kept(source);
    if (found.runs++ === 1) found.compiled = compiled(schema, found.document);
    return found.compiled ? found.compiled.query(undefined, context, context.variables) : interpret(schema, found.document, context);
  };
}

function compiled(schema: GraphQLSchema, document: DocumentNode): CompiledQuery | null {
  const query = compileQuery(schema, document, undefined, OPTIONS);
  return isCompiledQuery(query) ? query : null;
}

/** Run a document as it is. */
export const interpret = (
  schema: GraphQLSchema,
  document: DocumentNode,
  context: EdgeContext,
): Promise<ExecutionResult> | ExecutionResult => execute({ schema, document, contextValue: context, variableValues: context.variables });
