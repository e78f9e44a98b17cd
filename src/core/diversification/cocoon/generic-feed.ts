import { type Catalogue } from '../../candidates/catalogue.js';
import { CARD_HALF_LIFE_MS } from '../../tags/cocoon/cocoon-state.js';
import { makerOf } from '../../tags/cocoon/fold-cards.js';
import { addToSpread, collisionOf, emptySpread, type Spread } from '../../tags/cocoon/spread.js';
import { categoryGroups, chooseLevel } from './category-groups.js';

/** Below it a small sample of a broad feed would make every other feed look narrow. */
const LEAST_CHANCE = 0.005;
const EQUALLY = { halfLifeMs: CARD_HALF_LIFE_MS, most: 10_000 };

/** What a feed of nobody in particular is like, from one long page of it. */
export interface GenericFeed {
  items: number;
  /** The level of categories that suits it. */
  level: number;
  /** Chances that two of its cards share a category at a level, or a maker; above 0. */
  categoryCollision: number;
  makerCollision: number;
}

/** @param level the level in force; null takes the one that suits this feed */
export function describeGenericFeed(catalogue: Catalogue, itemNos: readonly number[], level: number | null): GenericFeed {
  const rows = itemNos.flatMap((no) => catalogue.row(no) ?? []);
  const chosen = level ?? chooseLevel(rows.map(({ categoryNos }) => categoryNos));
  const [categories, makers]: Spread[] = [emptySpread(), emptySpread()];
  for (const row of rows) {
    addToSpread(categories, row.categoryNos[row.categoryNos.length - 1], 1, 0, EQUALLY);
    if (makerOf(row) > 0) addToSpread(makers, makerOf(row), 1, 0, EQUALLY);
  }
  return {
    items: rows.length,
    level: chosen,
    categoryCollision: Math.max(LEAST_CHANCE, collisionOf(categories, categoryGroups(catalogue, chosen))),
    makerCollision: Math.max(LEAST_CHANCE, collisionOf(makers)),
  };
}
