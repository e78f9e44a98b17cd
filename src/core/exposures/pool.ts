import { type SlateInputs } from '../diversification/slate-inputs.js';
import { hash32 } from '../random.js';
import { type RankingSettings } from '../settings.js';
import { type ScoreInputs } from '../scoring/score-inputs.js';

/** What a page was made by beside the features of its candidates. */
export interface PoolInputs {
  score: ScoreInputs;
  slate: SlateInputs;
  /** As they were in force for this page, whatever experiment or trigger had a part in them. */
  settings: RankingSettings;
}

/**
 * All that one page was chosen from, best first: without it no other ranking's page can be rebuilt. Columns of equal length, one row per candidate that
 * the filters kept; the `rankBefore` of a placed item is its row plus one.
 */
export interface PoolRecord {
  itemNos: Uint32Array;
  /** Provenance bits. */
  sources: Uint16Array;
  /** [rows * featureNames of the page] row-major: the features as used */
  features: Float32Array;
  /** [rows] finite, falling */
  scores: Float64Array;
  /** What the filters took out, and which of them did, in the order of the pipeline. */
  removed: { itemNo: number; component: string }[];
  /** What the page was scored and placed by beside that; null where the log does not have it. */
  inputs: PoolInputs | null;
}

/** A pool with the share of requests whose pools are kept, so that what is counted over them can be scaled up. */
export interface SampledPool extends PoolRecord {
  /** 0 (excluded) to 1 */
  samplingRate: number;
}

const TWO_TO_32 = 2 ** 32;

/**
 * Whether the pool of a page is kept: chance by the page itself, so that the same page is drawn on every process, and with a higher rate all those of a
 * lower one.
 *
 * @param rate 0 keeps none, 1 keeps all
 */
export const isPoolSampled = (feedId: string, pageNo: number, rate: number): boolean => hash32(`${feedId}/${pageNo}`) < rate * TWO_TO_32;
