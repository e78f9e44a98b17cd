import { type Catalogue, MAX_DEPTH } from '../candidates/catalogue.js';
import { NumberTable } from '../candidates/number-table.js';
import { type Seed } from '../candidates/seeds.js';
import { decayedValue, HALF_LIFE_MS } from '../tags/decayed.js';
import { type AffinityFamily, type UserState } from '../tags/state.js';

/** More than a family of affinities, or the categories of the last things, hold. */
const EXPECTED = 80;

/** A user's taste for the names of one family as of one instant. */
export class Taste {
  private readonly strengths = new NumberTable(EXPECTED);
  /** Sum of all that are positive. */
  private total = 0;

  static of(state: UserState, family: AffinityFamily, now: number): Taste {
    const taste = new Taste();
    for (const [no, sum] of state.affinity[family]) taste.add(no, decayedValue(sum, now, HALF_LIFE_MS[family]));
    return taste;
  }

  /** Add to the strength of a name, with one sign for one name. */
  add(no: number, strength: number): void {
    this.strengths.set(no, this.strengths.get(no, 0) + strength);
    if (strength > 0) this.total += strength;
  }

  /** Share of the whole taste that is for a name, 0..1. */
  share(no: number): number {
    const strength = this.strengths.get(no, 0);
    return strength <= 0 || this.total === 0 ? 0 : strength / this.total;
  }

  /** Share that is for any of an item's categories, 0..1. */
  shareOfPath({ paths }: Catalogue, itemNo: number): number {
    let sum = 0;
    for (let i = itemNo * MAX_DEPTH; i < (itemNo + 1) * MAX_DEPTH && paths[i] !== 0; i++) sum += this.share(paths[i]);
    return sum;
  }

  /** How much speaks against a name, 0 or more. */
  against(no: number): number {
    return Math.max(0, -this.strengths.get(no, 0));
  }

  /** How much speaks against an item's categories, 0 or more. */
  againstPath({ paths }: Catalogue, itemNo: number): number {
    let sum = 0;
    for (let i = itemNo * MAX_DEPTH; i < (itemNo + 1) * MAX_DEPTH && paths[i] !== 0; i++) sum += this.against(paths[i]);
    return sum;
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
