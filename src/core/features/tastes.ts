import { type Catalogue } from '../candidates/catalogue.js';
import { NumberTable } from '../candidates/number-table.js';
import { type Seed } from '../candidates/seeds.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { type AffinityFamily, type UserState } from '../tags/state.js';

/** More than a family of affinities, or the categories of the last things, hold. */
const EXPECTED = 80;

/** A user's taste for the names of one family as of one instant. */
export class Taste {
  private readonly strengths = new NumberTable(EXPECTED);
  /** Sum of all strengths that are positive. */
  private total = 0;
  isEmpty = true;
  /** Some name is disliked. */
  hasAversion = false;

  static of(state: UserState, family: AffinityFamily, now: number): Taste {
    const taste = new Taste();
    for (const [no, sum] of state.affinity[family]) taste.add(no, decayedValue(sum, now, HALF_LIFE_MS[family]));
    return taste;
  }

  /** Add to the strength of a name, with one sign for one name. */
  add(no: number, strength: number): void {
    this.strengths.set(no, this.strengths.get(no, 0) + strength);
    if (strength > 0) this.total += strength;
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
}

/** The categories of the last things a user showed interest in, each thing counting the same. */
export function recentTaste(seeds: readonly Seed[], catalogue: Catalogue): Taste {
  const taste = new Taste();
  for (const { itemNo } of seeds) {
    const categories = catalogue.row(itemNo)?.categoryNos ?? [];
    for (const no of categories) taste.add(no, 1 / categories.length);
  }
  return taste;
}
