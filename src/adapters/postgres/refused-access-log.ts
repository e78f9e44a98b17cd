import { type Pool } from 'pg';
import { type RefusedAccessLog } from '../../ports/refused-access.js';
import { noteAudit } from './audit.js';

/** Refused access among all that is audited. */
export function createPostgresRefusedAccessLog(pool: Pool): RefusedAccessLog {
  return {
    note: ({ at, actor, subject, ...after }) => noteAudit(pool, { at, actor, action: 'accessRefused', subject, before: null, after }),
  };
}
