const NONE = -1;

/**
 * What actors added to sums lately, so that it can be taken back: a ring of fixed size in which every entry knows the one before it of the same actor.
 * Memory: 28 bytes an entry, and the ids of the actors in it.
 */
export class Contributions {
  private readonly actors: (string | undefined)[];
  private readonly items: Int32Array;
  private readonly weights: Float32Array;
  private readonly times: Float64Array;
  /** Number of the actor's entry before, counted from the first ever written. */
  private readonly before: Float64Array;
  private readonly latestOf = new Map<string, number>();
  private written = 0;

  /** @param capacity entries held; the oldest are forgotten */
  constructor(private readonly capacity = 2 ** 18) {
    this.actors = new Array<string | undefined>(capacity);
    this.items = new Int32Array(capacity);
    this.weights = new Float32Array(capacity);
    this.times = new Float64Array(capacity);
    this.before = new Float64Array(capacity);
  }

  add(actor: string, itemNo: number, weight: number, at: number): void {
    const place = this.written % this.capacity;
    const overwritten = this.actors[place];
    if (overwritten !== undefined && this.latestOf.get(overwritten) === this.written - this.capacity) this.latestOf.delete(overwritten);
    this.actors[place] = actor;
    this.items[place] = itemNo;
    this.weights[place] = weight;
    this.times[place] = at;
    this.before[place] = this.latestOf.get(actor) ?? NONE;
    this.latestOf.set(actor, this.written++);
  }

  /** Visit what is held of an actor, newest first. */
  forEach(actor: string, visit: (itemNo: number, weight: number, at: number) => void): void {
    const oldest = this.written - this.capacity;
    let entry = this.latestOf.get(actor) ?? NONE;
    while (entry !== NONE && entry >= oldest) {
      const place = entry % this.capacity;
      visit(this.items[place], this.weights[place], this.times[place]);
      entry = this.before[place];
    }
  }
}
