import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { type FeatureGroup } from '../pipeline.js';
import { column } from './catalogue.js';
import { type FeatureMatrix, tidy } from './matrix.js';

/** What the features of some rows are made from. */
export interface FeatureInput {
  signals: Signals;
  /** The rows to fill: all candidates, or some of them. */
  candidates: Pick<Candidates, 'itemNos' | 'sources' | 'prior'>;
  matrix: FeatureMatrix;
  /** All candidates, whatever the rows to fill: what a rank is among. */
  pool: FeatureMatrix;
  poolNos: Uint32Array;
  /** What groups have prepared, by their names: the same for all rows of a request. */
  prepared: Map<string, unknown>;
}

export type Group = FeatureGroup<FeatureInput, FeatureMatrix>;

/** Writes one column: [rows] of defaults at first, drawn into the range of the feature afterwards. */
export type Fill<X> = (values: Float32Array, about: X, input: FeatureInput) => void;

/**
 * A group of columns with what they share.
 *
 * @param prepare what all columns read, made once a request; null leaves every column at its default
 */
export function columnGroup<X>(name: string, prepare: (input: FeatureInput) => X | null, fills: Record<string, Fill<X>>): Group {
  const fillByColumn = new Map(Object.entries(fills).map(([feature, fill]) => [column(feature), fill]));
  const preparedIn = (input: FeatureInput): X | null => {
    let about = input.prepared.get(name) as X | null | undefined;
    if (about === undefined) input.prepared.set(name, (about = prepare(input)));
    return about;
  };
  return {
    name,
    columns: [...fillByColumn.keys()],
    atOnce: false,
    fill(input, columns) {
      const about = preparedIn(input);
      for (const column of columns) {
        const values = input.matrix.fresh(column);
        if (about === null) continue;
        fillByColumn.get(column)!(values, about, input);
        tidy(values, column);
      }
    },
    forget: (matrix, columns) => matrix.reset(columns),
  };
}

/** The same value in every row. */
export const constant =
  <X>(valueOf: (about: X, input: FeatureInput) => number): Fill<X> =>
  (values, about, input) => {
    values.fill(valueOf(about, input));
  };

/** A value per item, whoever asks. */
export const perItem =
  <X>(valueOf: (itemNo: number, about: X, input: FeatureInput) => number): Fill<X> =>
  (values, about, input) => {
    const { itemNos } = input.candidates;
    for (let row = 0; row < itemNos.length; row++) values[row] = valueOf(itemNos[row], about, input);
  };

/** ln(1 + value); most values are 0, for which nothing has to be computed. */
export const log1p = (value: number): number => (value === 0 ? 0 : Math.log1p(value));
