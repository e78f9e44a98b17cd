import { EVERYTHING } from './candidates/everything.js';
import { callerCandidates, FEED_SOURCES } from './candidates/feed-sources.js';
import { FILTERS } from './candidates/filters.js';
import { MIX_SOURCES } from './candidates/mix-sources.js';
import { ALIKE_SOURCES, RELATION_SOURCES } from './candidates/related-sources.js';
import { GATHERERS } from './candidates/signals.js';
import { explores } from './candidates/newcomers.js';
import { EXPLORATION } from './diversification/explore-page.js';
import { PLACEMENT } from './diversification/place-candidates.js';
import { BADGES } from './exposures/badges.js';
import { EXPLANATION } from './exposures/explain-placed.js';
import { wideningSource } from './candidates/widening-source.js';
import { FEATURE_GROUPS } from './features/groups.js';
import { type Stage } from './pipeline.js';
import { MODEL_SCORER, MODEL_TIMEOUT_MS } from './scoring/model-scorer.js';
import { popularityScorer, rulesScorer } from './scoring/rules.js';
import { type RankingSettings } from './settings.js';

export interface PipelineComponent {
  name: string;
  enabled: boolean;
  timeoutMs: number | null;
  /** What a fault means: true goes on without the component, false removes the candidate or fails the request. */
  failsOpen: boolean;
}

export interface PipelineStage {
  stage: Stage;
  components: PipelineComponent[];
}

const SOURCES = [...MIX_SOURCES, ...FEED_SOURCES, wideningSource, callerCandidates, ...RELATION_SOURCES, ...ALIKE_SOURCES];
const open = (name: string): PipelineComponent => ({ name, enabled: true, timeoutMs: null, failsOpen: true });
const closed = (name: string): PipelineComponent => ({ ...open(name), failsOpen: false });

/** The stages of every kind of page with their components, in the order in which they run, under the names in traces. */
export function pipelineStages(settings: RankingSettings): PipelineStage[] {
  const sources = SOURCES.map((source) => ({
    ...open(source.name),
    enabled: source.limit(settings) > 0,
    timeoutMs: source.essential ? null : source.timeoutMs,
  }));
  return [
    { stage: 'signals', components: GATHERERS.map(({ name }) => open(name)) },
    { stage: 'candidates', components: [...sources, open(EVERYTHING)] },
    { stage: 'filter', components: FILTERS.map(({ name, failsOpen }) => ({ ...open(name), failsOpen })) },
    { stage: 'features', components: FEATURE_GROUPS.map(({ name }) => open(name)) },
    {
      stage: 'score',
      components: [{ ...open(MODEL_SCORER), timeoutMs: MODEL_TIMEOUT_MS }, open(rulesScorer([]).name), closed(popularityScorer.name)],
    },
    { stage: 'slate', components: [closed(PLACEMENT), { ...closed(EXPLORATION), enabled: explores(settings) }] },
    { stage: 'explain', components: [closed(EXPLANATION), closed(BADGES)] },
  ];
}
