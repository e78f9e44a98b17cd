import { type Standings } from '../core/candidates/graph/standing.js';
import { type ItemTrust } from '../core/candidates/trust/item-trust.js';
import { type Recount } from './derive-from-events.js';

/** Under which what is built of everybody's behaviour is kept. */
export const STANDING_ARTEFACT = 'standing-1';

/** What one process builds for all from everything that is retained. */
export interface Standing {
  standings: Standings;
  /** Of circles, by number. */
  names: Map<number, string>;
  trust: ItemTrust;
  recount: Recount;
}
