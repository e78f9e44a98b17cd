import { type Catalogue } from '../candidates/catalogue.js';
import { type Seed } from '../candidates/seeds.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { type AffinityFamily, type UserState } from '../tags/state.js';

/** A user's taste for the names of one family as of one instant. */
export class Taste {
  private readonly strengths = new Map<number, number>();
  /** Sum of all that are positive. */
  private total = 0;

  static of(state: UserState, family: AffinityFamily, now: number): Taste {
    const taste = new Taste();
    for (const [no, sum] of state.affinity[family]) taste.add(no, decayedValue(sum, now, HALF_LIFE_MS[family]));
    return taste;
  }

  add(no: number, strength: number): void {
    this.strengths.set(no, (this.strengths.get(no) ?? 0) + strength);
    if (strength > 0) this.total += strength;
  }

  /** Share of the whole taste that is for a name, 0..1. */
  share(no: number): number {
    const strength = this.strengths.get(no);
    return strength === undefined || strength <= 0 || this.total === 0 ? 0 : strength / this.total;
  }

  /** Share that is for any of some names, 0..1. */
  shareOfAll(nos: readonly number[]): number {
    let sum = 0;
    for (let i = 0; i < nos.length; i++) sum += this.share(nos[i]);
    return sum;
  }

  /** How much speaks against a name, 0 or more. */
  against(no: number): number {
    return Math.max(0, -(this.strengths.get(no) ?? 0));
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
