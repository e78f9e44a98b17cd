import { type Pool } from 'pg';
import { type ArtefactStore } from '../../ports/artefact-store.js';
import { asUnavailable } from './database.js';

/** Artefacts in one table. */
export function createPostgresArtefactStore(pool: Pool): ArtefactStore {
  return {
    async put(name, bytes) {
      const sql = `INSERT INTO artefacts (name, bytes, saved_at) VALUES ($1, $2, now())
                   ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes, saved_at = excluded.saved_at`;
      await pool.query(sql, [name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)]).catch((error: unknown) => {
        throw asUnavailable(error);
      });
    },
    async get(name) {
      // All is sent as text: in base64 it is a third longer than the bytes, in the usual way twice as long, and artefacts of large shops are large.
      const { rows } = await pool
        .query<{ text: string }>("SELECT encode(bytes, 'base64') AS text FROM artefacts WHERE name = $1", [name])
        .catch((error: unknown) => {
          throw asUnavailable(error);
        });
      return rows.length === 0 ? null : Buffer.from(rows[0].text, 'base64');
    },
  };
}
