import { EntitySchema, type ValueTransformer } from 'typeorm';
import { type RankingConfig } from '../../core/settings.js';
import { type AuditEntry } from '../../ports/settings-store.js';

/** pg gives bigint as text; times fit a number. */
const epochMs: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/** Versions of ranking settings. Described here rather than by decorators, so that the core's types stay plain. */
export const RankingConfigEntity = new EntitySchema<RankingConfig>({
  name: 'RankingConfig',
  tableName: 'ranking_configs',
  columns: {
    surface: { type: 'text', primary: true },
    version: { type: 'int', primary: true },
    baseVersion: { name: 'base_version', type: 'int', nullable: true },
    status: { type: 'text' },
    settings: { type: 'jsonb' },
    author: { type: 'text' },
    reason: { type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'bigint', transformer: epochMs },
    activatedAt: { name: 'activated_at', type: 'bigint', nullable: true, transformer: epochMs },
  },
});

export const AuditEntryEntity = new EntitySchema<AuditEntry>({
  name: 'AuditEntry',
  tableName: 'audit',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' },
    at: { type: 'bigint', transformer: epochMs },
    actor: { type: 'text' },
    action: { type: 'text' },
    subject: { type: 'text' },
    before: { type: 'jsonb', nullable: true },
    after: { type: 'jsonb', nullable: true },
  },
});

/** Tables that TypeORM reads and writes; all others are plain SQL. */
export const ENTITIES = [RankingConfigEntity, AuditEntryEntity];
