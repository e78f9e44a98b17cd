import { binOf, binsOf, psi, type QuantileBins } from '../../scoring/watch/psi.js';

/** How far what a model reads or says has moved. */
export interface DriftRow {
  feature: string;
  /** Population stability index. */
  psi: number;
  drifted: boolean;
}

/** The name under which scores stand among features. */
export const SCORE = 'score';
const DRIFTED = 0.25;
/** A window of fewer rows says nothing. */
export const LEAST_ROWS = 500;

/** Counts values of a window into the bins of a baseline. */
export class DriftTally {
  private readonly columns = new Map<string, { bins: QuantileBins; counts: Uint32Array }>();
  private readonly places = new Map<readonly string[], { place: number; bins: QuantileBins; counts: Uint32Array }[]>();
  private count = 0;

  /** @param baseline 11 points a feature, of the training or of the first day of serving */
  constructor(baseline: Readonly<Record<string, readonly number[]>>) {
    for (const [name, quantiles] of Object.entries(baseline)) {
      if (quantiles.length < 2) continue;
      const bins = binsOf(quantiles);
      this.columns.set(name, { bins, counts: new Uint32Array(bins.shares.length) });
    }
  }

  get rows(): number {
    return this.count;
  }

  /**
   * Count a page.
   *
   * @param names    of the columns; the same array for the same columns
   * @param features [scores.length * names.length] row-major
   */
  add(names: readonly string[], features: Float32Array, scores: readonly number[]): void {
    const columns = this.columnsOf(names);
    for (let row = 0; row < scores.length; row++)
      for (const { place, bins, counts } of columns) counts[binOf(bins, features[row * names.length + place])]++;
    const scored = this.columns.get(SCORE);
    if (scored) for (const score of scores) scored.counts[binOf(scored.bins, score)]++;
    this.count += scores.length;
  }

  /** By feature; empty for a window that is too short. */
  found(): { feature: string; psi: number }[] {
    if (this.count < LEAST_ROWS) return [];
    const seen = [...this.columns].filter(([, { counts }]) => counts.some((count) => count > 0));
    return seen.map(([feature, { bins, counts }]) => ({ feature, psi: psi(bins.shares, counts) }));
  }

  private columnsOf(names: readonly string[]) {
    const known = this.places.get(names);
    if (known) return known;
    const columns = names.flatMap((name, place) => {
      const column = name === SCORE ? undefined : this.columns.get(name);
      return column ? [{ place, ...column }] : [];
    });
    this.places.set(names, columns);
    return columns;
  }
}

/**
 * What counts as drifted: an index above 0.25 in two windows one after the other, since one unusual day is not another world.
 *
 * @param before of the window before; none where there was none
 */
export function driftRows(
  latest: readonly { feature: string; psi: number }[],
  before: readonly { feature: string; psi: number }[],
): DriftRow[] {
  const earlier = new Map(before.map(({ feature, psi }) => [feature, psi]));
  return latest.map(({ feature, psi }) => ({ feature, psi, drifted: psi > DRIFTED && (earlier.get(feature) ?? 0) > DRIFTED }));
}
