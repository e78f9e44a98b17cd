import { type Pool, type PoolClient } from 'pg';
import { CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { CHAIN_FORMATS, type ChainFormat, type ChainKind, chainStart } from '../../core/exposures/chain.js';
import { type ChainHead } from '../../core/exposures/chain-heads.js';
import { type ChainFault } from '../../ports/ledger.js';
import { asUnavailable } from './faults.js';
import { type DailyTable, daysOf } from './partitions.js';
import { allowAnswers, LONG_ANSWER_MS } from './query-limits.js';

/** An entry read back, to be checked against the one before it. */
export interface ReadEntry {
  writer: number;
  seq: number;
  /** As stored. */
  hash: string;
  /** What is wrong with the entry by itself, or null. */
  fault(): string | null;
  /** Hash of the entry as it now reads. */
  rehash(previous: string, format: ChainFormat): string;
}

interface Chain {
  format: ChainFormat;
  seq: number;
  hash: string;
  lastSeq: number;
  lastHash: string | null;
  /** Hashes that were published, by `seq`. */
  published: Map<number, string>;
}

/**
 * Recompute the chains of days and name the first entry that is wrong, missing or out of place. Each day is read in one snapshot, so that what is
 * written meanwhile is no fault.
 *
 * @param entries streams the entries of a day, in order of `seq` for each writer; memory is bounded by it
 * @param strays  names what lies in the day and belongs to no entry, or null
 * @param heads   what was published of any chains; those of the kind and the days have to be entries still
 */
export async function checkChains(
  pool: Pool,
  {
    kind,
    days,
    entries,
    strays,
    heads = [],
  }: {
    kind: ChainKind;
    days: string[];
    entries: EntriesOfDay;
    strays?: (client: PoolClient, day: string) => Promise<string | null>;
    heads?: readonly ChainHead[];
  },
): Promise<ChainFault | null> {
  for (const day of days) {
    const fault = await inSnapshot(pool, async (client) => {
      const chains = await chainsOf(client, kind, day);
      if ('fault' in chains) return chains.fault;
      const unknown = expectHeads(
        chains.byWriter,
        heads.filter((head) => head.kind === kind && head.day === day),
      );
      if (unknown) return unknown;
      const found = await checkDay(chains.byWriter, day, entries(client, day));
      if (found || !strays) return found;
      const reason = await strays(client, day);
      return reason === null ? null : { day, writer: 0, seq: 0, reason };
    });
    if (fault) return fault;
  }
  return null;
}

export type EntriesOfDay = (client: PoolClient, day: string) => AsyncIterable<ReadEntry[]>;

async function inSnapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  try {
    allowAnswers(client, LONG_ANSWER_MS);
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = 0');
    return await work(client);
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    );
  }
}

async function chainsOf(
  client: PoolClient,
  kind: ChainKind,
  day: string,
): Promise<{ byWriter: Map<number, Chain> } | { fault: ChainFault }> {
  const bytes = new CanonicalBytes();
  const { rows } = await client.query<{ id: number; format: ChainFormat; seq: number; hash: string | null }>(
    `SELECT id, format, last_seq::float8 AS seq, encode(last_hash, 'hex') AS hash FROM writers WHERE kind = $1 AND day = $2 ORDER BY id`,
    [kind, day],
  );
  const foreign = rows.find(({ format }) => !(CHAIN_FORMATS as readonly number[]).includes(format));
  if (foreign)
    return {
      fault: { day, writer: foreign.id, seq: 1, reason: `the chain is written in format ${foreign.format}, which is not known here` },
    };
  return {
    byWriter: new Map(
      rows.map(({ id, format, seq, hash }) => [
        id,
        { format, seq: 0, hash: chainStart(bytes, { kind, day, writer: id }, format), lastSeq: seq, lastHash: hash, published: new Map() },
      ]),
    ),
  };
}

/** Note with each chain what was published of it. Names a chain that is not there any more. */
function expectHeads(chains: Map<number, Chain>, heads: readonly ChainHead[]): ChainFault | null {
  for (const { day, writer, seq, hash } of heads) {
    const chain = chains.get(writer);
    if (!chain) return { day, writer, seq: 1, reason: `the chain is gone; ${seq} of its entries were published` };
    const other = chain.published.get(seq);
    if (other !== undefined && other !== hash) return { day, writer, seq, reason: 'two hashes were published of the entry' };
    chain.published.set(seq, hash);
  }
  return null;
}

async function checkDay(chains: Map<number, Chain>, day: string, batches: AsyncIterable<ReadEntry[]>): Promise<ChainFault | null> {
  for await (const batch of batches)
    for (const entry of batch) {
      const { writer, seq } = entry;
      const chain = chains.get(writer);
      if (!chain) return { day, writer, seq, reason: 'no writer has this number on this day' };
      if (seq > chain.seq + 1) return { day, writer, seq: chain.seq + 1, reason: `the entry is missing; entry ${seq} comes next` };
      const reason = seq <= chain.seq ? `the entry is out of place, after entry ${chain.seq}` : (entry.fault() ?? differs(entry, chain));
      if (reason !== null) return { day, writer, seq, reason };
      const published = chain.published.get(seq);
      if (published !== undefined && published !== entry.hash)
        return {
          day,
          writer,
          seq,
          reason: `the entry does not have the hash that was published; up to entry ${sealedBefore(chain)} all is as it was`,
        };
      chain.seq = seq;
      chain.hash = entry.hash;
    }
  for (const [writer, { seq, hash, lastSeq, lastHash, published }] of chains) {
    const most = Math.max(0, ...published.keys());
    if (seq < most && lastSeq <= seq) return { day, writer, seq: seq + 1, reason: `the entry is missing; ${most} entries were published` };
    if (seq < lastSeq) return { day, writer, seq: seq + 1, reason: `the entry is missing; the chain goes to entry ${lastSeq}` };
    if (seq > lastSeq) return { day, writer, seq: lastSeq + 1, reason: `the entry was added; the chain ends with entry ${lastSeq}` };
    if (seq > 0 && hash !== lastHash) return { day, writer, seq, reason: 'the hash is not the one that the chain ends with' };
  }
  return null;
}

/** The last entry so far whose hash was published, and is what it was. */
const sealedBefore = ({ seq, published }: Chain): number => Math.max(0, ...[...published.keys()].filter((known) => known <= seq));

const differs = (entry: ReadEntry, { hash, format }: Chain): string | null =>
  entry.rehash(hash, format) === entry.hash
    ? null
    : 'the entry does not have the hash that follows from its content and the entry before it';

/** Tables whose entries belong to chains of exposures. */
export const EXPOSURE_TABLES: readonly DailyTable[] = ['exposure_pages', 'exposure_items', 'exposures'];

/** Every day that has a chain of the kind, or entries in one of the tables; in order. */
export async function daysToCheck(pool: Pool, kind: ChainKind, tables: readonly DailyTable[]): Promise<string[]> {
  const days = await Promise.all(tables.map((table) => daysOf(pool, table)));
  const { rows } = await pool.query<{ day: string }>(`SELECT DISTINCT to_char(day, 'YYYY-MM-DD') AS day FROM writers WHERE kind = $1`, [
    kind,
  ]);
  return [...new Set([...days.flat(), ...rows.map(({ day }) => day)])].sort();
}

/** Rows of a query in batches, through a cursor of the transaction. */
export async function* cursorRows(
  client: PoolClient,
  query: { text: string; values: unknown[]; batch: number },
): AsyncGenerator<unknown[][]> {
  await client.query(`DECLARE entries NO SCROLL CURSOR FOR ${query.text}`, query.values);
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: `FETCH ${query.batch} FROM entries`, rowMode: 'array' });
    if (rows.length > 0) yield rows;
    if (rows.length < query.batch) break;
  }
  await client.query('CLOSE entries');
}
