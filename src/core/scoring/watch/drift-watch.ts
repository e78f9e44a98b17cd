import { column, FEATURE_COUNT } from '../../features/catalogue.js';
import { type ModelManifest } from '../intent-model.js';
import { binOf, binsOf, psi, type QuantileBins } from './psi.js';

/** Rows of a window. */
export const DRIFT_ROWS = 2_000;
/** By how much the median of all features may drift further than it had when the model began. */
const DRIFT_PSI = 1;

interface WatchedFeature {
  name: string;
  column: number;
  bins: QuantileBins;
  counts: Uint32Array;
}

/**
 * Watches whether a model is told of another world than it was trained in. What it finds in the first window is how the shop is; an alarm is a median over the
 * features that lies far over that, in two windows one after the other, since one feature may well move alone.
 */
export class DriftWatch {
  private readonly features: WatchedFeature[];
  private rows = 0;
  private first: number | null = null;
  private alarms = 0;
  private latest: { feature: string; psi: number }[] = [];

  constructor({ featureNames, quantiles }: Pick<ModelManifest, 'featureNames' | 'quantiles'>) {
    this.features = featureNames.flatMap((name) => {
      if (!quantiles[name]) return [];
      const bins = binsOf(quantiles[name]);
      return [{ name, column: column(name), bins, counts: new Uint32Array(bins.shares.length) }];
    });
  }

  /**
   * Count some rows.
   *
   * @param values [rows * FEATURE_COUNT] row-major
   * @returns      the drift where a window ended and it is an alarm, else null
   */
  observe(values: Float32Array, rows: number): number | null {
    if (this.features.length === 0) return null;
    for (let row = 0; row < rows; row++)
      for (const { column, bins, counts } of this.features) counts[binOf(bins, values[row * FEATURE_COUNT + column])]++;
    this.rows += rows;
    return this.rows < DRIFT_ROWS ? null : this.close();
  }

  /** Of the last whole window, by feature; empty before there is one. */
  get drift(): readonly { feature: string; psi: number }[] {
    return this.latest;
  }

  private close(): number | null {
    this.latest = this.features.map(({ name, bins, counts }) => ({ feature: name, psi: psi(bins.shares, counts) }));
    for (const { counts } of this.features) counts.fill(0);
    this.rows = 0;
    const sorted = this.latest.map((entry) => entry.psi).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    this.first ??= median;
    this.alarms = median > this.first + DRIFT_PSI ? this.alarms + 1 : 0;
    return this.alarms >= 2 ? median : null;
  }
}
