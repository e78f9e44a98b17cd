import { type Pool, type PoolClient } from 'pg';
import { type Neighbours } from '../../core/candidates/neighbours.js';
import { type NeighbourRelation, type NeighbourStore } from '../../ports/neighbour-store.js';
import { notifyOf } from './notice-channels.js';
import { inTransaction } from './transaction.js';

/** Bytes of one row; a multiple of 4, and what memory holds beside the table itself while one is written or read. */
const CHUNK_BYTES = 2_097_152;

interface TableRow {
  id: string;
  builtAt: number;
  items: number;
  pairs: number;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array | Float32Array): Buffer => Buffer.from(buffer, byteOffset, byteLength);

/** The arrays as bytes in the order of `neighbour_chunks.part`. Every platform that Node runs on here is little-endian. */
const partsOf = ({ offsets, items, weights }: Neighbours): Buffer[] => [offsets, items, weights].map(bytesOf);

/** Tables as rows of bytes. The one before the latest is kept for readers that are in the middle of it. */
export function createPostgresNeighbourStore(pool: Pool): NeighbourStore {
  const ids = new WeakMap<Neighbours, string>();
  return {
    publish: (relation, neighbours) => inTransaction(pool, (client) => write(client, relation, neighbours)),
    latest: (relation, known) => inTransaction(pool, (client) => read(client, relation, { ids, known })),
  };
}

async function write(client: PoolClient, relation: NeighbourRelation, neighbours: Neighbours): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    'INSERT INTO neighbour_tables (relation, built_at, items, pairs) VALUES ($1, $2, $3, $4) RETURNING id',
    [relation, neighbours.builtAt, neighbours.offsets.length - 1, neighbours.items.length],
  );
  for (const [part, bytes] of partsOf(neighbours).entries()) {
    for (let start = 0, place = 0; start < bytes.length; start += CHUNK_BYTES, place++) {
      const chunk = bytes.subarray(start, start + CHUNK_BYTES);
      await client.query('INSERT INTO neighbour_chunks (table_id, part, place, bytes) VALUES ($1, $2, $3, $4)', [
        rows[0].id,
        part,
        place,
        chunk,
      ]);
    }
  }
  await client.query(
    'DELETE FROM neighbour_tables WHERE relation = $1 AND id NOT IN (SELECT id FROM neighbour_tables WHERE relation = $1 ORDER BY id DESC LIMIT 2)',
    [relation],
  );
  await client.query(notifyOf('neighbours'));
}

interface Known {
  /** Of the tables that were read. */
  ids: WeakMap<Neighbours, string>;
  known?: Neighbours | null;
}

async function read(client: PoolClient, relation: NeighbourRelation, { ids, known }: Known): Promise<Neighbours | null> {
  await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY'); // two tables published meanwhile do not take this one away
  const { rows } = await client.query<TableRow>(
    'SELECT id, built_at::float8 AS "builtAt", items, pairs FROM neighbour_tables WHERE relation = $1 ORDER BY id DESC LIMIT 1',
    [relation],
  );
  if (rows.length === 0) return null;
  const [{ id, builtAt, items, pairs }] = rows;
  if (known && ids.get(known) === id) return known;
  const neighbours = { builtAt, offsets: new Uint32Array(items + 1), items: new Uint32Array(pairs), weights: new Float32Array(pairs) };
  for (const [part, bytes] of partsOf(neighbours).entries()) {
    for (let start = 0, place = 0; start < bytes.length; start += CHUNK_BYTES, place++) {
      const chunk = await client.query<{ bytes: Buffer }>(
        'SELECT bytes FROM neighbour_chunks WHERE table_id = $1 AND part = $2 AND place = $3',
        [id, part, place],
      );
      chunk.rows[0].bytes.copy(bytes, start);
    }
  }
  ids.set(neighbours, id);
  return neighbours;
}
