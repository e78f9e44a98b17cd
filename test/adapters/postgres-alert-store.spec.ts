import { createPostgresAlertStore } from '../../src/adapters/postgres/alert-store.js';
import { alertStoreContract } from '../contract/alert-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.pool.query('TRUNCATE alerts, alert_calls, audit'));
afterAll(() => database.close());

const store = () => createPostgresAlertStore(database.pool);
alertStoreContract('PostgreSQL', store);

it('writes who changed a rule, and who acknowledged an alert, into the audit', async () => {
  const [rule] = await store().rules();
  const changed = { ...rule, threshold: 0.5, updatedAt: 5 };
  await store().saveRule(changed, 'ann', 100);
  const id = 'alert-of-the-audit';
  await store().open({ id, rule: changed, value: 1, detail: 'x', baseline: null, openedAt: 6 }, null);
  await store().acknowledge(id, { actor: 'bob', note: 'seen', at: 7 });
  const { rows } = await database.pool.query('SELECT actor, action, subject, before, after FROM audit ORDER BY id');
  expect(rows).toEqual([
    { actor: 'ann', action: 'saveAlertRule', subject: rule.id, before: rule, after: changed },
    { actor: 'bob', action: 'acknowledgeAlert', subject: id, before: null, after: { rule: rule.id, note: 'seen' } },
  ]);
});
