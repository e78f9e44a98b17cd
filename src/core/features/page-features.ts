import { type Candidates } from '../candidates/candidates.js';
import { pickUint16, pickUint32 } from '../candidates/columns.js';
import { type Signals } from '../candidates/signals.js';
import { type PipelineRun } from '../pipeline.js';
import { FEATURE_COUNT } from './catalogue.js';
import { type FeatureInput } from './feature-group.js';
import { FEATURE_GROUPS } from './groups.js';
import { FeatureMatrix } from './matrix.js';

/** From this share of the candidates on, whole columns cost no more than the rows alone. */
const NEARLY_ALL = 0.5;

/**
 * The features of one page. Columns are filled for all candidates when somebody needs them, and for the placed ones, which the log keeps in full, in any
 * case; the same code gives the same values either way.
 */
export class PageFeatures {
  readonly matrix: FeatureMatrix;
  private readonly input: FeatureInput;

  constructor(
    signals: Signals,
    candidates: Pick<Candidates, 'itemNos' | 'sources' | 'prior'>,
    private readonly run: PipelineRun,
  ) {
    const { itemNos } = candidates;
    this.matrix = new FeatureMatrix(itemNos.length, (columns) => this.fill(columns));
    this.input = { signals, candidates, matrix: this.matrix, pool: this.matrix, poolNos: itemNos, prepared: new Map() };
  }

  /** Fill some columns for all candidates; those that are filled stay as they are. */
  fill(columns: readonly number[]): void {
    this.run.fill(FEATURE_GROUPS, this.input, columns);
  }

  /** [rows.length * FEATURE_COUNT] row-major: all features of some rows, in the order asked for */
  of(rows: Uint32Array): Float32Array {
    if (rows.length >= NEARLY_ALL * this.matrix.rows) {
      this.fill(ALL);
      return this.matrix.pick(rows);
    }
    const some = new FeatureMatrix(rows.length);
    for (let column = 0; column < FEATURE_COUNT; column++) {
      if (!this.matrix.has(column)) continue;
      const [from, to] = [this.matrix.column(column), some.fresh(column)];
      for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]];
    }
    this.run.fill(FEATURE_GROUPS, { ...this.input, candidates: someOf(this.input.candidates, rows), matrix: some }, ALL);
    return some.pick(Uint32Array.from(rows.keys()));
  }
}

const ALL: readonly number[] = Array.from({ length: FEATURE_COUNT }, (_, column) => column);

function someOf({ itemNos, sources, prior }: FeatureInput['candidates'], rows: Uint32Array): FeatureInput['candidates'] {
  return {
    itemNos: pickUint32(itemNos, rows),
    sources: pickUint16(sources, rows),
    prior: prior && { scores: Float32Array.from(rows, (row) => prior.scores[row]), order: pickUint32(prior.order, rows) },
  };
}
