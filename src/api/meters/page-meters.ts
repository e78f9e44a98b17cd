import { type Registry } from 'prom-client';
import { type PageMaking, SERVING_STAGES } from '../../app/page-making.js';
import { DEGRADATIONS, SLATE_RULES } from '../../core/outcome.js';
import { type FeedFacts, type RequestFacts } from '../request-facts.js';
import { QuickCounter, QuickHistogram } from './quick-meters.js';

/** A page that takes longer breaks its promise as much as one that does not come. */
export const SLOW_SECONDS = 0.25;

const STAGE_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const CANDIDATES = [1, 10, 50, 100, 250, 500, 1_000];
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const PAGES: ReadonlySet<string> = new Set(['feed', 'rank', 'related']);
/** What went wrong on our side; everything else is the caller's. */
const OURS: ReadonlySet<string> = new Set(['INTERNAL', 'UNAVAILABLE', 'OVERLOADED']);

type Outcome = 'kept' | 'slow' | 'failed';

function outcomeOf({ errors }: RequestFacts, status: number, seconds: number): Outcome {
  if (status >= 500 || errors.some((code) => OURS.has(code))) return 'failed';
  return seconds > SLOW_SECONDS ? 'slow' : 'kept';
}

/** Counts what pages are promised, and how they are made. */
export function pageMeters(registers: Registry[]): (facts: RequestFacts, status: number, seconds: number) => void {
  const { feeds, degradations, relaxed, badges } = feedCounters(registers);
  const promises = new QuickCounter({
    name: 'imago_page_requests_total',
    help: `Requests for pages: answered within ${SLOW_SECONDS * 1000} ms, later than that, or not for a reason of ours`,
    labelNames: ['outcome'],
    registers,
  });
  const made = makingMeters(registers);
  for (const outcome of ['kept', 'slow', 'failed'] satisfies Outcome[]) promises.of(outcome);

  const countFeed = ({ kind, scorer, degraded, relaxed: rules, badges: told }: FeedFacts): void => {
    feeds.of(kind, scorer).inc();
    for (const degradation of degraded) degradations.of(degradation).inc();
    for (const rule of rules) relaxed.of(rule).inc();
    for (const part of told) badges.of(part).inc();
  };
  return (facts, status, seconds) => {
    if (PAGES.has(facts.operation) || facts.feeds.length > 0) promises.of(outcomeOf(facts, status, seconds)).inc();
    for (const feed of facts.feeds) {
      countFeed(feed);
      made.candidates(feed.candidates);
    }
    for (const making of facts.makings) made.count(making);
  };
}

/** Every name that can be counted is there from the start, so that the first time is seen as an increase. */
function feedCounters(registers: Registry[]) {
  const feeds = new QuickCounter({
    name: 'imago_feeds_total',
    help: 'Pages served, by kind and by what scored them',
    labelNames: ['kind', 'scorer'],
    registers,
  });
  const degradations = new QuickCounter({
    name: 'imago_degradations_total',
    help: 'Pages that went without something, by what it was',
    labelNames: ['degradation'],
    registers,
  });
  const relaxed = new QuickCounter({
    name: 'imago_relaxed_rules_total',
    help: 'Pages on which a rule of the slate could not be kept, by rule',
    labelNames: ['rule'],
    registers,
  });
  const badges = new QuickCounter({
    name: 'imago_badges_total',
    help: 'Social proof told beside items, by what was told',
    labelNames: ['part'],
    registers,
  });
  for (const degradation of DEGRADATIONS) degradations.of(degradation);
  for (const rule of SLATE_RULES) relaxed.of(rule);
  return { feeds, degradations, relaxed, badges };
}

function makingMeters(registers: Registry[]) {
  const stages = new QuickHistogram({
    name: 'imago_stage_seconds',
    help: 'Time of a stage on a page',
    labelNames: ['stage'],
    buckets: STAGE_SECONDS,
    registers,
  });
  const candidates = new QuickHistogram({
    name: 'imago_page_candidates',
    help: 'Candidates that a page was chosen from, after filters',
    buckets: CANDIDATES,
    registers,
  });
  const cocoon = new QuickHistogram({
    name: 'imago_cocoon_index',
    help: 'How narrow the feeds of those are who ask for pages, 0 to 1',
    buckets: SHARES,
    registers,
  });
  const exposures = new QuickCounter({ name: 'imago_exposures_total', help: 'Items of pages that were logged', registers });
  const [sizes, indices, shownItems] = [candidates.of(), cocoon.of(), exposures.of()];
  return {
    candidates: (count: number): void => sizes.observe(count),
    count({ msByStage, exposures: shown, cocoonIndex }: PageMaking): void {
      for (const stage of SERVING_STAGES) {
        const ms = msByStage[stage];
        if (ms !== undefined) stages.of(stage).observe(ms / 1000);
      }
      shownItems.inc(shown);
      if (cocoonIndex !== null) indices.observe(cocoonIndex);
    },
  };
}
