import { type ActorSketch, favourites } from './sketch.js';

/** A favourite has so many of an actor's acts, by number and by share. */
const LEAST_ACTS = 5;
const LEAST_SHARE = 0.15;
const FAVOURITES = 3;
/** So many whose favourite an item is, holding at least this share of all acts on it, make a ring. On four data sets of people three accuse nobody. */
export const RING_SIZE = 3;
const RING_SHARE = 0.5;
const MAX_ITEMS = 50_000;
const MAX_FANS = 1_000;

/**
 * Finds rings: several actors who each come back to one item again and again, which hardly anybody else looks at. Each of them alone looks like somebody
 * with a favourite; and an item that people love has others who look once.
 */
export class Fans {
  /** Acts on every item. */
  private acts: Uint32Array = new Uint32Array(1024);
  /** By item, its fans with their acts on it, and the sum of those. */
  private readonly fansOf = new Map<number, { actsBy: Map<string, number>; sum: number }>();
  private readonly favouritesOf = new Map<string, number[]>();

  count(itemNo: number): void {
    if (itemNo >= this.acts.length) {
      const larger = new Uint32Array(Math.max(itemNo + 1, this.acts.length * 2));
      larger.set(this.acts);
      this.acts = larger;
    }
    this.acts[itemNo]++;
  }

  /** Take in what an actor's favourites are now. */
  update(actor: string, sketch: ActorSketch): void {
    const now = favourites(sketch, FAVOURITES).filter(([, count]) => count >= LEAST_ACTS && count >= LEAST_SHARE * sketch.acts);
    for (const itemNo of this.favouritesOf.get(actor) ?? []) this.set(itemNo, actor, 0);
    for (const [itemNo, count] of now) this.set(itemNo, actor, count);
    if (now.length > 0)
      this.favouritesOf.set(actor, now.map(([itemNo]) => itemNo)); // prettier-ignore
    else this.favouritesOf.delete(actor);
  }

  /** The members of a ring around a favourite of an actor; empty where there is none. */
  ringOf(actor: string): string[] {
    for (const itemNo of this.favouritesOf.get(actor) ?? []) {
      const fans = this.fansOf.get(itemNo);
      if (fans && fans.actsBy.size >= RING_SIZE && fans.sum >= RING_SHARE * this.acts[itemNo]) return [...fans.actsBy.keys()];
    }
    return [];
  }

  forget(actor: string): void {
    for (const itemNo of this.favouritesOf.get(actor) ?? []) this.set(itemNo, actor, 0);
    this.favouritesOf.delete(actor);
  }

  private set(itemNo: number, actor: string, count: number): void {
    let fans = this.fansOf.get(itemNo);
    if (!fans) {
      if (count === 0 || this.fansOf.size >= MAX_ITEMS) return;
      this.fansOf.set(itemNo, (fans = { actsBy: new Map(), sum: 0 }));
    }
    const before = fans.actsBy.get(actor) ?? 0;
    if (before === 0 && fans.actsBy.size >= MAX_FANS) return;
    fans.sum += count - before;
    if (count > 0) fans.actsBy.set(actor, count);
    else fans.actsBy.delete(actor);
    if (fans.actsBy.size === 0) this.fansOf.delete(itemNo);
  }
}
