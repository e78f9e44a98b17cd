import { type ViewOptions } from '../core/tags/view.js';
import { type PopulationInForce } from './population.js';
import { type ShopIndex } from './shop-index.js';

/** What the tags of a user are read with, besides his state. */
export function viewOptionsOf(
  userId: string,
  { index, population, timeZone }: { index: ShopIndex; population: PopulationInForce; timeZone: string },
): ViewOptions {
  const learned = population.current();
  const { names } = index.shop.catalogue;
  return {
    names: {
      category: (no) => names.category.name(no),
      brand: (no) => names.brand.name(no),
      creator: (no) => names.creator.name(no),
    },
    timeZone,
    population: learned?.population ?? null,
    received: learned?.receivedByUser.get(userId) ?? null,
  };
}
