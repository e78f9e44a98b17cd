import { createPostgresBlockStore } from '../../src/adapters/postgres/block-store.js';
import { blockStoreContract } from '../contract/block-store.contract.js';
import { openTestDatabase, type OpenTestDatabase } from '../support/postgres-database.js';

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.pool.query('TRUNCATE blocks'));
afterAll(() => database.close());

blockStoreContract('PostgreSQL', () => createPostgresBlockStore(database.pool));
