import { type PageWidening } from '../../core/tags/cocoon/widening.js';

/** Where it is counted what the loop out of the cocoon does. */
export interface WideningMeters {
  /** A page left that the loop, or the dial of its user, had a say in. */
  served(widening: PageWidening): void;
}

export const NO_WIDENING_METERS: WideningMeters = { served: () => undefined };
