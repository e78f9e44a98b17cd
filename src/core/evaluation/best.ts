/**
 * Keeps the best of what is offered: the higher score first, then the lower item, so that no caller can favour anyone by the order of offering.
 * An offer costs O(log depth) at worst and O(1) when it is too low, which most are.
 */
export class Best {
  private readonly scores: Float64Array;
  private readonly items: Int32Array;
  private size = 0;

  constructor(private readonly depth: number) {
    this.scores = new Float64Array(depth);
    this.items = new Int32Array(depth);
  }

  offer(item: number, score: number): void {
    if (this.size < this.depth) this.rise(this.size++, item, score);
    else if (this.depth > 0 && isBetter(score, item, this.scores[0], this.items[0])) this.sink(item, score);
  }

  /** The kept items and their scores, best first; what was kept is forgotten. */
  take(): { items: Int32Array; scores: Float64Array } {
    const order = Array.from({ length: this.size }, (_, i) => i);
    order.sort((a, b) => (isBetter(this.scores[a], this.items[a], this.scores[b], this.items[b]) ? -1 : 1));
    this.size = 0;
    return { items: Int32Array.from(order, (i) => this.items[i]), scores: Float64Array.from(order, (i) => this.scores[i]) };
  }

  /** The worst stands at the top of the heap. */
  private rise(start: number, item: number, score: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBetter(this.scores[parent], this.items[parent], score, item)) break;
      this.set(at, this.items[parent], this.scores[parent]);
      at = parent;
    }
    this.set(at, item, score);
  }

  private sink(item: number, score: number): void {
    let at = 0;
    for (let child = 1; child < this.size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < this.size && isBetter(this.scores[child], this.items[child], this.scores[right], this.items[right])) child = right;
      if (!isBetter(score, item, this.scores[child], this.items[child])) break;
      this.set(at, this.items[child], this.scores[child]);
      at = child;
    }
    this.set(at, item, score);
  }

  private set(at: number, item: number, score: number): void {
    this.items[at] = item;
    this.scores[at] = score;
  }
}

const isBetter = (scoreA: number, itemA: number, scoreB: number, itemB: number): boolean =>
  scoreA > scoreB || (scoreA === scoreB && itemA < itemB);
