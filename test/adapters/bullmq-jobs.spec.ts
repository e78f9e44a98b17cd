import { Client } from 'pg';
import { createBullMqJobs } from '../../src/adapters/bullmq/jobs.js';
import { jobsContract } from '../contract/jobs.contract.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const log = keptLog();
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

jobsContract('BullMQ on PostgreSQL', {
  open: () => createBullMqJobs({ connectionString: database.url, log }),
  cut: async () => {
    const client = new Client(database.url);
    await client.connect();
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await client.end();
  },
  log,
});

describe('jobs on BullMQ', () => {
  it('rejects and leaves nothing open when the database cannot be reached', async () => {
    const url = new URL(database.url);
    url.port = '1';
    await expect(createBullMqJobs({ connectionString: url.href, log })).rejects.toThrow('ECONNREFUSED');
  });
});
