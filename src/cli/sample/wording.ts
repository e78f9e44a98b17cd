import { MORE_TYPES } from './more-type-words.js';
import { sizeOf } from './sizes.js';
import { TYPES_TO_J } from './type-words.js';
import { ABBREVIATIONS, CATEGORIES, DEPARTMENTS } from './words.js';

const TYPES: Readonly<Record<string, string>> = { ...TYPES_TO_J, ...MORE_TYPES };

/** How the source describes a product: capitals, clipped to thirty characters, with the shorthand of a till. */
export interface SourceProduct {
  department: string;
  category: string;
  productType: string;
  packageSize: string;
}

export const departmentName = (department: string): string => DEPARTMENTS[department] ?? tidy(department);
export const categoryName = (category: string): string => CATEGORIES[category] ?? tidy(category);
export const typeName = ({ category, productType }: SourceProduct): string =>
  TYPES[`${category}|${productType}`] ?? TYPES[productType] ?? headFirst(productType) ?? tidy(productType);

/** A title that a person can read, such as "Extra-large eggs, 1 dz". */
export function titleOf(product: SourceProduct): string {
  const size = isCrate(product) ? '' : sizeOf(product.packageSize);
  return size === '' ? typeName(product) : `${typeName(product)}, ${size}`;
}

/** Fruit and vegetables sold by the piece or pound carry the size of the crate they came in. */
const isCrate = ({ department, packageSize }: SourceProduct): boolean =>
  department === 'PRODUCE' && /^\s*\d{2,}[\d.-]* (LB|CT)/.test(packageSize);

/** Shorthand written out in lower case with one capital: "FRZN JCE CONC/DRNKS" is "Frozen juice concentrate & drinks". */
export function tidy(text: string): string {
  const words = text
    .replace(/\(.*$/, '') // often clipped, and about what else belongs there
    .replace(/\s+-\s*|:\s*|-\s+/g, ', ')
    .toLowerCase()
    .replace(/[a-z0-9%.'&]+/g, (word) => ABBREVIATIONS[word] ?? word)
    .replace(/\s+/g, ' ')
    .replace(/[\s,/&-]+$/, '')
    .trim();
  const sentence = joinParts(words.split('/'));
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function joinParts(parts: string[]): string {
  const names = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} & ${names[names.length - 1]}`;
}

const HEADS =
  /^(APPLES|PEARS|GRAPES|ONIONS|POTATOES|TOMATOES|PEPPERS|CARROTS|CORN|MUSHROOMS|SQUASH|HERBS|PEACHES|NECTARINES|CHERRIES|ORANGES)\s+(.+)$/;

/** Fruit and vegetables stand kind first in the source: "APPLES GALA (BULK&BAG)" are "Gala apples". Undefined for anything else. */
function headFirst(productType: string): string | undefined {
  const [, head, rest] = HEADS.exec(productType) ?? [];
  if (head === undefined) return undefined;
  const kind = tidy(rest.replace(/\b(ALL )?OTHER\b|\bALL\b/g, '')).toLowerCase();
  const noun = head.toLowerCase();
  return kind === '' ? tidy(head) : tidy(`${kind} ${noun}`);
}
