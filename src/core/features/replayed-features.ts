import { type Candidates } from '../candidates/candidates.js';
import { signalsOf } from '../candidates/signals.js';
import { type PageInputs } from '../page.js';
import { PipelineRun } from '../pipeline.js';
import { column, FEATURE_NAMES } from './catalogue.js';
import { PageFeatures } from './page-features.js';

/**
 * Features that the ledger, the log of exposures and the catalogue tell again for any instant. All others depend on what is not kept: on neighbour tables
 * and popularity of that time, on what others did, on the request, on its other candidates, or on what a shop changes in passing, as prices and stock.
 */
export const REPLAYED_FEATURES: ReadonlySet<string> = new Set(
  [
    'item.freshness', 'item.age_log', 'item.content', 'item.video', 'item.live', 'item.style_practical', 'item.style_emotional', 'item.style_social',
    'user.category_affinity', 'user.brand_affinity', 'user.creator_affinity', 'user.aversion', 'user.shown', 'user.owned', 'user.touched',
    'user.activity', 'user.orders_log', 'user.ties_log', 'user.idle_log', 'user.taste_breadth', 'user.purchase_rate', 'user.cart_rate',
    'user.spent_log', 'user.tenure_log', 'user.content_share', 'user.night_share', 'sequence.day_acts', 'sequence.week_acts', 'sequence.session_acts',
    'sequence.repetition', 'sequence.bought_recency', 'sequence.page_idle', 'cross.category_recency', 'cross.brand_recency', 'cross.creator_recency',
    'cross.category_acts', 'cross.item_acts', 'cross.item_recency', 'cross.cart_left', 'cross.kept',
  ].map((name) => `${name}@1`),
); // prettier-ignore

/**
 * Features of placed items as of the instant of their page.
 *
 * @param inputs  of the page as far as they are known: state, consent, settings and instant
 * @param itemNos [n] what was placed
 * @param names   of the catalogue
 * @returns       [n] values by name, null for what cannot be told again
 */
export function replayedFeatures(
  inputs: PageInputs,
  itemNos: Uint32Array,
  names: readonly string[] = FEATURE_NAMES,
): Record<string, number | null>[] {
  const candidates: Pick<Candidates, 'itemNos' | 'sources' | 'prior'> = { itemNos, sources: new Uint16Array(itemNos.length), prior: null };
  const { matrix } = new PageFeatures(signalsOf(inputs), candidates, new PipelineRun(inputs));
  const columns = names.map((name) => (REPLAYED_FEATURES.has(name) ? matrix.column(column(name)) : null));
  return Array.from(itemNos, (_, row) => Object.fromEntries(names.map((name, i) => [name, columns[i]?.[row] ?? null])));
}
