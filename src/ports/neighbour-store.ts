import { type Neighbours } from '../core/candidates/neighbours.js';

export type NeighbourRelation = 'SIMILAR' | 'BOUGHT_TOGETHER' | 'EMBEDDING' | 'SIMILAR_IMPORTED' | 'EMBEDDING_IMPORTED';

/** Item-to-item tables made by a job, or brought in. Guarantees: a table is whole and swaps at once; a new one is announced as a `neighbours` notice. */
export interface NeighbourStore {
  publish(relation: NeighbourRelation, neighbours: Neighbours): Promise<void>;
  /** The latest table, or null before the first. Where that is `known`, which this store gave out, it is given back and not read again. */
  latest(relation: NeighbourRelation, known?: Neighbours | null): Promise<Neighbours | null>;
}
