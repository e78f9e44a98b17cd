/**
 * Whether statements of a migration leave those alone who know nothing of it: they only add, and hold nobody up. Everything that is not known to do so
 * counts as a fault.
 */

const NAME = String.raw`(?:IF (?:NOT )?EXISTS )?(?:ONLY )?"?([a-z_0-9]+)"?`;
/** Make something that nobody has yet, or concern nobody who serves. */
const ADDS = [
  /^CREATE (?:UNLOGGED )?TABLE /,
  /^CREATE (?:OR REPLACE )?(?:TYPE|FUNCTION|SEQUENCE|VIEW|SCHEMA) /,
  /^(?:COMMENT ON|SELECT|SET|SHOW|INSERT INTO) /,
  /^CREATE INDEX CONCURRENTLY /,
  /^DROP INDEX CONCURRENTLY /,
  /^CREATE INDEX (?:IF NOT EXISTS )?\w+ ON ONLY /,
  /^ALTER INDEX \w+ ATTACH PARTITION /,
];
/** What may be done to a table that others use. */
const ALTERS = [/^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT|UNIQUE|PRIMARY|FOREIGN|CHECK|EXCLUDE)/, /^ALTER (?:COLUMN )?\w+ SET (?:STORAGE|STATISTICS|DEFAULT) /, /^VALIDATE CONSTRAINT /]; // prettier-ignore
/** A default that differs by row, or a value that is computed, rewrites the table. */
const REWRITES = /\b(?:SERIAL|BIGSERIAL|GENERATED|RANDOM|NEXTVAL|CLOCK_TIMESTAMP|GEN_RANDOM_UUID|UUIDV7)\b/;
const INLINE = /\b(?:UNIQUE|PRIMARY KEY|REFERENCES|CHECK)\b/;

/** Statements without comments, texts and bodies, in capitals but for what is in lower case already by its kind. */
function statementsOf(sql: string): string[] {
  const bare = sql
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/--.*$/gm, '')
    .replace(/\/\*[\s\S]*?\*\//g, '');
  return bare.split(';').flatMap((one) => {
    const text = one.replace(/\s+/g, ' ').trim().toUpperCase();
    return text === '' ? [] : [text];
  });
}

/** Parts between commas that are in no brackets. */
function actionsOf(text: string): string[] {
  const actions = [''];
  let depth = 0;
  for (const char of text) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (char === ',' && depth === 0) actions.push('');
    else actions[actions.length - 1] += char;
  }
  return actions.map((action) => action.trim());
}

const named = (text: string, before: string): string | undefined => new RegExp(`^${before} ${NAME}`, 'i').exec(text)?.[1];

function alterFault(action: string): string | null {
  if (!ALTERS.some((allowed) => allowed.test(action))) return 'it takes away or changes what others rely on';
  if (!action.startsWith('ADD')) return null;
  if (/\bNOT NULL\b/.test(action) && !/\bDEFAULT\b/.test(action)) return 'who does not know the column cannot write any more';
  if (REWRITES.test(action)) return 'it writes the whole table anew while nobody gets to it';
  return INLINE.test(action) ? 'every row is checked while nobody gets to the table' : null;
}

function faultOf(text: string, own: ReadonlySet<string>): string | null {
  const table = named(text, 'ALTER TABLE') ?? /^CREATE (?:UNIQUE )?INDEX \S* ?ON (?:ONLY )?(\w+)/.exec(text)?.[1];
  if (table !== undefined && own.has(table)) return null;
  if (ADDS.some((allowed) => allowed.test(text))) return null;
  if (text.startsWith('CREATE INDEX')) return 'nobody can write while the index is made; makeBigIndex makes it beside them';
  if (!text.startsWith('ALTER TABLE')) return 'it is none of the statements that only add';
  const actions = actionsOf(text.replace(new RegExp(`^ALTER TABLE ${NAME} `, 'i'), ''));
  return actions.map(alterFault).find((fault) => fault !== null) ?? null;
}

/** What is wrong with the statements of one migration, in their order; nothing where they only add. */
export function notExpanding(statements: readonly string[]): string[] {
  const own = new Set<string>();
  return statements.flatMap(statementsOf).flatMap((text) => {
    const made = named(text, 'CREATE (?:UNLOGGED )?TABLE');
    if (made !== undefined) own.add(made);
    const fault = faultOf(text, own);
    return fault === null ? [] : [`${text.slice(0, 90)}: ${fault}`];
  });
}
