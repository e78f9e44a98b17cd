import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';
import { type Secrets } from '../../ports/secrets.js';
import { asUnavailable } from './faults.js';

const BYTES = 32;

/** Secrets in one table. Of several processes that ask first at once, the bytes of one are kept and all read those. */
export function createPostgresSecrets(pool: Pool): Secrets {
  return {
    async get(name) {
      try {
        await pool.query('INSERT INTO secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [name, randomBytes(BYTES)]);
        const { rows } = await pool.query<{ secret: Buffer }>('SELECT secret FROM secrets WHERE name = $1', [name]);
        return rows[0].secret;
      } catch (error) {
        throw asUnavailable(error);
      }
    },
  };
}
