import { type Rank } from './baselines/ranking.js';
import { type History } from './history.js';
import { categoryEntropy, gini, mean, ndcg, recall, standardError } from './metrics.js';
import { type Task } from './task.js';

/** How long the judged lists are: NDCG looks at the first 10, most else at the first 20. */
export const LIST = 20;
export const SHORT_LIST = 10;

/** What one method did, case by case. A case is a user, or one query of a user. */
export interface Judgement {
  /** [cases] user number: cases of one user belong together */
  clusters: Int32Array;
  /** [cases] 0..1, cut at 20 and at 10 */
  recall20: Float64Array;
  recall10: Float64Array;
  /** [cases] 0..1 */
  ndcg10: Float64Array;
  /** [cases] nats */
  entropy20: Float64Array;
  entropy10: Float64Array;
  /** [cases] recall with cold items among the relevant, 0..1; its mean is over `casesWithCold`. */
  recall20WithCold: Float64Array;
  recall10WithCold: Float64Array;
  casesWithCold: number;
  /** [items] how often each item stood among the first 20 and 10 */
  shown20: Int32Array;
  shown10: Int32Array;
  candidates: Int32Array;
  /** [cases] people who had touched the target before; for streams alone */
  touched?: Int32Array;
}

/** Means over cases with their standard errors; null where the data cannot tell. Shares are 0..1, entropies are in nats. */
export interface Row {
  method: string;
  users: number;
  cases: number;
  recall20: number;
  recall20se: number;
  recall20WithCold: number;
  ndcg10: number;
  ndcg10se: number;
  hit20: number;
  coverage20: number;
  entropy20: number | null;
  gini: number;
  recall10: number;
  recall10se: number;
  recall10WithCold: number;
  hit10: number;
  coverage10: number;
  entropy10: number | null;
  gini10: number;
}

/** Room for the judgement of so many cases. */
export function emptyJudgement(cases: number, items: number): Judgement {
  const column = (): Float64Array => new Float64Array(cases);
  return {
    clusters: new Int32Array(cases),
    recall20: column(),
    recall10: column(),
    ndcg10: column(),
    entropy20: column(),
    entropy10: column(),
    recall20WithCold: column(),
    recall10WithCold: column(),
    casesWithCold: cases,
    shown20: new Int32Array(items),
    shown10: new Int32Array(items),
    candidates: new Int32Array(0),
  };
}

/** Note what a list of at least 20 places (fewer when there are fewer candidates) shows: how often, and how varied. */
export function noteList(judgement: Judgement, at: number, list: Int32Array, history: History): void {
  const [long, short] = [list.subarray(0, LIST), list.subarray(0, SHORT_LIST)];
  for (const item of long) judgement.shown20[item]++;
  for (const item of short) judgement.shown10[item]++;
  judgement.entropy20[at] = categoryEntropy(long, history.categoriesOf);
  judgement.entropy10[at] = categoryEntropy(short, history.categoriesOf);
}

/** Let a method rank for every examinee and compare with what came. */
export async function judge(task: Task, rank: Rank): Promise<Judgement> {
  const { examinees } = task;
  const judgement = emptyJudgement(examinees.length, task.history.items.length);
  judgement.candidates = task.popular;
  // Users with cold items alone score 0 under every method, and count in that mean.
  judgement.casesWithCold = task.usersWithCold;
  for (const [at, examinee] of examinees.entries()) {
    const list = (await rank(examinee)).subarray(0, LIST);
    const isHit = Array.from(list, (item) => examinee.relevant.has(item));
    judgement.clusters[at] = examinee.user;
    judgement.recall20[at] = recall(isHit, examinee.relevant.size, LIST);
    judgement.recall10[at] = recall(isHit, examinee.relevant.size, SHORT_LIST);
    judgement.recall20WithCold[at] = recall(isHit, examinee.relevantWithCold, LIST);
    judgement.recall10WithCold[at] = recall(isHit, examinee.relevantWithCold, SHORT_LIST);
    judgement.ndcg10[at] = ndcg(isHit, examinee.relevant.size, SHORT_LIST);
    noteList(judgement, at, list, task.history);
  }
  return judgement;
}

const shareAbove0 = (values: Float64Array): number => mean(values.map((value) => Number(value > 0)));

/** Sum a judgement up as one row of the report. */
export function rowOf(method: string, judgement: Judgement, hasCategories: boolean): Row {
  const { clusters, recall20, recall10, ndcg10, shown20, shown10, candidates } = judgement;
  const [exposure20, exposure10] = [candidates.map((item) => shown20[item]), candidates.map((item) => shown10[item])];
  const coverage = (exposure: Int32Array): number => exposure.filter((count) => count > 0).length / candidates.length;
  const withCold = (recalls: Float64Array): number => (mean(recalls) * clusters.length) / judgement.casesWithCold;
  return {
    method,
    users: new Set(clusters).size,
    cases: clusters.length,
    recall20: mean(recall20),
    recall20se: standardError(recall20, clusters),
    recall20WithCold: withCold(judgement.recall20WithCold),
    ndcg10: mean(ndcg10),
    ndcg10se: standardError(ndcg10, clusters),
    hit20: shareAbove0(recall20),
    coverage20: coverage(exposure20),
    entropy20: hasCategories ? mean(judgement.entropy20) : null,
    gini: gini(exposure20),
    recall10: mean(recall10),
    recall10se: standardError(recall10, clusters),
    recall10WithCold: withCold(judgement.recall10WithCold),
    hit10: shareAbove0(recall10),
    coverage10: coverage(exposure10),
    entropy10: hasCategories ? mean(judgement.entropy10) : null,
    gini10: gini(exposure10),
  };
}
