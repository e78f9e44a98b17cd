import { pickUint32 } from '../candidates/columns.js';
import { placeAgain, type PlacedAgain } from '../diversification/place-candidates.js';
import { inOrder } from '../diversification/slate-order.js';
import { type Scorer, type SlateRule } from '../outcome.js';
import { type ScoredBy, scoreAgain } from '../scoring/score-again.js';
import { type RankingSettings } from '../settings.js';
import { type Page, type PlacedItem } from './exposure.js';
import { type PoolInputs, type PoolRecord } from './pool.js';

/** A pool that holds all that its page was made by. */
export type WholePool = PoolRecord & { inputs: PoolInputs };

export const isWhole = (pool: PoolRecord): pool is WholePool => pool.inputs !== null;

/** A page made of a logged pool. */
export interface RemadePage {
  /** [n] item numbers and scores by the scores of this page, best first. */
  itemNos: Uint32Array;
  scores: Float64Array;
  /** [n] place of each in the pool as it was kept. */
  places: Uint32Array;
  /** Names places in the order of these scores. */
  slate: PlacedAgain;
}

/**
 * Make a page of a logged pool, with the chance that its own page had: by its own settings and scorer that very page, by others the one that would have been.
 *
 * @param by null takes the scores as they were logged
 */
export function remakePage(pool: WholePool, featureNames: readonly string[], settings: RankingSettings, by: ScoredBy | null): RemadePage {
  const { itemNos, features, inputs } = pool;
  const scored = by && scoreAgain(inputs.score, { itemNos, featureNames, features }, by);
  const places = scored?.places ?? Uint32Array.from(itemNos.keys());
  const scores = scored?.scores ?? pool.scores;
  return { itemNos: pickUint32(itemNos, places), scores, places, slate: placeAgain(inOrder(inputs.slate, places), scores, settings) };
}

/** What of a page is made from its pool, and therefore made again. */
type Remade = Pick<PlacedItem, 'itemNo' | 'position' | 'score' | 'rankBefore' | 'exploration' | 'propensity'>;

/** The items of a remade page, as the log has them. */
export function placedOf({ itemNos, scores, slate }: RemadePage, { inputs }: WholePool): Remade[] {
  return Array.from(slate.order, (rank, i) => ({
    itemNo: itemNos[rank],
    position: inputs.slate.placedBefore + i + 1,
    score: scores[rank],
    rankBefore: rank + 1,
    exploration: slate.explored?.[i] === 1,
    propensity: slate.propensities?.[i] ?? null,
  }));
}

/** The scorer of a logged page in a form that can be asked again; a model's probabilities come from whoever can run it. */
export function ownScorer(scorer: Scorer, settings: RankingSettings): ScoredBy | null {
  if (scorer === 'RULES') return { scorer, rules: settings.rules };
  return scorer === 'POPULARITY' ? { scorer } : null;
}

const FIELDS = ['itemNo', 'position', 'score', 'rankBefore', 'exploration', 'propensity'] as const;

/** Where a remade page first differs from the one in the log, to the last bit, in words; null where it is the same. */
export function differenceOf(page: Pick<Page, 'placed' | 'relaxed'>, pool: WholePool, remade: RemadePage): string | null {
  for (let i = 0; i < pool.itemNos.length; i++) {
    if (remade.itemNos[i] !== pool.itemNos[i]) return `candidate ${i + 1} is item ${remade.itemNos[i]}; the log has ${pool.itemNos[i]}`;
    if (remade.scores[i] !== pool.scores[i]) return `candidate ${i + 1} scores ${remade.scores[i]}; the log has ${pool.scores[i]}`;
  }
  const placed = placedOf(remade, pool);
  if (placed.length !== page.placed.length) return `${placed.length} items are placed; the log has ${page.placed.length}`;
  for (const [i, item] of placed.entries())
    for (const field of FIELDS)
      if (!Object.is(item[field], page.placed[i][field]))
        return `${field} of the item at position ${page.placed[i].position} is ${item[field]}; the log has ${page.placed[i][field]}`;
  const rules = (relaxed: readonly SlateRule[]): string => relaxed.join() || 'none';
  return rules(remade.slate.relaxed) === rules(page.relaxed)
    ? null
    : `rules given up are ${rules(remade.slate.relaxed)}; the log has ${rules(page.relaxed)}`;
}
