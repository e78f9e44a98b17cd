import { createPostgresPrivacyLedger } from '../../src/adapters/postgres/privacy-ledger.js';
import { privacyLedgerContract } from '../contract/privacy-ledger.contract.js';
import { openTestDatabase } from './postgres-logs.js';

const USUAL = { epsilonMilli: 2_000, delta: 1e-5 };

privacyLedgerContract('PostgreSQL', async () => {
  const { pool, close } = await openTestDatabase();
  return { open: () => createPostgresPrivacyLedger(pool, USUAL), close };
});

describe('privacy budgets in PostgreSQL', () => {
  it('note in the audit what was asked and what was refused', async () => {
    const { pool, close } = await openTestDatabase();
    try {
      const ledger = createPostgresPrivacyLedger(pool, USUAL);
      const question = { fact: 'clicks' };
      for (const epsilonMilli of [1_500, 1_000])
        await ledger.spend({ recipient: 'lab', cost: { epsilonMilli, delta: 0 }, question, actor: 'ann', at: 7 });
      await ledger.allow('lab', { epsilonMilli: 9_000, delta: 0 }, { actor: 'bob', reason: 'a study', at: 8 });
      const { rows } = await pool.query(
        `SELECT actor, action, subject, after->>'fact' AS fact, after->>'reason' AS reason FROM audit ORDER BY id`,
      );
      expect(rows).toEqual([
        { actor: 'ann', action: 'privateReport', subject: 'lab', fact: 'clicks', reason: null },
        { actor: 'ann', action: 'privateReportRefused', subject: 'lab', fact: 'clicks', reason: null },
        { actor: 'bob', action: 'setPrivacyBudget', subject: 'lab', fact: null, reason: 'a study' },
      ]);
    } finally {
      await close();
    }
  });
});
