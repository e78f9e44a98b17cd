import { type Candidates } from '../candidates/candidates.js';
import { type Signals } from '../candidates/signals.js';
import { type FeatureGroup } from '../pipeline.js';
import { DAY_MS, decay } from '../time.js';
import { column } from './catalogue.js';
import { type FeatureMatrix } from './matrix.js';

export type Group = FeatureGroup<Signals, Candidates, FeatureMatrix>;

/** A group that fills these columns. */
export function featureGroup(name: string, columns: readonly number[], fill: Group['fill']): Group {
  return { name, fill, forget: (matrix) => matrix.reset(columns) };
}

/** Set a cell to `ln(1 + value)`; most values are 0, which the cell holds already. */
export function setLog1p(matrix: FeatureMatrix, row: number, column: number, value: number): void {
  if (value !== 0) matrix.set(row, column, Math.log1p(value));
}

const FRESH_HALF_LIFE_MS = 14 * DAY_MS;
const POPULARITY = column('item.popularity_log@1');
const TREND = column('item.trend_log@1');
const TREND_SHARE = column('item.trend_share@1');
const FRESHNESS = column('item.freshness@1');
const AGE = column('item.age_log@1');
const PRICE = column('item.price_log@1');
const PRICE_KNOWN = column('item.price_known@1');
const COMMERCIAL = column('item.commercial@1');
const CONTENT = column('item.content@1');

/** What is the same of an item for everyone. */
export const itemFeatures = featureGroup(
  'item-features',
  [POPULARITY, TREND, TREND_SHARE, FRESHNESS, AGE, PRICE, PRICE_KNOWN, COMMERCIAL, CONTENT],
  ({ shop: { catalogue, popularity }, now }, { itemNos }, matrix) => {
    for (let row = 0; row < itemNos.length; row++) {
      const no = itemNos[row];
      const weight = popularity.at(no, now);
      const trend = popularity.trendAt(no, now);
      const ageMs = Math.max(0, now - catalogue.createdAt[no]);
      const price = catalogue.price[no];
      setLog1p(matrix, row, POPULARITY, weight);
      setLog1p(matrix, row, TREND, trend);
      matrix.set(row, TREND_SHARE, trend / (1 + weight));
      matrix.set(row, FRESHNESS, decay(ageMs, FRESH_HALF_LIFE_MS));
      matrix.set(row, AGE, Math.log1p(ageMs / DAY_MS));
      matrix.set(row, PRICE, Math.log1p(price));
      matrix.set(row, PRICE_KNOWN, Number(!Number.isNaN(price)));
      matrix.set(row, COMMERCIAL, catalogue.commercial[no]);
      matrix.set(row, CONTENT, Number(catalogue.kind[no] !== 0));
    }
  },
);
