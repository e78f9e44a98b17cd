import { deserialize } from 'node:v8';
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

/** @throws where the bytes are not a standing */
export function unpackStanding(bytes: Uint8Array): Standing {
  const standing = deserialize(bytes) as Standing;
  return { ...standing, standings: detached(standing.standings), trust: detached(standing.trust) };
}

/** With arrays of their own memory: those of what was deserialized may lie within the bytes, and would keep all of them. */
function detached<T extends object>(columns: T): T {
  const own = Object.entries(columns).map(([name, column]: [string, unknown]) => [
    name,
    column instanceof Float32Array || column instanceof Int32Array ? column.slice() : column,
  ]);
  return Object.fromEntries(own) as T;
}
