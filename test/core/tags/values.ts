import { type ViewOptions } from '../../../src/core/tags/view.js';
import { type Step } from './scenario.js';

/** What somebody did up to Saturday noon, and tags worked out by hand. */
export interface Scenario {
  name: string;
  steps: readonly Step[];
  options?: Partial<ViewOptions>;
  /** By key; NaN where there is no such tag. */
  expected: Record<string, number>;
}
