import { growInt32 } from './columns.js';
import { SharedValues } from './shared-values.js';

/** Categories an item may have. */
export const MAX_DEPTH = 8;

/** The categories of an item, broad to narrow. */
export interface CategoryPath {
  nos: number[];
  names: string[];
}

/** The paths of all items, each kept once: a shop has far fewer paths than items, so that they stay at hand. */
export class CategoryPaths {
  /** [MAX_DEPTH a path] numbers of categories, broad to narrow, then zeros; the path without categories comes first. */
  table = new Int32Array(64 * MAX_DEPTH);
  private readonly shared = new SharedValues<CategoryPath>({ nos: [], names: [] });

  /** Where the path of some categories begins in the table. */
  startOf(nos: number[], names: string[]): number {
    const start = MAX_DEPTH * this.shared.no(nos.join(), () => ({ nos, names }));
    if (start >= this.table.length) this.table = growInt32(this.table, 2 * this.table.length);
    for (let depth = 0; depth < MAX_DEPTH; depth++) this.table[start + depth] = nos[depth] ?? 0;
    return start;
  }
  /** The path that begins there; the one without categories where nothing is said. */
  at(start = 0): CategoryPath {
    return this.shared.at(start / MAX_DEPTH);
  }
}
