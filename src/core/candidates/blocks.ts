import { type Item } from '../item.js';
import { type Catalogue } from './catalogue.js';
import { growUint32 } from './columns.js';

/** What a block does, the mildest first. REDUCE: a tenth of the worth. NO_RECOMMEND: not in feeds or related items. REMOVE: nowhere. */
export const BLOCK_LEVELS = ['REDUCE', 'NO_RECOMMEND', 'REMOVE'] as const;
export type BlockLevel = (typeof BLOCK_LEVELS)[number];

/** What a block is about: one item, all of a creator, brand or category, or all whose title contains some words, whatever their case. */
export const BLOCK_TARGETS = ['itemId', 'creatorId', 'brand', 'category', 'titleContains'] as const;
export type BlockTarget = (typeof BLOCK_TARGETS)[number];

export interface BlockRule {
  target: BlockTarget;
  value: string;
  level: BlockLevel;
}

type Severity = 0 | 1 | 2 | 3;
const severityOf = (level: BlockLevel): Severity => (BLOCK_LEVELS.indexOf(level) + 1) as Severity;

/** One spelling of text for comparing: compatible forms and case do not matter. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * What the shop has taken down, by name and not by number, so that a block also holds for what comes later under the name. Immutable; an item is looked up once
 * and remembered until it changes.
 */
export class Blocks {
  private readonly byTarget: Record<Exclude<BlockTarget, 'titleContains'>, Map<string, Severity>> = {
    itemId: new Map(),
    creatorId: new Map(),
    brand: new Map(),
    category: new Map(),
  };
  private readonly words: [string, Severity][] = [];
  /** By item number the edition that was looked up, and in the lowest two bits what was found; 0 where nothing was. */
  private known = new Uint32Array(0);
  readonly size: number;

  constructor(rules: readonly BlockRule[]) {
    this.size = rules.length;
    for (const { target, value, level } of rules) {
      const severity = severityOf(level);
      if (target === 'titleContains') this.words.push([folded(value), severity]);
      else this.byTarget[target].set(value, Math.max(severity, this.byTarget[target].get(value) ?? 0) as Severity);
    }
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Whether an item is blocked at this level or a harder one: looked up every time. */
  covers(item: Item, level: BlockLevel): boolean {
    return !this.isEmpty && this.lookUp(item) >= severityOf(level);
  }

  /** Whether all of a creator is kept out of what is recommended. */
  coversCreator(creatorId: string): boolean {
    return (this.byTarget.creatorId.get(creatorId) ?? 0) >= severityOf('NO_RECOMMEND');
  }

  /** The same of the item under a number, all numbers being of one catalogue. */
  coversItem(catalogue: Pick<Catalogue, 'item' | 'editions'>, no: number, level: BlockLevel): boolean {
    return !this.isEmpty && this.severityOfNumber(catalogue, no) >= severityOf(level);
  }

  private severityOfNumber(catalogue: Pick<Catalogue, 'item' | 'editions'>, no: number): number {
    const { editions } = catalogue;
    if (no >= this.known.length) this.known = growUint32(this.known, editions.length);
    const known = this.known[no];
    if (known !== 0 && known >>> 2 === editions[no]) return known & 3;
    const severity = this.lookUp(catalogue.item(no));
    this.known[no] = editions[no] * 4 + severity;
    return severity;
  }

  private lookUp({ id, creatorId, brand, categories, title }: Item): Severity {
    const { byTarget, words } = this;
    let most = Math.max(byTarget.itemId.get(id) ?? 0, byTarget.creatorId.get(creatorId ?? '') ?? 0, byTarget.brand.get(brand ?? '') ?? 0);
    for (const category of categories) most = Math.max(most, byTarget.category.get(category) ?? 0);
    const text = words.length > 0 ? folded(title) : '';
    for (const [word, severity] of words) if (severity > most && text.includes(word)) most = severity;
    return most as Severity;
  }
}

export const NO_BLOCKS = new Blocks([]);
