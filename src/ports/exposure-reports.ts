import { type ReportedExposures } from '../core/exposures/exposure-loss.js';

/**
 * What storefronts report of what was served. Guarantees: everything that was committed before the call counts; an exposure counts once, however often it was
 * reported; suggestions of whom to follow are left out. Throws `UNAVAILABLE` when the store cannot be reached.
 */
export interface ExposureReports {
  /** By day of serving and surface, in that order. Times are epoch ms, the end excluded; surface null is all. */
  reported(range: { from: number; to: number; surface: string | null }): Promise<ReportedExposures[]>;
}
