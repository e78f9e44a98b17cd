import { type Pool, type PoolClient } from 'pg';
import { AppError, shown } from '../../core/errors.js';
import { type Experiment } from '../../core/requests/experiments/experiment.js';
import { inNextPhase } from '../../core/requests/experiments/transitions.js';
import { type ExperimentAct, type ExperimentStore } from '../../ports/experiment-store.js';
import { noteAudit } from './audit.js';
import { asUnavailable } from './faults.js';
import { notifyOf } from './notice-channels.js';
import { teamClicks } from './team-clicks.js';
import { inTransaction } from './transaction.js';

const READ = 'SELECT definition FROM experiments';
/** Of every surface that runs an experiment, the settings that are active there: home's where it has none of its own. */
const ACTIVE = `
  SELECT s.surface, a.surface || '@' || a.version AS config
    FROM (SELECT DISTINCT unnest($1::text[]) AS surface) s
    JOIN LATERAL (SELECT c.surface, c.version FROM ranking_configs c WHERE c.status = 'ACTIVE' AND c.surface IN (s.surface, 'home')
                   ORDER BY c.surface = s.surface DESC LIMIT 1) a ON true`;

/** Experiments in PostgreSQL. Changes are rare, so each has the table to itself. */
export function createPostgresExperimentStore(pool: Pool): ExperimentStore {
  const select = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> => {
    const { rows } = await pool.query<Row>({ text, values }).catch((error: unknown) => {
      throw asUnavailable(error);
    });
    return rows;
  };
  const alone = <T>(work: (client: PoolClient) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (client) => {
      await client.query('LOCK TABLE experiments IN SHARE ROW EXCLUSIVE MODE');
      return work(client);
    });
  return {
    async list(status) {
      const rows = await select<{ definition: Experiment }>(`${READ} WHERE $1::text IS NULL OR status = $1 ORDER BY created_at DESC, key`, [
        status,
      ]);
      return rows.map(({ definition }) => definition);
    },
    async get(key) {
      const [row] = await select<{ definition: Experiment }>(`${READ} WHERE key = $1`, [key]);
      return row?.definition ?? null;
    },
    create: (experiment, actor) => alone((client) => create(client, experiment, actor)),
    change: (key, act, decide) => alone((client) => change(client, key, act, decide)),
    async openPhases(at) {
      const running = (await select<{ definition: Experiment }>(`${READ} WHERE status = 'RUNNING'`)).map(({ definition }) => definition);
      if (running.length === 0) return [];
      const configs = await select<ActiveRow>(ACTIVE, [running.map(({ surface }) => surface)]);
      return movedOn(running, configs, at).length === 0 ? [] : alone((client) => openPhases(client, at));
    },
    async keepArms(arms) {
      await select('INSERT INTO kept_arms SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING', [
        arms.map(({ userId }) => userId),
        arms.map(({ entry }) => entry),
        arms.map(({ variant }) => variant),
      ]);
    },
    teamClicks: (experiment, phase, from, to) => teamClicks(pool, { experiment, phase, from, to }),
  };
}

interface ActiveRow {
  surface: string;
  config: string;
}

async function readAll(client: PoolClient, where: string, values: unknown[] = []): Promise<Experiment[]> {
  const { rows } = await client.query<{ definition: Experiment }>(`${READ} WHERE ${where} ORDER BY key`, values);
  return rows.map(({ definition }) => definition);
}

async function activeConfigs(client: PoolClient, surfaces: string[]): Promise<ActiveRow[]> {
  return (await client.query<ActiveRow>(ACTIVE, [surfaces])).rows;
}

/** What of an experiment the audit shows. */
const audited = ({ buckets: _, ...experiment }: Experiment): object => experiment;

async function note(
  client: PoolClient,
  key: string,
  { action, actor, at }: ExperimentAct,
  before: Experiment | null,
  after: Experiment,
): Promise<void> {
  await noteAudit(client, { at, actor, action, subject: key, before: before && audited(before), after: audited(after) });
  await client.query(notifyOf('experiments'));
}

async function create(client: PoolClient, experiment: Experiment, actor: string): Promise<void> {
  const { key, status, surface, createdAt } = experiment;
  const text = `INSERT INTO experiments (key, status, surface, definition, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`;
  const { rowCount } = await client.query(text, [key, status, surface, experiment, createdAt]);
  if (rowCount === 0)
    throw new AppError(
      'CONFLICT',
      `there is an experiment ${shown(key)} already; its key stays taken, so that no log is read as another's`,
    );
  await note(client, key, { action: 'createExperiment', actor, at: createdAt }, null, experiment);
}

async function put(client: PoolClient, { key, kind, layer, status, buckets }: Experiment, definition: Experiment): Promise<void> {
  await client.query('UPDATE experiments SET status = $2, definition = $3 WHERE key = $1', [key, status, definition]);
  await client.query('DELETE FROM experiment_buckets WHERE experiment = $1', [key]);
  if (status !== 'RUNNING') await client.query(`DELETE FROM kept_arms WHERE split_part(entry, '__', 1) = $1`, [key]);
  if (status !== 'RUNNING' || kind === 'HOLDOUT') return;
  await client.query('INSERT INTO experiment_buckets (layer, bucket, experiment) SELECT $1, unnest($2::int[]), $3', [layer, buckets, key]);
}

async function change(
  client: PoolClient,
  key: string,
  act: ExperimentAct,
  decide: Parameters<ExperimentStore['change']>[2],
): Promise<Experiment | null> {
  const [now] = await readAll(client, 'key = $1', [key]);
  if (!now) throw new AppError('NOT_FOUND', `there is no experiment ${shown(key)}`);
  const running = await readAll(client, `status = 'RUNNING' AND key <> $1`, [key]);
  const [active] = await activeConfigs(client, [now.surface]);
  const next = decide(now, { running, config: active?.config ?? '', at: act.at });
  if (next === null) return null;
  await put(client, next, next);
  await note(client, key, act, now, next);
  return next;
}

function movedOn(running: readonly Experiment[], configs: readonly ActiveRow[], at: number): { before: Experiment; after: Experiment }[] {
  const configOf = new Map(configs.map(({ surface, config }) => [surface, config]));
  return running.flatMap((before) => {
    const config = configOf.get(before.surface);
    const after = config === undefined ? null : inNextPhase(before, config, at);
    return after ? [{ before, after }] : [];
  });
}

async function openPhases(client: PoolClient, at: number): Promise<string[]> {
  const running = await readAll(client, `status = 'RUNNING'`);
  const moved = movedOn(running, await activeConfigs(client, running.map(({ surface }) => surface)), at); // prettier-ignore
  for (const { before, after } of moved) {
    await client.query('UPDATE experiments SET definition = $2 WHERE key = $1', [after.key, after]);
    await note(client, after.key, { action: 'openExperimentPhase', actor: 'imago', at }, before, after);
  }
  return moved.map(({ after }) => after.key);
}
