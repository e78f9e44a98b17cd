import { tagCatalogue } from '../../tags/catalogue.js';

const KEYS = new Set(tagCatalogue.map(({ key }) => key));

/** Whether a name is one of a tag, or of a tag in a family, as `category-affinity:beauty`. */
export function isKnownTag(name: string): boolean {
  if (KEYS.has(name)) return true;
  const colon = name.indexOf(':');
  return colon > 0 && colon < name.length - 1 && KEYS.has(name.slice(0, colon));
}
