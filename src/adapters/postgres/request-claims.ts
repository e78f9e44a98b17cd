import { hash } from 'node:crypto';
import { type Pool, type PoolClient } from 'pg';
import { type RequestClaim, type RequestReplay } from '../../ports/exposure-log.js';
import { arrayParameters, type Column, column, insertRows } from './binary-arrays.js';
import { asUnavailable } from './faults.js';

/** How long an answer is given again. */
const CLAIM_MS = 120_000;

/** A claim under the key of its request id: the first half of its sha256. */
export interface KeyedClaim extends RequestClaim {
  key: string;
}

export const keyOfRequest = (requestId: string): string => hash('sha256', requestId, 'hex').slice(0, 32);

interface ClaimRow {
  claim: KeyedClaim;
  expiresAt: number;
}

const CLAIM_COLUMNS: readonly Column<ClaimRow>[] = [
  column('key', 'uuid', ({ claim }) => claim.key),
  column('input_hash', 'text', ({ claim }) => claim.inputHash),
  column('answer', 'text', ({ claim }) => claim.answer),
  column('expires_at', 'instant', ({ expiresAt }) => expiresAt),
];

const TAKE = `
  ${insertRows('request_claims', CLAIM_COLUMNS, 1)}
  ON CONFLICT (key) DO UPDATE SET input_hash = excluded.input_hash, answer = excluded.answer, expires_at = excluded.expires_at
    WHERE request_claims.expires_at <= $${CLAIM_COLUMNS.length + 1}
  RETURNING replace(key::text, '-', '')`;

/**
 * Take claims, each key once, within a transaction; expired ones may be taken over.
 *
 * @returns the keys that were had. Of the others the row stays locked until the transaction ends, so that it can be read.
 */
export async function takeClaims(client: PoolClient, claims: readonly KeyedClaim[], now: number): Promise<Set<string>> {
  // In one order everywhere, so that two processes do not wait for each other.
  const rows = [...claims].sort((a, b) => (a.key < b.key ? -1 : 1)).map((claim): ClaimRow => ({ claim, expiresAt: now + CLAIM_MS }));
  const taken = await client.query<[string]>({
    name: 'claims-take',
    text: TAKE,
    values: [...arrayParameters(CLAIM_COLUMNS, rows), new Date(now)],
    rowMode: 'array',
  });
  return new Set(taken.rows.map(([key]) => key));
}

type KeptClaim = Pick<RequestClaim, 'inputHash' | 'answer'>;

/** What is kept for keys, expired or not. */
export async function readClaims(client: PoolClient, keys: readonly string[]): Promise<Map<string, KeptClaim>> {
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<[string, string, string]>({
    name: 'claims-read',
    text: `SELECT replace(key::text, '-', ''), input_hash, answer FROM request_claims WHERE key = ANY($1::uuid[])`,
    values: [keys],
    rowMode: 'array',
  });
  return new Map(rows.map(([key, inputHash, answer]) => [key, { inputHash, answer }]));
}

/** What a claim that was taken means for a request with this input. */
export const replayOf = (kept: KeptClaim, inputHash: string): Exclude<RequestReplay, { status: 'unknown' }> =>
  kept.inputHash === inputHash ? { status: 'replay', answer: kept.answer } : { status: 'conflict' };

/** What is kept for a request id and has not expired. */
export async function findClaim(pool: Pool, requestId: string, inputHash: string, now: number): Promise<RequestReplay> {
  const { rows } = await pool
    .query<[string, string]>({
      name: 'claims-find',
      text: 'SELECT input_hash, answer FROM request_claims WHERE key = $1 AND expires_at > $2',
      values: [keyOfRequest(requestId), new Date(now)],
      rowMode: 'array',
    })
    .catch((error: unknown) => {
      throw asUnavailable(error);
    });
  return rows.length === 0 ? { status: 'unknown' } : replayOf({ inputHash: rows[0][0], answer: rows[0][1] }, inputHash);
}

/** Delete answers that are not given again. */
export async function purgeExpiredClaims(pool: Pool, now: number = Date.now()): Promise<void> {
  await pool.query('DELETE FROM request_claims WHERE expires_at <= $1', [new Date(now)]).catch((error: unknown) => {
    throw asUnavailable(error);
  });
}
