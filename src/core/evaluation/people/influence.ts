import { seededRandom } from '../../random.js';
import { type History } from '../history.js';
import { edgesOf, tiesFrom } from './graph-of.js';
import { pageRank } from './page-rank.js';
import { type Foretold, foretold } from './statistics.js';

/** Events from `from` (included) to `until` (excluded) are foretold, epoch ms. */
export interface Period {
  slice: 'tune' | 'final';
  from: number;
  until: number;
}

export interface InfluenceReport extends Period {
  dataset: string;
  /** People followed by somebody who act in the period. */
  people: number;
  outcomes: { name: string; people: number; foretold: Foretold[] }[];
}

const RESAMPLES = 500;
const SEED = 1;

/** Of every user: on how many pairs of a follower and an item the follower acted later in the period than he. */
function uptakeOf({ users, userOf, itemOf, at, followees }: History, { from, until }: Period): Float64Array {
  const firstAct = new Map<number, Map<number, number>>();
  userOf.forEach((user, row) => {
    if (!(at[row] >= from && at[row] < until)) return;
    let own = firstAct.get(user);
    if (!own) firstAct.set(user, (own = new Map<number, number>()));
    if (!own.has(itemOf[row])) own.set(itemOf[row], at[row]);
  });
  const uptake = new Float64Array(users.length);
  for (const [follower, own] of firstAct)
    for (const followee of followees![follower])
      for (const [item, actedAt] of firstAct.get(followee) ?? []) if ((own.get(item) ?? -Infinity) > actedAt) uptake[followee]++;
  return uptake;
}

function meanHelpfulness({ users, userOf, at, helpfulness }: History, { from, until }: Period): Float64Array {
  const [sums, counts] = [new Float64Array(users.length), new Float64Array(users.length)];
  helpfulness.forEach((value, row) => {
    if (Number.isNaN(value) || !(at[row] >= from && at[row] < until)) return;
    sums[userOf[row]] += value;
    counts[userOf[row]]++;
  });
  return sums.map((sum, user) => sum / counts[user]);
}

/** What foretells better of whom others come after: how many follow somebody, as the service counts influence, or PageRank. The ties are not dated, so both know later ones. */
export function measureInfluence(dataset: string, history: History, period: Period): InfluenceReport {
  const edges = edgesOf(history);
  const ties = tiesFrom(edges);
  const ranks = pageRank(ties);
  const rankOf = new Map(ties.users.map((userId, no) => [userId, ranks[no]]));
  const acted = new Uint8Array(history.users.length);
  history.at.forEach((at, row) => {
    if (at >= period.from && at < period.until) acted[history.userOf[row]] = 1;
  });
  const followers = Float64Array.from(history.users, (userId) => edges.followersOf(userId).size);
  const people = Int32Array.from(history.users.keys()).filter((user) => acted[user] === 1 && followers[user] > 0);
  const uptake = uptakeOf(history, period);
  const helpfulness = meanHelpfulness(history, period);
  const outcomes: [string, Float64Array][] = [
    ['acts of followers on the same items afterwards', uptake],
    ['the same for each follower', uptake.map((count, user) => count / followers[user])],
    ['mean helpfulness of his reviews', helpfulness],
  ];
  const report: InfluenceReport = { dataset, ...period, people: people.length, outcomes: [] };
  for (const [name, outcome] of outcomes) {
    const known = people.filter((user) => !Number.isNaN(outcome[user]));
    if (known.length === 0) continue;
    const pick = (of: (user: number) => number): Float64Array => Float64Array.from(known, of);
    const columns: [string, Float64Array][] = [
      ['number of followers', pick((user) => followers[user])],
      ['PageRank', pick((user) => rankOf.get(history.users[user]) ?? 1)],
    ];
    const told = foretold(columns, pick((user) => outcome[user]), RESAMPLES, () => seededRandom(SEED)); // prettier-ignore
    report.outcomes.push({ name, people: known.length, foretold: told });
  }
  return report;
}
