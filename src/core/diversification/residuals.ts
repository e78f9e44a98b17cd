/** Below this nothing is left: it is rounding. */
export const EXHAUSTED = 1e-10;
/** What is this much below a limit is below it whatever rounding does. */
export const SURE = 1 - 1e-9;

/**
 * What is left of things when all that is like the things placed is taken from them: squared length of what stands at right angles to them, where likeness is
 * the cosine. Found by Cholesky's decomposition of the likenesses alone, row by row as rows are asked for, so no vectors are needed. Where likenesses are no
 * cosines of anything, what would be less than nothing is 0.
 *
 * @see Chen, Zhang and Zhou 2018, arXiv:1709.05135
 */
export class Residuals {
  private readonly placed: number[] = [];
  /** First of the placed that counts. */
  private first = 0;
  /** Those of them that point somewhere new: place in `placed`, parts along the ones before it, and what was left of it then. */
  private basis: { place: number; parts: readonly number[]; left: number }[] = [];
  private readonly likeness: (number[] | undefined)[] = [];
  private rows: ({ parts: number[]; left: number } | undefined)[] = [];

  /** @param window how many of the last placed count */
  constructor(
    private readonly similarity: (a: number, b: number) => number,
    private readonly window: number,
  ) {}

  /** 0..1; where that is at most `enough`, anything from that up to `enough`. */
  squared(name: number, enough = -1): number {
    const row = (this.rows[name] ??= { parts: [], left: 1 });
    for (let i = row.parts.length; i < this.basis.length && row.left > enough; i++) {
      const { place, parts, left } = this.basis[i];
      let shared = this.likenessTo(name, place);
      for (let k = 0; k < i; k++) shared -= parts[k] * row.parts[k];
      const part = shared / Math.sqrt(left);
      row.parts.push(part);
      row.left = Math.max(0, row.left - part * part);
    }
    return row.left;
  }

  place(name: number): void {
    this.placed.push(name);
    if (this.placed.length - this.first <= this.window) {
      this.span(this.placed.length - 1);
      return;
    }
    this.first = this.placed.length - this.window;
    this.basis = [];
    this.rows = [];
    for (let place = this.first; place < this.placed.length; place++) this.span(place);
  }

  /** What is spanned already adds no direction. */
  private span(place: number): void {
    const left = this.squared(this.placed[place]);
    if (left >= EXHAUSTED) this.basis.push({ place, parts: this.rows[this.placed[place]]!.parts.slice(), left });
  }

  private likenessTo(name: number, place: number): number {
    // Without a window nothing is asked for twice.
    if (this.window === Infinity) return this.similarity(name, this.placed[place]);
    const known = (this.likeness[name] ??= []);
    return (known[place] ??= this.similarity(name, this.placed[place]));
  }
}
