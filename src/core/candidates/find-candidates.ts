import { type PageKind } from '../outcome.js';
import { type PipelineRun, removedBy, type Source } from '../pipeline.js';
import { CandidateSet, LOOK_AHEAD } from './candidate-set.js';
import { type Candidates, candidatesOf } from './candidates.js';
import { EVERYTHING, visitEverything } from './everything.js';
import { callerCandidates, FEED_SOURCES } from './feed-sources.js';
import { ELIGIBILITY, fatigue, FILTERS } from './filters.js';
import { MIX_SOURCES } from './mix-sources.js';
import { ALIKE_SOURCES, RELATION_SOURCES } from './related-sources.js';
import { type Signals } from './signals.js';
import { wideningSource } from './widening-source.js';

const SOURCES: Record<PageKind, readonly Source<Signals>[]> = {
  feed: [...MIX_SOURCES, ...FEED_SOURCES],
  rank: [callerCandidates],
  related: RELATION_SOURCES,
};

/** What may be shown on this page: proposed by the sources, kept by the filters, and filled up where that is too little. */
export function findCandidates(signals: Signals, run: PipelineRun): Candidates {
  const { request, settings } = signals;
  const proposed = new CandidateSet(signals);
  run.propose(sourcesFor(signals), signals, settings, proposed);
  if (needsAlike(signals, proposed)) run.propose(ALIKE_SOURCES, signals, settings, proposed);
  const kept = run.filter(FILTERS, signals, proposed.itemNos.slice(0, proposed.size));
  return candidatesOf(signals, proposed, request.kind === 'rank' ? kept : fillUp(signals, run, proposed, kept));
}

/** Where the feed is to be widened, what is next door comes last: whatever others propose is theirs. */
const sourcesFor = ({ request: { kind }, widening }: Signals): readonly Source<Signals>[] =>
  widening && widening.plan.quota > 0 ? [...SOURCES[kind], wideningSource] : SOURCES[kind];

/** What is alike is related in any case; to what is bought together it only adds when there is too little of that. */
function needsAlike({ request }: Signals, proposed: CandidateSet): boolean {
  if (!request.basket || request.basket.relation === 'COMPLEMENTS') return false;
  return request.basket.relation === 'SIMILAR' || proposed.size < 2 * request.first;
}

/**
 * Fill up from the whole shop: a feed to some more than it shows, so that there is a choice and the next page is known of; a page of related items only to
 * its length. Where even that is too little, what was shown too often comes back.
 */
function fillUp(signals: Signals, run: PipelineRun, proposed: CandidateSet, kept: Uint32Array): Uint32Array {
  const { kind, first } = signals.request;
  const wanted = kind === 'related' ? first : first + LOOK_AHEAD;
  let filled = kept.length < wanted ? fillFromEverything(signals, run, proposed, kept, wanted, FILTERS) : kept;
  if (filled.length < first && fatigue.applies(signals)) {
    filled = fillFromEverything(signals, run, proposed, filled, wanted, ELIGIBILITY);
    run.readmit(new Set(filled));
  }
  return filled;
}

function fillFromEverything(
  signals: Signals,
  run: PipelineRun,
  proposed: CandidateSet,
  kept: Uint32Array,
  wanted: number,
  filters: typeof FILTERS,
): Uint32Array {
  const work = (): Uint32Array => {
    const filled = new Set(kept);
    const visit = (itemNo: number): boolean => {
      if (filled.size >= wanted) return false;
      if (filled.has(itemNo) || removedBy(filters, signals, itemNo)) return true;
      filled.add(itemNo);
      proposed.fillUpWith(itemNo, signals.request.filter ? 'CALLER' : 'TRENDING');
      return true;
    };
    visitEverything(signals, visit, () => run.isLate);
    if (filled.size < wanted && run.isLate) run.giveUp('DEADLINE');
    return Uint32Array.from(filled);
  };
  return run.step('candidates', EVERYTHING, kept.length, work, (filled) => filled.length);
}
