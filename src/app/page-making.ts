import { type ComponentTrace } from '../core/page.js';
import { type Stage } from '../core/pipeline.js';

/** What a page goes through: its inputs are loaded, it waits for its turn where many are to be built, the stages of the pipeline run, and it is logged. */
export const SERVING_STAGES = [
  'load',
  'turn',
  'signals',
  'candidates',
  'filter',
  'features',
  'score',
  'slate',
  'explain',
  'log',
] as const satisfies (Stage | 'load' | 'turn' | 'log')[];
export type ServingStage = (typeof SERVING_STAGES)[number];

/** How a page that was served and logged was made, for the edge to count. */
export interface PageMaking {
  /** Milliseconds by stage; one that did not run took none. */
  msByStage: Partial<Record<ServingStage, number>>;
  exposures: number;
  /** 0..1; null where it is not known. */
  cocoonIndex: number | null;
}

/** Milliseconds of the components of each stage, added up. */
export function stageTimes(trace: readonly ComponentTrace[]): PageMaking['msByStage'] {
  const sums: Record<string, number> = {};
  for (const { stage, ms } of trace) sums[stage] = (sums[stage] ?? 0) + ms;
  return sums;
}
