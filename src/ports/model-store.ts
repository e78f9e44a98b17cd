import { type ModelCheck, type ModelRecord, type ModelRole, type ModelStatus, type RoleChange } from '../core/scoring/model-record.js';

/** A version as it is uploaded. */
export type NewModel = Pick<ModelRecord, 'name' | 'version' | 'sha256' | 'uploadedBy' | 'manifest'> & { file: Uint8Array };

/** A change of roles with who wants it and why; surface null is everywhere. */
export interface RoleAssignment {
  name: string;
  role: ModelRole;
  version: string | null;
  surface: string | null;
  actor: string;
  reason: string;
}

/**
 * Model versions with their bytes, checks and roles. Guarantees: a version is immutable but for status and checks; a change of role and its audit entry
 * commit together; every change is announced as a `models` notice.
 */
export interface ModelStore {
  /** Stores it as VALIDATING. `same`: this version is there with these very bytes and manifest. @throws AppError CONFLICT where it is there with others */
  create(model: NewModel): Promise<'created' | 'same'>;
  get(name: string, version: string): Promise<ModelRecord | null>;
  /** All versions of all models, newest first. */
  list(): Promise<ModelRecord[]>;
  /** The file, or null for a version that does not exist. */
  file(name: string, version: string): Promise<Uint8Array | null>;
  /** Versions that wait for the gate, oldest first. */
  waiting(): Promise<{ name: string; version: string }[]>;
  /** Keep what the gate found so far, whole, and the status that follows from it. */
  judge(name: string, version: string, checks: readonly ModelCheck[], status: ModelStatus): Promise<void>;
  /** Take a READY version out of service; its roles pass on to those before it. */
  quarantine(name: string, version: string, reason: string): Promise<void>;
  /** Oldest first. */
  roleHistory(name: string): Promise<RoleChange[]>;
  /** @throws AppError NOT_FOUND for an unknown version, CONFLICT for one that is not READY */
  assign(change: RoleAssignment): Promise<void>;
}
