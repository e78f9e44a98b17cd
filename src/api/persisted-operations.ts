import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Refusal } from './refusals.js';

/** Documents by the SHA-256 of their text, in hexadecimal. */
export type PersistedOperations = ReadonlyMap<string, string>;

const HASH = /^[0-9a-f]{64}$/;
const MOST = 10_000;
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Read `{ "<sha256>": "<document>" }`. @throws Error that names the file and what is wrong with it */
export async function readPersistedOperations(path: string): Promise<PersistedOperations> {
  const refuse = (why: string): never => {
    throw new Error(`PERSISTED_OPERATIONS=${path}: ${why}`);
  };
  const text = await readFile(path, 'utf8').catch(() => refuse('the file cannot be read'));
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return refuse('the file is not JSON');
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return refuse('it has to be an object of documents by their SHA-256');
  const entries = Object.entries(given);
  if (entries.length === 0 || entries.length > MOST) refuse(`it has ${entries.length} documents; it must have 1 to ${MOST}`);
  for (const [hash, document] of entries) {
    if (!HASH.test(hash)) refuse(`${JSON.stringify(hash.slice(0, 64))} is not a SHA-256 in small hexadecimal letters`);
    if (typeof document !== 'string' || hashOf(document) !== hash) refuse(`${hash} is not the SHA-256 of its document`);
  }
  return new Map(entries as [string, string][]);
}

const refuse = (message: string): never => {
  throw new Refusal(400, 'BAD_QUERY', message);
};
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;

/** The hash by which a request names its operation; null where it names none. An id beside a query means something only where operations are persisted. */
function hashIn(body: Record<string, unknown>, persisted: PersistedOperations | null): string | null {
  const id = persisted || typeof body.query !== 'string' ? body.id : null;
  const named = field(field(body.extensions, 'persistedQuery'), 'sha256Hash') ?? id ?? null;
  if (named === null || (typeof named === 'string' && HASH.test(named))) return named;
  return refuse('extensions.persistedQuery.sha256Hash, or id, has to be a SHA-256 in small hexadecimal letters');
}

/**
 * The document of a request. Where operations are persisted, only those are taken, by hash or by the very text. Elsewhere a hash has to be that of the
 * document beside it, so that nobody believes it was looked up.
 *
 * @throws Refusal BAD_QUERY
 */
export function documentOf(body: Record<string, unknown>, persisted: PersistedOperations | null): string {
  const hash = hashIn(body, persisted);
  const { query = null } = body;
  if (query !== null && (typeof query !== 'string' || query === '')) return refuse('query has to be text with a GraphQL document');
  if (query === null && (hash === null || !persisted))
    return refuse(hash === null ? 'query has to be text with a GraphQL document' : 'no operations are persisted here: send the query');
  if (hash !== null && query !== null && hashOf(query) !== hash) return refuse('the hash is not that of the query');
  if (!persisted) return query!;
  return persisted.get(hash ?? hashOf(query!)) ?? refuse('the operation is none of those that are persisted, which are the only ones');
}
