const SHOWN = 60;
const MAX_MESSAGE = 300;
/** What lies beyond is cut away unread, since it would be cut away anyhow. */
const MAX_READ = 2_000;
const QUOTED = /"((?:[^"\\]|\\.)*)(?:"|\\?$)/gs;
const LONG_WORD = new RegExp(`([^\\s"]{${SHOWN}})[^\\s"]+`, 'gs');
/** Behind these words the reference implementation prints a value whole. */
const LONG_VALUE = new RegExp(`(\\b(?:found|value:?|with) [^\\n]{${SHOWN}})[^\\n]+`, 'g');

const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** A message of the GraphQL library with at most 60 characters at a stretch of what the caller wrote, which it repeats whole. */
export const abbreviated = (message: string): string =>
  message
    .slice(0, MAX_READ)
    .replace(QUOTED, (_all, inside: string) => `"${shortened(inside)}"`)
    .replace(LONG_WORD, '$1…')
    .replace(LONG_VALUE, '$1…')
    .slice(0, MAX_MESSAGE);
