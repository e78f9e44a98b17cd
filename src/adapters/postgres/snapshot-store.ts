import { type Pool } from 'pg';
import { type SnapshotStore } from '../../ports/snapshot-store.js';
import { asUnavailable } from './faults.js';

/** Most bytes and rows of one statement: bytes travel in hexadecimal, so that memory for a while holds them three times. */
const BATCH_BYTES = 4_194_304;
const BATCH_ROWS = 1_000;

const SAVE = `
  INSERT INTO user_states (user_id, state, saved_at)
  SELECT user_id, state, (extract(epoch FROM now()) * 1000)::bigint FROM unnest($1::text[], $2::bytea[]) AS given (user_id, state)
  ON CONFLICT (user_id) DO UPDATE SET state = excluded.state, saved_at = excluded.saved_at`;

/** Split into batches in the order of ids, in which every process then locks the rows: so none waits for another that waits for it. */
function* inBatches(snapshots: Map<string, Uint8Array>): Iterable<[userIds: string[], states: Uint8Array[]]> {
  let userIds: string[] = [];
  let states: Uint8Array[] = [];
  let bytes = 0;
  for (const userId of [...snapshots.keys()].sort()) {
    const state = snapshots.get(userId)!;
    if (userIds.length === BATCH_ROWS || (userIds.length > 0 && bytes + state.length > BATCH_BYTES)) {
      yield [userIds, states];
      [userIds, states, bytes] = [[], [], 0];
    }
    userIds.push(userId);
    states.push(state);
    bytes += state.length;
  }
  if (userIds.length > 0) yield [userIds, states];
}

/** Snapshots in one table, a row a user. */
export function createPostgresSnapshotStore(pool: Pool): SnapshotStore {
  return {
    async load(userIds) {
      const query = { name: 'snapshots-load', text: 'SELECT user_id, state FROM user_states WHERE user_id = ANY($1)', values: [userIds] };
      const { rows } = await pool.query<{ user_id: string; state: Buffer }>(query).catch((error: unknown) => {
        throw asUnavailable(error);
      });
      return new Map(rows.map(({ user_id, state }) => [user_id, state]));
    },
    async remove(userIds) {
      await pool
        .query({ name: 'snapshots-remove', text: 'DELETE FROM user_states WHERE user_id = ANY($1)', values: [userIds] })
        .catch((error: unknown) => {
          throw asUnavailable(error);
        });
    },
    async save(snapshots) {
      try {
        for (const values of inBatches(snapshots)) await pool.query({ name: 'snapshots-save', text: SAVE, values });
      } catch (error) {
        throw asUnavailable(error);
      }
    },
  };
}
