import { Catalogue } from '../../candidates/catalogue.js';
import { buildTrust } from '../../candidates/trust/item-trust.js';
import { Opinions } from '../../candidates/trust/opinions.js';
import { type LedgerEvent } from '../../events/event.js';
import { type NumberedItem, PLAIN_ITEM } from '../../item.js';
import { seededRandom } from '../../random.js';
import { type History } from '../history.js';
import { finished } from '../replayed-shop.js';
import { type Period } from './influence.js';
import { type Foretold, foretold } from './statistics.js';

export interface TrustReport extends Period {
  dataset: string;
  /** Reviews that teach. */
  reviews: number;
  outcomes: { name: string; cases: number; foretold: Foretold[] }[];
}

const RESAMPLES = 500;
const SEED = 1;
/** The code of helpfulness, 1 to 7, in stars. */
const starsOf = (helpfulness: number): number => 1 + (4 * (helpfulness - 1)) / 6;

const rowOf = (no: number, creatorNo: number): NumberedItem => ({
  no,
  item: { ...PLAIN_ITEM, id: `${no}`, title: '', categories: [], createdAt: 0, creatorId: creatorNo === 0 ? null : `${creatorNo}` },
  categoryNos: [],
  brandNo: 0,
  creatorNo,
  removed: false,
});

const reviewOf = (userId: string, itemNo: number, rating: number): LedgerEvent => ({
  id: `${userId} ${itemNo}`, type: 'REVIEW', userId, itemNo, itemId: `${itemNo}`, rating, occurredAt: 0, receivedAt: 0, attribution: 'UNATTRIBUTED',
  writer: 1, seq: 1,
}); // prettier-ignore

/** Means over the rows of each group; NaN for a group without. */
function meansBy(groups: number, rows: Int32Array, groupOf: Int32Array, valueOf: (row: number) => number): Float64Array {
  const [sums, counts] = [new Float64Array(groups), new Float64Array(groups)];
  for (const row of rows) {
    const value = valueOf(row);
    if (Number.isNaN(value)) continue;
    sums[groupOf[row]] += value;
    counts[groupOf[row]]++;
  }
  return sums.map((sum, group) => sum / counts[group]);
}

const known = (...columns: Float64Array[]): Int32Array =>
  Int32Array.from(columns[0].keys()).filter((i) => columns.every((column) => !Number.isNaN(column[i])));

function itemTrust({ items, users, userOf, itemOf, value }: History, rows: Int32Array): Float64Array {
  const catalogue = new Catalogue();
  for (let no = 0; no < items.length; no++) catalogue.put(rowOf(no, 0));
  const opinions = new Opinions();
  for (const row of rows) if (value[row] >= 1) opinions.observe(reviewOf(users[userOf[row]], itemOf[row], value[row]), null);
  return Float64Array.from(finished(buildTrust(catalogue, opinions, { now: 0, weightOf: () => 1 })).trust);
}

/** Credit of writers: every review is a thing made by its writer, and how helpful it was found the opinion of one reader. */
function writerCredit({ users, userOf, helpfulness }: History, rows: Int32Array): Float64Array {
  const catalogue = new Catalogue();
  users.forEach((name, user) => catalogue.names.creator.set(user + 1, name));
  const opinions = new Opinions();
  let no = 0;
  for (const row of rows) {
    if (!(helpfulness[row] >= 1)) continue;
    catalogue.put(rowOf(no, userOf[row] + 1));
    opinions.observe(reviewOf(`reader ${no}`, no, starsOf(helpfulness[row])), users[userOf[row]]);
    no++;
  }
  const { credit } = finished(buildTrust(catalogue, opinions, { now: 0, weightOf: () => 1 }));
  return Float64Array.from(users, (_, user) => credit[user + 1]);
}

/** Whether trust of items and credit of who writes foretell what others find of the reviews to come, against means of stars. */
export function measureTrust(dataset: string, history: History, period: Period): TrustReport {
  const { users, items, userOf, itemOf, at, value, helpfulness } = history;
  const all = Int32Array.from(at.keys());
  const fit = all.filter((row) => at[row] < period.from);
  const later = all.filter((row) => at[row] >= period.from && at[row] < period.until);
  const stars = (row: number): number => (value[row] >= 1 ? value[row] : Number.NaN);
  const helpful = (row: number): number => helpfulness[row];
  const byItem = (rows: Int32Array, of: (row: number) => number): Float64Array => meansBy(items.length, rows, itemOf, of);
  const byWriter = (rows: Int32Array, of: (row: number) => number): Float64Array => meansBy(users.length, rows, userOf, of);
  const [itemStars, writerStars, writerHelp] = [byItem(fit, stars), byWriter(fit, stars), byWriter(fit, helpful)];
  const [trust, credit] = [itemTrust(history, fit), writerCredit(history, fit)];
  const ask = (name: string, outcome: Float64Array, columns: [string, Float64Array][]) => {
    const cases = known(outcome, ...columns.map(([, column]) => column));
    const picked = columns.map(([label, column]): [string, Float64Array] => [label, Float64Array.from(cases, (i) => column[i])]);
    const told = cases.length === 0 ? [] : foretold(picked, Float64Array.from(cases, (i) => outcome[i]), RESAMPLES, () => seededRandom(SEED)); // prettier-ignore
    return { name, cases: cases.length, foretold: told };
  };
  const ofItem: [string, Float64Array][] = [['mean of its stars', itemStars], ['trust of the item', trust]]; // prettier-ignore
  return {
    dataset,
    ...period,
    reviews: fit.length,
    outcomes: [
      ask('later stars of an item', byItem(later, stars), ofItem),
      ask('later helpfulness of reviews of an item', byItem(later, helpful), ofItem),
      ask('later helpfulness of what somebody writes', byWriter(later, helpful), [
        ['mean of the stars he gives', writerStars],
        ['mean helpfulness of what he wrote', writerHelp],
        ['credit of the writer', credit],
      ]),
    ],
  };
}
