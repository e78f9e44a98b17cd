import { type AuditEntry } from '../../ports/settings-store.js';

/** What somebody changed; what was before and after as objects. */
export type AuditNote = Pick<AuditEntry, 'at' | 'actor' | 'action' | 'subject'> & { before: object | null; after: object | null };

const NOTE = 'INSERT INTO audit (at, actor, action, subject, before, after) VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb)';

const json = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

/** Note a change in the transaction that makes it. */
export async function noteAudit(
  client: { query(text: string, values: unknown[]): Promise<unknown> },
  { at, actor, action, subject, before, after }: AuditNote,
): Promise<void> {
  await client.query(NOTE, [at, actor, action, subject, json(before), json(after)]);
}
