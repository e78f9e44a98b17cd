import { type Catalogue } from '../candidates/catalogue.js';
import { NumberTable } from '../candidates/number-table.js';
import { type Seed } from '../candidates/seeds.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { AFFINITY_FAMILIES, type AffinityFamily, type UserState } from '../tags/state.js';
import { type FeatureInput } from './feature-group.js';

/** A user's taste for the names of one family as of one instant. */
export class Taste {
  private readonly strengths: NumberTable;
  /** Sum of all strengths that are positive. */
  private total = 0;
  /** Sums over positive strengths: of their squares, and of each times its number and its number squared. */
  private squares = 0;
  private first = 0;
  private second = 0;
  isEmpty = true;
  /** Some name is disliked. */
  hasAversion = false;

  /** @param expected how many names there will be; more are possible */
  constructor(expected: number) {
    this.strengths = new NumberTable(expected);
  }

  static of(state: UserState, family: AffinityFamily, now: number): Taste {
    const taste = new Taste(state.affinity[family].size);
    const halfLifeMs = HALF_LIFE_MS[family];
    state.affinity[family].forEach((sum, no) => taste.add(no, decayedValue(sum, now, halfLifeMs)));
    return taste;
  }

  /** Add to the strength of a name, with one sign for one name. */
  add(no: number, strength: number): void {
    this.strengths.set(no, this.strengths.get(no, 0) + strength);
    if (strength > 0) {
      this.total += strength;
      this.squares += strength * strength;
      this.first += strength * no;
      this.second += strength * no * no;
    }
    if (strength < 0) this.hasAversion = true;
    this.isEmpty = false;
  }

  /** How strong the taste for a name is; below 0 where it is one against it. */
  strength(no: number): number {
    return this.strengths.get(no, 0);
  }

  /** Share of the whole taste that a sum of positive strengths is, 0..1. */
  share(strength: number): number {
    return strength > 0 && this.total > 0 ? strength / this.total : 0;
  }
  /** 1 minus the sum of squared shares, of names that were added once each: 0 for one liked alone, or none. */
  get breadth(): number {
    return this.total > 0 ? 1 - this.squares / this.total ** 2 : 0;
  }
  /** Mean of the numbers liked, each by its strength; NaN for none. */
  get mean(): number {
    return this.total > 0 ? this.first / this.total : Number.NaN;
  }
  /** Standard deviation of the same; 0 for none. */
  get spread(): number {
    return this.total > 0 ? Math.sqrt(Math.max(0, this.second / this.total - this.mean ** 2)) : 0;
  }
}

/** What a user likes, as of a request: by family, and lately. */
export interface Tastes extends Record<AffinityFamily, Taste> {
  recent: Taste;
  catalogue: Catalogue;
}

const SHARED = 'tastes';

/** Made once a request, for all groups that read it; null where nothing is known of the user. */
export function tastesIn({ signals: { taste, seeds, now, shop }, prepared }: FeatureInput): Tastes | null {
  if (!taste) return null;
  let tastes = prepared.get(SHARED) as Tastes | undefined;
  if (tastes) return tastes;
  const byFamily = Object.fromEntries(AFFINITY_FAMILIES.map((family) => [family, Taste.of(taste, family, now)]));
  tastes = { ...(byFamily as Record<AffinityFamily, Taste>), recent: recentTaste(seeds, shop.catalogue), catalogue: shop.catalogue };
  prepared.set(SHARED, tastes);
  return tastes;
}

/** The categories of the last things a user showed interest in, each thing counting the same. */
export function recentTaste(seeds: readonly Seed[], catalogue: Catalogue): Taste {
  const taste = new Taste(2 * seeds.length);
  for (const { itemNo } of seeds) {
    const [start, depth] = [catalogue.pathStart[itemNo], catalogue.depthOf(itemNo)];
    for (let i = start; i < start + depth; i++) taste.add(catalogue.pathTable[i], 1 / depth);
  }
  return taste;
}
