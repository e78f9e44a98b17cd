import { type Pool, type PoolClient } from 'pg';
import { AppError, shown } from '../../core/errors.js';
import { type ModelRecord, type ModelRole, type RoleChange } from '../../core/scoring/model-record.js';
import { roleStack } from '../../core/scoring/models/role-stack.js';
import { type ModelStore, type NewModel, type RoleAssignment } from '../../ports/model-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { notifyOf } from './notice-channels.js';
import { inTransaction } from './transaction.js';

export interface ModelStoreOptions {
  pool: Pool;
  /** Epoch ms. */
  clock: () => number;
}

/** A file is read in pieces, so that no answer of the database takes long to decode. */
const PIECE_BYTES = 1_048_576;
/** The author of what the service does by itself. */
const SERVICE = 'imago';

const RECORD = `
  SELECT name, version, status, sha256, size_bytes AS "sizeBytes", uploaded_by AS "uploadedBy", uploaded_at::float8 AS "uploadedAt", manifest, checks
    FROM models`;

const HISTORY = `
  SELECT at::float8 AS at, role, surface, version, actor, reason FROM model_roles WHERE name = $1 ORDER BY id`;

/** Model versions in PostgreSQL, bytes too. */
export function createPostgresModelStore({ pool, clock }: ModelStoreOptions): ModelStore {
  const select = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> => {
    const { rows } = await pool.query<Row>(sql, values).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  const change = <T>(work: (client: PoolClient) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (client) => {
      const result = await work(client);
      await client.query(notifyOf('models'));
      return result;
    });
  return {
    create: (model) => change((client) => create(client, model, clock())),
    get: async (name, version) => (await select<ModelRecord>(`${RECORD} WHERE name = $1 AND version = $2`, [name, version]))[0] ?? null,
    list: () => select<ModelRecord>(`${RECORD} ORDER BY uploaded_at DESC, name, version`),
    file: (name, version) => readFile(select, name, version),
    waiting: () => select(`SELECT name, version FROM models WHERE status = 'VALIDATING' ORDER BY uploaded_at, name, version`),
    judge: (name, version, checks, status) =>
      change(async (client) => {
        const sql = `UPDATE models SET checks = $3, status = $4 WHERE name = $1 AND version = $2 AND status = 'VALIDATING'`;
        const { rowCount } = await client.query(sql, [name, version, JSON.stringify(checks), status]);
        if (rowCount === 0) throw new AppError('CONFLICT', `${subjectOf(name, version)} does not wait to be judged`);
      }),
    quarantine: (name, version, reason) => change((client) => quarantine(client, { name, version, reason, at: clock() })),
    roleHistory: (name) => select<RoleChange>(HISTORY, [name]),
    assign: (assignment) => change((client) => assign(client, assignment, clock())),
  };
}

const subjectOf = (name: string, version: string): string => `${name}@${version}`;

async function create(client: PoolClient, model: NewModel, at: number): Promise<'created' | 'same'> {
  const { name, version, sha256, uploadedBy, manifest } = model;
  const file = Buffer.from(model.file.buffer, model.file.byteOffset, model.file.byteLength);
  const insert = `INSERT INTO models (name, version, status, sha256, size_bytes, uploaded_by, uploaded_at, manifest, file)
                  VALUES ($1, $2, 'VALIDATING', $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`;
  const { rowCount } = await client.query(insert, [name, version, sha256, file.length, uploadedBy, at, JSON.stringify(manifest), file]);
  if (rowCount === 0) {
    const sql = 'SELECT sha256 = $3 AND manifest = $4 AS same FROM models WHERE name = $1 AND version = $2';
    const { rows } = await client.query<{ same: boolean }>(sql, [name, version, sha256, JSON.stringify(manifest)]);
    if (rows[0].same) return 'same';
    throw new AppError(
      'CONFLICT',
      `version ${shown(version)} of ${shown(name)} is there with other bytes or another manifest; take a new version`,
    );
  }
  const after = { sha256, sizeBytes: file.length };
  await noteAudit(client, { at, actor: uploadedBy, action: 'uploadModel', subject: subjectOf(name, version), before: null, after });
  return 'created';
}

/** What it is must not change between two pieces, which holds since a file never changes. */
async function readFile(
  select: <Row extends object>(sql: string, values: unknown[]) => Promise<Row[]>,
  name: string,
  version: string,
): Promise<Uint8Array | null> {
  const [found] = await select<{ size: number }>('SELECT size_bytes AS size FROM models WHERE name = $1 AND version = $2', [name, version]);
  if (!found) return null;
  const file = new Uint8Array(found.size);
  for (let at = 0; at < found.size; at += PIECE_BYTES) {
    const sql = 'SELECT substring(file FROM $3 FOR $4) AS piece FROM models WHERE name = $1 AND version = $2';
    const [{ piece }] = await select<{ piece: Buffer }>(sql, [name, version, at + 1, PIECE_BYTES]);
    file.set(piece, at);
  }
  return file;
}

/** The status of a version, which stays as it is until the transaction ends. @throws AppError NOT_FOUND, or CONFLICT where it is not READY */
async function lockReady(client: PoolClient, name: string, version: string): Promise<void> {
  const sql = 'SELECT status FROM models WHERE name = $1 AND version = $2 FOR UPDATE';
  const { rows } = await client.query<{ status: string }>(sql, [name, version]);
  if (rows.length === 0) throw new AppError('NOT_FOUND', `the model ${shown(name)} has no version ${shown(version)}`);
  const [{ status }] = rows;
  if (status !== 'READY') throw new AppError('CONFLICT', `version ${shown(version)} of ${shown(name)} is ${status}; it has to be READY`);
}

/** Changes of the roles of one model follow one another. */
async function lockedHistory(client: PoolClient, name: string): Promise<RoleChange[]> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtext('model roles'), hashtext($1))`, [name]);
  return (await client.query<RoleChange>(HISTORY, [name])).rows;
}

async function append(client: PoolClient, name: string, { at, role, surface, version, actor, reason }: RoleChange): Promise<void> {
  const sql = 'INSERT INTO model_roles (name, at, role, surface, version, actor, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)';
  await client.query(sql, [name, at, role, surface, version, actor, reason]);
}

async function assign(client: PoolClient, assignment: RoleAssignment, at: number): Promise<void> {
  const { name, role, version, surface, actor, reason } = assignment;
  const history = await lockedHistory(client, name);
  if (version !== null) await lockReady(client, name, version);
  const before = { role, surface, version: roleStack(history, role, surface).at(-1) ?? null };
  await append(client, name, { at, role, surface, version, actor, reason });
  const after = { role, surface, version, reason };
  await noteAudit(client, {
    at,
    actor,
    action: 'assignModelRole',
    subject: version === null ? name : subjectOf(name, version),
    before,
    after,
  });
}

/** Where the version holds a role. */
function placesOf(history: readonly RoleChange[], version: string): { role: ModelRole; surface: string | null }[] {
  const last = new Map(history.map((change) => [JSON.stringify([change.role, change.surface]), change]));
  return [...last.values()].filter((change) => change.version === version);
}

async function quarantine(
  client: PoolClient,
  { name, version, reason, at }: { name: string; version: string; reason: string; at: number },
): Promise<void> {
  const history = await lockedHistory(client, name);
  await lockReady(client, name, version);
  await client.query(`UPDATE models SET status = 'QUARANTINED' WHERE name = $1 AND version = $2`, [name, version]);
  const ready = await client.query<{ version: string }>(`SELECT version FROM models WHERE name = $1 AND status = 'READY'`, [name]);
  const mayHold = new Set<string | null>([null, ...ready.rows.map((row) => row.version)]);
  const successors: RoleChange[] = placesOf(history, version).map(({ role, surface }) => {
    const successor = roleStack(history, role, surface).findLast((holder) => mayHold.has(holder)) ?? null;
    return { at, role, surface, version: successor, actor: SERVICE, reason: `${version} was quarantined: ${reason}` };
  });
  for (const change of successors) await append(client, name, change);
  const after = { status: 'QUARANTINED', reason, roles: successors.map(({ role, surface, version }) => ({ role, surface, version })) };
  const before = { status: 'READY' };
  await noteAudit(client, { at, actor: SERVICE, action: 'quarantineModel', subject: subjectOf(name, version), before, after });
}
