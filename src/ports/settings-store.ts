import { type RankingConfig, type RankingSettings } from '../core/settings.js';

export interface AuditEntry {
  id: string;
  at: number;
  actor: string;
  action: string;
  subject: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/**
 * Versions of ranking settings per surface. Guarantees: version numbers grow per surface; one version is active per surface at a time; a change and
 * its audit entry commit together; of two concurrent activations from one base exactly one wins; every change is announced as a `settings` notice.
 */
export interface SettingsStore {
  /** All versions of a surface, newest first; empty where it has none of its own. */
  list(surface: string, first: number): Promise<RankingConfig[]>;
  get(surface: string, version: number): Promise<RankingConfig | null>;
  /** The active version of every surface that has one. */
  active(): Promise<RankingConfig[]>;
  createDraft(draft: { surface: string; baseVersion: number | null; settings: RankingSettings; author: string }): Promise<RankingConfig>;
  /** Throws CONFLICT when the draft's base is not the active version, NOT_FOUND where there is no such draft. */
  activate(surface: string, version: number, actor: string, reason: string): Promise<RankingConfig>;
  /** The version active before becomes active again under its own number; as often as there is one. Throws CONFLICT at the bottom of the stack. */
  rollback(surface: string, actor: string, reason: string): Promise<RankingConfig>;
  audit(first: number, after: string | null): Promise<AuditEntry[]>;
}
