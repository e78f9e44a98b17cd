import { createPostgresTriggerStore } from '../../src/adapters/postgres/trigger-store.js';
import { triggerStoreContract } from '../contract/trigger-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.pool.query('TRUNCATE triggers, trigger_standings, trigger_firings, trigger_crossings'));
afterAll(() => database.close());

triggerStoreContract('PostgreSQL', () => createPostgresTriggerStore(database.pool));
