import { FEATURE_COUNT, featureCatalogue } from './catalogue.js';

const DEFAULTS = Float32Array.from(featureCatalogue, (feature) => feature.default);
/** The largest number of single precision. */
const HUGE = 3.4028234663852886e38;
const LEAST = Float64Array.from(featureCatalogue, ({ min }) => min ?? -HUGE);
const MOST = Float64Array.from(featureCatalogue, ({ max }) => max ?? HUGE);

/** Features of the candidates of one request: a row per candidate, a column per feature of the catalogue, cells not filled hold their default. */
export class FeatureMatrix {
  /** [rows * FEATURE_COUNT] row-major, every value finite and within the range of its feature */
  readonly values: Float32Array;

  constructor(readonly rows: number) {
    this.values = new Float32Array(rows * FEATURE_COUNT);
    for (let row = 0; row < rows; row++) this.values.set(DEFAULTS, row * FEATURE_COUNT);
  }

  get(row: number, column: number): number {
    return this.values[row * FEATURE_COUNT + column];
  }

  /** Put a value into its cell: drawn into its range, or the default where it is not a number. */
  set(row: number, column: number, value: number): void {
    const cell = row * FEATURE_COUNT + column;
    if (value >= LEAST[column] && value <= MOST[column]) this.values[cell] = value;
    else this.values[cell] = Number.isNaN(value) ? DEFAULTS[column] : value < LEAST[column] ? LEAST[column] : MOST[column];
  }

  /** The same value in every row of a column. */
  setAll(column: number, value: number): void {
    for (let row = 0; row < this.rows; row++) this.set(row, column, value);
  }

  /** Defaults again in some columns. */
  reset(columns: readonly number[]): void {
    for (const column of columns) for (let row = 0; row < this.rows; row++) this.values[row * FEATURE_COUNT + column] = DEFAULTS[column];
  }

  /** [rows.length * FEATURE_COUNT] copies of some rows, in the order asked for */
  pick(rows: Uint32Array): Float32Array {
    const picked = new Float32Array(rows.length * FEATURE_COUNT);
    rows.forEach((row, i) => picked.set(this.values.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT), i * FEATURE_COUNT));
    return picked;
  }
}
