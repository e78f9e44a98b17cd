import { createPostgresExperimentStore } from '../../src/adapters/postgres/experiment-store.js';
import { createPostgresSettingsStore } from '../../src/adapters/postgres/settings-store.js';
import { assign, assignmentTable } from '../../src/core/requests/experiments/assignment.js';
import { assignable } from '../../src/core/requests/experiments/experiment.js';
import { started } from '../../src/core/requests/experiments/transitions.js';
import { DEFAULT_SETTINGS } from '../../src/core/settings-defaults.js';
import { experimentStoreContract } from '../contract/experiment-store.contract.js';
import { anExperiment } from '../core/requests/experiments/an-experiment.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
const settings = () => createPostgresSettingsStore(database.dataSource, () => 1_000);
const store = () => createPostgresExperimentStore(database.pool);

async function activate(): Promise<void> {
  const [active] = await settings().active();
  const draft = { surface: 'home', baseVersion: active?.version ?? null, settings: DEFAULT_SETTINGS, author: 'ann' };
  const { version } = await settings().createDraft(draft);
  await settings().activate('home', version, 'ann', 'try');
}

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE experiments, experiment_buckets, kept_arms, surfaces, ranking_configs, audit');
  await activate();
  await database.pool.query('TRUNCATE audit');
});
afterAll(() => database.close());

experimentStoreContract('PostgreSQL', () => ({
  store: store(),
  audit: async () => (await settings().audit(500, null)).reverse().filter(({ subject }) => !subject.includes('@')),
  activate,
}));

/** The arm of every id as a query finds it: the owner of its bucket, then the arm whose part of the line holds its place. */
const ARMS_IN_SQL = `
  SELECT id, e.key AS experiment, arm.key AS variant
    FROM unnest($1::text[]) AS id
    JOIN experiment_buckets b ON b.layer = $2 AND b.bucket = experiment_bucket($2, id)
    JOIN experiments e ON e.key = b.experiment
    JOIN LATERAL (
      SELECT v.value ->> 'key' AS key, sum((v.value ->> 'weight')::float8) OVER (ORDER BY v.place) AS high, v.place
        FROM jsonb_array_elements(e.definition -> 'variants') WITH ORDINALITY AS v(value, place)
    ) arm ON experiment_place(e.key, id) < arm.high
   WHERE NOT EXISTS (SELECT FROM (
      SELECT sum((v.value ->> 'weight')::float8) OVER (ORDER BY v.place) AS high, v.place
        FROM jsonb_array_elements(e.definition -> 'variants') WITH ORDINALITY AS v(value, place)) before
     WHERE before.place < arm.place AND experiment_place(e.key, id) < before.high)`;

describe('assignment in the database', () => {
  it('gives 10,000 users of two experiments of a layer the arms that the service gives them', async () => {
    const thirds = [0.2, 0.3, 0.5].map((weight, i) => ({ key: `arm-${i}`, weight, patch: null, configVersion: null, modelVersion: null }));
    for (const [key, change] of [['one', { coverage: 0.35 }], ['two', { coverage: 0.5, variants: thirds }]] as const) {
      await store().create(anExperiment({ key, ...change }), 'ann');
      await store().change(key, { action: 'startExperiment', actor: 'ann', at: 1 }, started);
    } // prettier-ignore
    const ids = Array.from({ length: 10_000 }, (_, i) =>
      i % 3 === 0 ? `user-${i}` : i % 3 === 1 ? `買い手-${i}` : `\u0001web\u0001😀${i}`,
    );
    const { rows } = await database.pool.query<{ id: string; experiment: string; variant: string }>(ARMS_IN_SQL, [ids, 'ranking']);
    const table = assignmentTable((await store().list('RUNNING')).map(assignable));
    const bySql = new Map(rows.map(({ id, experiment, variant }) => [id, `${experiment} ${variant}`]));
    const others = ids.filter((id) => {
      const [mine] = assign(table, { id, isInSegment: () => true });
      return bySql.get(id) !== (mine && `${mine.experiment} ${mine.variant}`);
    });
    expect(others).toEqual([]);
    expect(rows.length).toBeGreaterThan(8_000);
    expect(rows.length).toBeLessThan(9_000);
  });
});
