import { type Pool } from 'pg';
import { type ArtefactStore } from '../../ports/artefact-store.js';
import { asUnavailable } from './database.js';

/** Artefacts in one table. */
export function createPostgresArtefactStore(pool: Pool): ArtefactStore {
  return {
    async put(name, bytes) {
      const sql = `INSERT INTO artefacts (name, bytes, saved_at) VALUES ($1, $2, now())
                   ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, saved_at = excluded.saved_at`;
      await pool.query(sql, [name, Buffer.from(bytes)]).catch((error: unknown) => {
        throw asUnavailable(error);
      });
    },
    async get(name) {
      const { rows } = await pool
        .query<{ bytes: Buffer }>('SELECT bytes FROM artefacts WHERE name = $1', [name])
        .catch((error: unknown) => {
          throw asUnavailable(error);
        });
      return rows.length === 0 ? null : new Uint8Array(rows[0].bytes);
    },
  };
}
