import { FILTERS } from './candidates/filters.js';
import { type Signals, signalsOf } from './candidates/signals.js';
import { steered, wideningOf } from './diversification/cocoon/page-widening.js';
import { buildPage } from './feed.js';
import { type BuiltPage, type PageInputs } from './page.js';
import { removedBy } from './pipeline.js';

/** What became of one item in a request. */
export interface WhyNot {
  stage: 'UNKNOWN_ITEM' | 'RETRIEVAL' | 'FILTER' | 'RANK' | 'PLACED';
  component: string | null;
  detail: string;
  /** By score, from 1. */
  rank: number | null;
  score: number | null;
  /** Score of the last item placed minus this one's; below 0 where caps or variety kept it out. */
  gap: number | null;
}

const unscored = { rank: null, score: null, gap: null };

/**
 * Build the page and say what became of an item on the way: where it is, or what kept it away. A filter is named whether or not a source proposed the item,
 * and filters hold it to what the settings come to for this user.
 *
 * @param build how a page is made of the inputs, where it is made of more than them
 */
export async function whyNot(inputs: PageInputs, itemNo: number, build = buildPage): Promise<WhyNot> {
  const { catalogue } = inputs.shop;
  if (!catalogue.has(itemNo)) return { stage: 'UNKNOWN_ITEM', component: null, detail: 'it is not in the catalogue', ...unscored };
  const page = await build(inputs);
  const scored = scoredAs(page, itemNo);
  const placed = page.placed.find((entry) => entry.itemNo === itemNo);
  if (placed) return { stage: 'PLACED', component: null, detail: `it is on the page, at position ${placed.position}`, ...scored };
  const filter = removedBy(FILTERS, signalsAsBuilt(inputs), itemNo);
  if (filter) return { stage: 'FILTER', component: filter.name, detail: filter.reason, ...unscored };
  if (scored.rank === null)
    return { stage: 'RETRIEVAL', component: null, detail: 'it may be shown, but no source proposed it', ...unscored };
  return { stage: 'RANK', component: null, detail: rankDetail(scored, page), ...scored };
}

/** What the page knew before anything was gathered. */
function signalsAsBuilt(inputs: PageInputs): Signals {
  const widening = wideningOf(inputs);
  return signalsOf(widening ? steered(inputs, widening.plan) : inputs, widening);
}

function scoredAs({ ranked, placed }: BuiltPage, itemNo: number): Pick<WhyNot, 'rank' | 'score' | 'gap'> {
  const index = ranked.itemNos.indexOf(itemNo);
  if (index < 0) return unscored;
  const score = ranked.scores[index];
  return { rank: index + 1, score, gap: placed.length === 0 ? null : placed[placed.length - 1].score - score };
}

function rankDetail({ rank, gap }: Pick<WhyNot, 'rank' | 'gap'>, { placed, ranked }: BuiltPage): string {
  const place = `its score is number ${rank} of ${ranked.itemNos.length}, and ${placed.length} are on the page`;
  return gap !== null && gap < 0 ? `${place}; caps or variety put others before it` : place;
}
