import { type Pool, type PoolClient } from 'pg';
import { type PrivacyCost } from '../../core/evaluation/private-analysis/mechanism.js';
import { type PrivacyBudget, type PrivacyLedger, type PrivacySpend } from '../../ports/privacy-ledger.js';
import { noteAudit } from './audit.js';
import { inTransaction } from './transaction.js';

const BUDGET = `
  SELECT round(b.epsilon * 1000)::float8 AS "totalEpsilon", b.delta AS "totalDelta",
         coalesce(round(sum(s.epsilon) * 1000), 0)::float8 AS "spentEpsilon", coalesce(sum(s.delta), 0)::float8 AS "spentDelta"
    FROM privacy_budgets b LEFT JOIN privacy_spends s ON s.recipient = b.recipient WHERE b.recipient = $1 GROUP BY b.recipient`;
/** Sums of small floats. */
const ROUNDING = 1 + 1e-9;

/** Budgets in PostgreSQL; who has none has `usual`. */
export function createPostgresPrivacyLedger(pool: Pool, usual: PrivacyCost): PrivacyLedger {
  return {
    budget: (recipient) => inTransaction(pool, (client) => locked(client, recipient, usual)),
    spend: (wanted) => inTransaction(pool, (client) => spend(client, wanted, usual)),
    allow: (recipient, total, { actor, reason, at }) =>
      inTransaction(pool, async (client) => {
        const before = await locked(client, recipient, usual);
        await client.query('UPDATE privacy_budgets SET epsilon = $2, delta = $3 WHERE recipient = $1', [
          recipient,
          total.epsilonMilli / 1000,
          total.delta,
        ]);
        await noteAudit(client, {
          at,
          actor,
          action: 'setPrivacyBudget',
          subject: recipient,
          before: before.total,
          after: { ...total, reason },
        });
        return { ...before, total };
      }),
  };
}

/** The budget, locked for the transaction: whoever spends next waits. */
async function locked(client: PoolClient, recipient: string, usual: PrivacyCost): Promise<PrivacyBudget> {
  await client.query('INSERT INTO privacy_budgets (recipient, epsilon, delta) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    recipient,
    usual.epsilonMilli / 1000,
    usual.delta,
  ]);
  await client.query('SELECT FROM privacy_budgets WHERE recipient = $1 FOR UPDATE', [recipient]);
  const { rows } = await client.query<Record<'totalEpsilon' | 'totalDelta' | 'spentEpsilon' | 'spentDelta', number>>(BUDGET, [recipient]);
  const { totalEpsilon, totalDelta, spentEpsilon, spentDelta } = rows[0];
  return {
    recipient,
    total: { epsilonMilli: totalEpsilon, delta: totalDelta },
    spent: { epsilonMilli: spentEpsilon, delta: spentDelta },
  };
}

async function spend(
  client: PoolClient,
  { recipient, cost, question, actor, at }: PrivacySpend,
  usual: PrivacyCost,
): Promise<{ isGranted: boolean; budget: PrivacyBudget }> {
  const before = await locked(client, recipient, usual);
  const { total, spent } = before;
  const after = { epsilonMilli: spent.epsilonMilli + cost.epsilonMilli, delta: spent.delta + cost.delta };
  const isGranted = after.epsilonMilli <= total.epsilonMilli && after.delta <= total.delta * ROUNDING;
  if (isGranted)
    await client.query('INSERT INTO privacy_spends (recipient, at, epsilon, delta, question) VALUES ($1, $2, $3, $4, $5::jsonb)', [
      recipient,
      at,
      cost.epsilonMilli / 1000,
      cost.delta,
      JSON.stringify(question),
    ]);
  const action = isGranted ? 'privateReport' : 'privateReportRefused';
  await noteAudit(client, { at, actor, action, subject: recipient, before: spent, after: { ...question, cost } });
  return { isGranted, budget: isGranted ? { ...before, spent: after } : before };
}
