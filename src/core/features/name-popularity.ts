import { type Catalogue } from '../candidates/catalogue.js';
import { type Popularity } from '../candidates/popularity.js';
import { type Shop } from '../candidates/shop.js';

/** Sums over the whole shop are made again after this time at the earliest. */
const LAG_MS = 60_000;

/** Popularity of everything offered, summed by narrowest category, brand and creator; on a scale of its own, so only shares mean anything. */
export class NamePopularity {
  /** [names] */
  readonly category: Float64Array;
  readonly brand: Float64Array;
  readonly creator: Float64Array;
  total = 0;

  constructor(
    readonly catalogue: Catalogue,
    popularity: Popularity,
    readonly builtAt: number,
  ) {
    this.category = new Float64Array(catalogue.names.category.size);
    this.brand = new Float64Array(catalogue.names.brand.size);
    this.creator = new Float64Array(catalogue.names.creator.size);
    for (let no = 0; no < catalogue.size; no++) {
      const weight = popularity.orderOf(no);
      if (weight === 0 || !catalogue.isOffered(no)) continue;
      this.category[catalogue.leafCategory[no]] += weight;
      this.brand[catalogue.brand[no]] += weight;
      this.creator[catalogue.creator[no]] += weight;
      this.total += weight;
    }
  }
}

/** A part of a whole, 0..1; 0 of nothing. */
export const shareOf = (part: number | undefined, whole: number | undefined): number => (part && whole ? part / whole : 0);

const kept = new WeakMap<Popularity, { sums: NamePopularity; changes: number }>();

/** The sums of a shop: made when first asked for, and again when it has changed since. */
export function namePopularityOf({ catalogue, popularity }: Pick<Shop, 'catalogue' | 'popularity'>, now: number): NamePopularity {
  const changes = popularity.changes + catalogue.changes;
  const entry = kept.get(popularity);
  if (entry?.sums.catalogue === catalogue && (entry.changes === changes || Math.abs(now - entry.sums.builtAt) < LAG_MS)) return entry.sums;
  const sums = new NamePopularity(catalogue, popularity, now);
  kept.set(popularity, { sums, changes });
  return sums;
}
