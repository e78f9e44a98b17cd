import { FEATURE_COUNT, featureCatalogue } from './catalogue.js';

const DEFAULTS = Float32Array.from(featureCatalogue, (feature) => feature.default);
/** The largest number of single precision. */
const HUGE = 3.4028234663852886e38;
const LEAST = Float64Array.from(featureCatalogue, ({ min }) => min ?? -HUGE);
const MOST = Float64Array.from(featureCatalogue, ({ max }) => max ?? HUGE);

/** Memory is taken for so many columns at a time, and for so many values at least. */
const COLUMNS_A_ROOM = 16;
const LEAST_ROOM = 2048;

/** Draw values into the range of a feature, in place; what is not a number becomes its default. */
export function tidy(values: Float32Array, column: number): void {
  const [least, most] = [LEAST[column], MOST[column]];
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value >= least && value <= most) continue;
    values[row] = Number.isNaN(value) ? DEFAULTS[column] : value < least ? least : most;
  }
}

/**
 * Features of some candidates of one request, column by column: a value per row, finite and within the range of the feature. A column is made when it is
 * first asked for; until something is put into it, it holds its default.
 */
export class FeatureMatrix {
  private readonly columns: (Float32Array | undefined)[] = new Array<undefined>(FEATURE_COUNT);
  /** Where the next columns lie, one after the other: a column of its own would cost ten times as much to make. */
  private room = new Float32Array(0);
  private roomTaken = 0;

  /** @param make asked to fill columns that somebody reads and nobody has made */
  constructor(
    readonly rows: number,
    private readonly make?: (columns: readonly number[]) => void,
  ) {}

  has(column: number): boolean {
    return this.columns[column] !== undefined;
  }

  /** [rows] the values of a feature; not to be changed */
  column(column: number): Float32Array {
    if (this.columns[column] === undefined) this.make?.([column]);
    return this.columns[column] ?? this.fresh(column);
  }

  /** Have columns made together that are about to be read. */
  need(columns: readonly number[]): void {
    const missing = columns.filter((column) => this.columns[column] === undefined);
    if (missing.length > 0) this.make?.(missing);
  }

  /** [rows] defaults to write into; what is written there must be drawn into its range by `tidy` */
  fresh(column: number): Float32Array {
    const values = this.zeros();
    if (DEFAULTS[column] !== 0) values.fill(DEFAULTS[column]);
    return (this.columns[column] = values);
  }

  private zeros(): Float32Array {
    if (this.roomTaken + this.rows > this.room.length) {
      this.room = new Float32Array(Math.max(COLUMNS_A_ROOM * this.rows, LEAST_ROOM));
      this.roomTaken = 0;
    }
    return this.room.subarray(this.roomTaken, (this.roomTaken += this.rows));
  }

  get(row: number, column: number): number {
    return this.column(column)[row];
  }

  /** Put a value into its cell: drawn into its range, or the default where it is not a number. */
  set(row: number, column: number, value: number): void {
    const values = this.columns[column] ?? this.fresh(column);
    values[row] = value;
    tidy(values.subarray(row, row + 1), column);
  }

  /** Defaults again in some columns. */
  reset(columns: readonly number[]): void {
    for (const column of columns) this.fresh(column);
  }

  /** [rows.length * FEATURE_COUNT] row-major copies of some rows, in the order asked for */
  pick(rows: Uint32Array): Float32Array {
    const picked = new Float32Array(rows.length * FEATURE_COUNT);
    for (let column = 0; column < FEATURE_COUNT; column++) {
      const values = this.column(column);
      for (let i = 0; i < rows.length; i++) picked[i * FEATURE_COUNT + column] = values[rows[i]];
    }
    return picked;
  }
}
