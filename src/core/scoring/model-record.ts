import { type ModelManifest } from './intent-model.js';

export type ModelStatus = 'VALIDATING' | 'REJECTED' | 'READY' | 'QUARANTINED';
export type ModelRole = 'CHAMPION' | 'SHADOW';

/** Checks of the gate, in the order they run. */
export const MODEL_CHECKS = [
  'PARSE', 'VERSION', 'EXTERNAL_DATA', 'OPERATOR', 'LIMIT', 'SHAPE', 'SIGNATURE', 'FEATURE', 'LOAD', 'GOLDEN', 'FINITE', 'RANGE', 'CONSTANT', 'DETERMINISTIC',
  'BATCH', 'PERMUTATION', 'FUNNEL', 'MONOTONE', 'CALIBRATION', 'LATENCY', 'MEMORY', 'REPLAY',
] as const; // prettier-ignore
export type ModelCheckName = (typeof MODEL_CHECKS)[number];

/** What one check found. */
export interface ModelCheck {
  name: ModelCheckName;
  passed: boolean;
  /** Does not block READY. */
  advisory: boolean;
  /** For people: what was found, and what is allowed. */
  detail: string;
  value?: number;
  limit?: number;
}

/** One uploaded version. Its manifest and bytes never change. Times are epoch ms. */
export interface ModelRecord {
  name: string;
  version: string;
  status: ModelStatus;
  /** Hex, of the file. */
  sha256: string;
  sizeBytes: number;
  uploadedBy: string;
  uploadedAt: number;
  manifest: ModelManifest;
  checks: ModelCheck[];
}

/** One entry of the history of roles, which only grows. */
export interface RoleChange {
  at: number;
  role: ModelRole;
  /** Null: everywhere. */
  surface: string | null;
  /** Null: taken away. */
  version: string | null;
  actor: string;
  reason: string;
}
