/** Derived things too large or too rare for a table of their own, whole under a name. Guarantees: durable when `put` resolves; the last one wins. */
export interface ArtefactStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | null>;
}
