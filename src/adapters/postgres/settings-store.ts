import { type DataSource, type EntityManager, LessThan } from 'typeorm';
import { AppError, shown } from '../../core/errors.js';
import { type RankingConfig } from '../../core/settings.js';
import { type AuditEntry, type SettingsStore } from '../../ports/settings-store.js';
import { AuditEntryEntity, RankingConfigEntity } from './entities.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { notifyOf } from './notice-channels.js';

/** Versions of settings in PostgreSQL. Every change locks the row of its surface first, so that changes of one surface follow one another. */
export function createPostgresSettingsStore(dataSource: DataSource, clock: () => number): SettingsStore {
  const configs = dataSource.getRepository(RankingConfigEntity);
  const change = <T>(work: (manager: EntityManager) => Promise<T>): Promise<T> =>
    available(
      dataSource.transaction(async (manager) => {
        const result = await work(manager);
        await manager.query(notifyOf('settings'));
        return result;
      }),
    );
  return {
    list: (surface, first) => available(configs.find({ where: { surface }, order: { version: 'DESC' }, take: first })),
    get: (surface, version) => available(configs.findOneBy({ surface, version })),
    active: () => available(configs.find({ where: { status: 'ACTIVE' }, order: { surface: 'ASC' } })),
    createDraft: (draft) => change((manager) => createDraft(manager, draft, clock())),
    activate: (surface, version, actor, reason) => change((manager) => activate(manager, surface, version, { actor, reason, at: clock() })),
    rollback: (surface, actor, reason) => change((manager) => rollback(manager, surface, { actor, reason, at: clock() })),
    audit: (first, after) => available(readAudit(dataSource, first, after)),
  };
}

/** Who changes something, why and when. */
interface Change {
  actor: string;
  reason: string;
  at: number;
}

async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw asUnavailable(error);
  }
}

const subjectOf = (surface: string, version: number): string => `${surface}@${version}`;

const NEXT_VERSION = `
  INSERT INTO surfaces (surface, last_version) VALUES ($1, 1)
  ON CONFLICT (surface) DO UPDATE SET last_version = surfaces.last_version + 1
  RETURNING last_version`;

async function createDraft(manager: EntityManager, draft: Parameters<SettingsStore['createDraft']>[0], at: number): Promise<RankingConfig> {
  const { surface, baseVersion, settings, author } = draft;
  const [{ last_version: version }] = await manager.query<[{ last_version: number }]>(NEXT_VERSION, [surface]);
  const config: RankingConfig = {
    surface,
    version,
    baseVersion,
    status: 'DRAFT',
    settings,
    author,
    reason: null,
    createdAt: at,
    activatedAt: null,
  };
  await manager.insert(RankingConfigEntity, config);
  const after = { version, baseVersion, settings };
  await noteAudit(manager, { at, actor: author, action: 'createRankingConfig', subject: subjectOf(surface, version), before: null, after });
  return config;
}

/** Versions activated and not rolled back, the active one last; the surface stays locked until the transaction ends. */
async function lockedStack(manager: EntityManager, surface: string): Promise<number[]> {
  const rows = await manager.query<{ active_versions: number[] }[]>('SELECT active_versions FROM surfaces WHERE surface = $1 FOR UPDATE', [
    surface,
  ]);
  return rows.length === 0 ? [] : rows[0].active_versions;
}

const versionOrNone = (version: number | null): string => (version === null ? 'no version' : `version ${version}`);

async function activate(manager: EntityManager, surface: string, version: number, change: Change): Promise<RankingConfig> {
  const stack = await lockedStack(manager, surface);
  const draft = await manager.findOneBy(RankingConfigEntity, { surface, version });
  if (draft === null) throw new AppError('NOT_FOUND', `the surface ${shown(surface)} has no version ${version}`);
  if (draft.status !== 'DRAFT') {
    throw new AppError('CONFLICT', `version ${version} of ${shown(surface)} is ${draft.status}; only a DRAFT can be activated`);
  }
  const active = stack.at(-1) ?? null;
  if (draft.baseVersion !== active) {
    const base = `version ${version} of ${shown(surface)} was made from ${versionOrNone(draft.baseVersion)}`;
    throw new AppError('CONFLICT', `${base}, but ${versionOrNone(active)} is active now: make a new draft from that`);
  }
  return replaceActive(manager, {
    surface,
    from: active,
    to: version,
    stack: [...stack, version],
    action: 'activateRankingConfig',
    change,
  });
}

async function rollback(manager: EntityManager, surface: string, change: Change): Promise<RankingConfig> {
  const stack = await lockedStack(manager, surface);
  const [before, active] = [stack.at(-2), stack.at(-1)];
  if (before === undefined || active === undefined) {
    throw new AppError('CONFLICT', `the surface ${shown(surface)} has no version that was active before ${versionOrNone(active ?? null)}`);
  }
  return replaceActive(manager, { surface, from: active, to: before, stack: stack.slice(0, -1), action: 'rollbackRankingConfig', change });
}

interface Replacement {
  surface: string;
  from: number | null;
  to: number;
  stack: number[];
  action: string;
  change: Change;
}

async function replaceActive(manager: EntityManager, { surface, from, to, stack, action, change }: Replacement): Promise<RankingConfig> {
  const { actor, reason, at } = change;
  if (from !== null) await manager.update(RankingConfigEntity, { surface, version: from }, { status: 'RETIRED' });
  await manager.update(RankingConfigEntity, { surface, version: to }, { status: 'ACTIVE', reason, activatedAt: at });
  await manager.query('UPDATE surfaces SET active_versions = $2 WHERE surface = $1', [surface, stack]);
  await noteAudit(manager, {
    at,
    actor,
    action,
    subject: subjectOf(surface, to),
    before: { activeVersion: from },
    after: { activeVersion: to, reason },
  });
  return manager.findOneByOrFail(RankingConfigEntity, { surface, version: to });
}

async function readAudit(dataSource: DataSource, first: number, after: string | null): Promise<AuditEntry[]> {
  if (after !== null && !/^\d{1,18}$/.test(after)) {
    const message = `after must be the id of an audit entry, not ${shown(after)}`;
    throw new AppError('INVALID_INPUT', message, [{ path: 'after', code: 'INVALID_ID', message }]);
  }
  const where = after === null ? {} : { id: LessThan(after) };
  return dataSource.getRepository(AuditEntryEntity).find({ where, order: { id: 'DESC' }, take: first });
}
