/** Packed user states, as of some time before now. Guarantee: a snapshot is whole. It may be old: what it lacks is read from the ledger. */
export interface SnapshotStore {
  load(userIds: string[]): Promise<Map<string, Uint8Array>>;
  /** From now on these are unknown. */
  remove(userIds: string[]): Promise<void>;
  save(snapshots: Map<string, Uint8Array>): Promise<void>;
}
