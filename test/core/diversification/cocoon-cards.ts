import { type CocoonBaseline } from '../../../src/core/diversification/cocoon/cocoon-index.js';
import { PLAIN_ITEM, type NumberedItem } from '../../../src/core/item.js';
import { type CocoonState, emptyCocoon } from '../../../src/core/tags/cocoon/cocoon-state.js';
import { foldCards } from '../../../src/core/tags/cocoon/fold-cards.js';

export const DAY = 86_400_000;
export const NOW = Date.UTC(2026, 10, 21, 12);

/** A generic feed of thirty equal categories and fifty equal makers. */
export const BASELINE: CocoonBaseline = { categories: { generic: 1 / 30, mean: 1 / 20 }, makers: { generic: 1 / 50, mean: 1 / 40 } };
export const itself = (category: number): number => category;

export interface Card {
  at: number;
  category: number;
  maker: number;
  repeat: boolean;
}

export const thing = (categoryNo: number, creatorNo = 0, brandNo = 0): NumberedItem => ({
  no: 0,
  item: { ...PLAIN_ITEM, id: 'i', title: 't', categories: ['c'], createdAt: 0 },
  categoryNos: [categoryNo],
  creatorNo,
  brandNo,
  removed: false,
});

/** Cards folded as pages of one card each, in the order in which they are given. */
export function shown(cards: readonly Card[]): CocoonState {
  const cocoon = emptyCocoon();
  cards.forEach(({ at, category, maker, repeat }, i) =>
    foldCards(
      cocoon,
      { feedId: `f${i}`, kind: 'feed', fixedByCaller: false, servedAt: at, placed: [{ itemNo: 0, position: 1, repeat }] },
      { countsAt: 'SERVED', itemOf: () => thing(category, maker) },
    ),
  );
  return cocoon;
}

/** Chance that two different cards share a name, from the list itself. */
export function chanceOf(cards: readonly { at: number; name: number }[], now: number, halfLifeMs = 7 * DAY): { n: number; chance: number } {
  const weights = cards.map(({ at }) => 2 ** (-(now - at) / halfLifeMs));
  let same = 0;
  let all = 0;
  for (let i = 0; i < cards.length; i++)
    for (let j = 0; j < cards.length; j++) {
      if (i === j) continue;
      all += weights[i] * weights[j];
      if (cards[i].name === cards[j].name) same += weights[i] * weights[j];
    }
  const weight = weights.reduce((sum, w) => sum + w, 0);
  const squares = weights.reduce((sum, w) => sum + w * w, 0);
  return { n: squares > 0 ? weight ** 2 / squares : 0, chance: all > 0 ? same / all : 0 };
}
