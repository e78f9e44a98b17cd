import { growFloat64 } from './columns.js';
import { ABSENT, Leaders } from './leaders.js';

/** Beyond so many half-lives after the landmark every value is brought down, long before a double overflows at 1,024. */
const MAX_EXPONENT = 500;

/** The state of a column of decayed sums, for a snapshot. */
export interface DecayedSumsState {
  landmark: number;
  latest: number;
  values: Float64Array;
}

/**
 * A sum per number that halves every half-life, kept by forward decay: a weight is stored as if it had grown since a landmark, so that no value has to be
 * touched while time passes and the order of any two stays as it is.
 *
 * @see Cormode, Shkapenyuk, Srivastava and Xu 2009, "Forward decay", doi:10.1109/ICDE.2009.65
 */
export class DecayedSums {
  private values: Float64Array = new Float64Array(1024);
  private size = 0;
  private landmark = Number.NaN;
  /** The latest instant added; nothing is read as of an earlier one, at which it would seem to have grown. */
  private latest = -Infinity;
  private factorAt = Number.NaN;
  private factor = 1;
  private readonly leaders: Leaders;

  /** @param leaders how many of the largest sums are kept in order */
  constructor(
    private readonly halfLifeMs: number,
    leaders: number,
  ) {
    this.leaders = new Leaders(leaders, { size: () => this.size, valueOf: (no) => (this.values[no] > 0 ? this.values[no] : ABSENT) });
  }

  /** Add a weight of any sign as of an instant (epoch ms). A sum below 0 reads as 0, and is kept, so that adding and taking back leaves what was there. */
  add(no: number, weight: number, at: number): void {
    if (Number.isNaN(this.landmark)) this.landmark = at;
    if (at - this.landmark > MAX_EXPONENT * this.halfLifeMs) this.moveLandmark(at);
    if (no >= this.values.length) this.values = growFloat64(this.values, Math.max(no + 1, this.values.length * 2));
    this.size = Math.max(this.size, no + 1);
    if (at > this.latest) this.latest = at;
    this.factorAt = Number.NaN;
    const value = this.values[no] + weight * 2 ** ((at - this.landmark) / this.halfLifeMs);
    this.values[no] = value;
    this.leaders.update(no, value > 0 ? value : ABSENT);
  }

  /** The sum as of an instant, 0 or more; as of the latest addition when that is later. */
  at(no: number, now: number): number {
    if (no >= this.size) return 0;
    if (now !== this.factorAt) {
      this.factorAt = now;
      this.factor = 2 ** ((this.landmark - Math.max(now, this.latest)) / this.halfLifeMs);
    }
    return Math.max(0, this.values[no]) * this.factor;
  }

  /** The sum on a scale on which only the order means anything, the same at every instant. */
  orderOf(no: number): number {
    return no < this.size ? Math.max(0, this.values[no]) : 0;
  }

  /** Numbers with the largest sums, best first, without those that have none. */
  top(): readonly number[] {
    return this.leaders.list();
  }

  snapshot(): DecayedSumsState {
    return { landmark: this.landmark, latest: this.latest, values: this.values.slice(0, this.size) };
  }

  restore({ landmark, latest, values }: DecayedSumsState): void {
    this.values = growFloat64(values, Math.max(1024, values.length));
    this.size = values.length;
    this.landmark = landmark;
    this.latest = latest;
    this.factorAt = Number.NaN;
    this.leaders.rebuild();
  }

  private moveLandmark(at: number): void {
    const factor = 2 ** ((this.landmark - at) / this.halfLifeMs);
    for (let no = 0; no < this.size; no++) this.values[no] *= factor;
    this.landmark = at;
    // Small values may have become 0 or equal, so the order is read afresh.
    this.leaders.rebuild();
  }
}
