import { type CocoonState } from '../../tags/cocoon/cocoon-state.js';
import { type CocoonBaseline, type CocoonMeasure, measureCocoon } from './cocoon-index.js';

/** What indices are measured against. */
export interface UsualFeeds {
  baseline: CocoonBaseline;
  /** The category at the level of the index, of a narrowest category. */
  groupOf: (category: number) => number;
}

/** How narrow the feeds of a user are now, and what of it decides on his next page. */
export interface CocoonNow {
  measure: CocoonMeasure;
  usual: UsualFeeds;
  /** False for a user whom the loop leaves alone. */
  isControlled: boolean;
  /** Where he set his dial, -1 more of his own to 1 surprise me. */
  breadth: number;
}

/** Measure a user's feeds for a page. */
export const cocoonNow = (cocoon: CocoonState, usual: UsualFeeds, who: Pick<CocoonNow, 'isControlled' | 'breadth'>): CocoonNow => ({
  measure: measureCocoon(cocoon, usual.baseline, usual.groupOf),
  usual,
  ...who,
});
