import { type Candidates } from '../candidates/candidates.js';
import { pickUint32 } from '../candidates/columns.js';
import { explores, MAX_EXPLORERS, newcomerKind } from '../candidates/newcomers.js';
import { type Signals } from '../candidates/signals.js';
import { type PipelineRun } from '../pipeline.js';
import { type Random, hash32, seededRandom } from '../random.js';
import { posterior, winChances } from './click-rates.js';
import { type ExploredSlate, exploreSlate } from './exploration.js';
import { type PageSoFar } from './explorer-caps.js';

/** Name of the component. */
export const EXPLORATION = 'exploration';

/** Chance is off without consent, for what relates to a basket, and for a ranking of the caller's own candidates unless he asks for it. */
function mayExplore({ request, settings, taste }: Signals): boolean {
  return explores(settings) && taste !== null && request.kind !== 'related' && (request.candidates?.policy.exploration ?? true);
}

/** Newcomers that are not on the page, those shown least first, then the better ones: places in the order of scores. */
function explorersOf(signals: Signals, itemNos: Uint32Array, { base, columns }: PageSoFar): Uint32Array {
  const { shop, settings } = signals;
  const onPage = new Set(base);
  const shown = (place: number): number => shop.trials.shown(itemNos[place], settings.fatigue.countsAt);
  const found: number[] = [];
  for (let place = 0; place < itemNos.length; place++)
    if (!onPage.has(place) && columns.fatigued[place] === 0 && newcomerKind(signals, itemNos[place]) !== null) found.push(place);
  return Uint32Array.from(found.sort((a, b) => shown(a) - shown(b) || a - b).slice(0, MAX_EXPLORERS));
}

/** By the method in force: all alike, or each as likely as it is to have the highest click rate, by what is known of it. */
function chancesBy(signals: Signals, explored: Uint32Array): (eligible: readonly number[]) => Float64Array {
  const { shop, settings } = signals;
  if (settings.exploration.method === 'EPSILON') return ({ length }) => new Float64Array(length).fill(1 / length);
  const level = settings.fatigue.countsAt;
  const mean = shop.trials.meanRate(level);
  const posteriors = Array.from(explored, (itemNo) =>
    posterior({ shown: shop.trials.shown(itemNo, level), clicks: shop.trials.clicks(itemNo) }, mean),
  );
  return (eligible) => winChances(eligible.map((place) => posteriors[place]));
}

/** Pages of one feed share a seed, and each needs chance of its own. */
const chanceOfPage = (random: Random, { request }: Signals): Random =>
  seededRandom(hash32(`${random()} ${request.placedBefore.length} ${request.surface}`));

/** Give newcomers their share of a page; null where nothing is left to chance. */
export function explorePage(
  signals: Signals,
  candidates: Candidates,
  { order, page, random, run }: { order: Uint32Array; page: PageSoFar; random: Random; run: PipelineRun },
): ExploredSlate | null {
  if (!mayExplore(signals)) return null;
  const itemNos = pickUint32(candidates.itemNos, order);
  const work = (): ExploredSlate | null => {
    const explorers = explorersOf(signals, itemNos, page);
    if (explorers.length === 0) return null;
    const { share } = signals.settings.exploration;
    const chances = chancesBy(signals, pickUint32(itemNos, explorers));
    return exploreSlate({ ...page, explorers, share, chances }, chanceOfPage(random, signals));
  };
  return run.step('slate', EXPLORATION, page.base.length, work, (explored) => explored?.explored.reduce((sum, one) => sum + one, 0) ?? 0);
}
