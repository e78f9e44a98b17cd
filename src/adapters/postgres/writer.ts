import { type Pool } from 'pg';
import { CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { CHAIN_FORMAT, type ChainKind, chainStart } from '../../core/exposures/chain.js';
import { AppError } from '../../core/errors.js';
import { type Column, column, unnest } from './binary-arrays.js';

/** Where a chain of this process ends. */
export interface ChainHead {
  writer: number;
  day: string;
  seq: number;
  /** Hex hash of the last entry, or the chain's start. */
  hash: string;
  /** Time of the last entry: times of one writer never go back, so that their order is the order of `seq`. */
  receivedAt: number;
}

/** A head and where it goes when the commit under way succeeds. */
export interface HeadMove {
  from: ChainHead;
  to: ChainHead;
}

/** A process seldom writes to more than yesterday and today. */
const MAX_DAYS = 4;

/**
 * The chains that this process writes, one per UTC day of receipt, each under a number of its own that is taken when it is first needed. After a commit
 * whose outcome is unknown all are abandoned, since nobody can say what they end with.
 */
export class ChainWriters {
  private headByDay = new Map<string, ChainHead>();
  private readonly bytes = new CanonicalBytes();

  constructor(
    private readonly pool: Pool,
    private readonly kind: ChainKind,
  ) {}

  /** The head of the chain for a day of receipt. */
  async head(day: string): Promise<ChainHead> {
    const known = this.headByDay.get(day);
    if (known) return known;
    const { rows } = await this.pool.query<{ id: number }>('INSERT INTO writers (kind, day, format) VALUES ($1, $2, $3) RETURNING id', [
      this.kind,
      day,
      CHAIN_FORMAT,
    ]);
    const writer = rows[0].id;
    const head = { writer, day, seq: 0, hash: chainStart(this.bytes, { kind: this.kind, day, writer }), receivedAt: 0 };
    this.headByDay.set(day, head);
    if (this.headByDay.size > MAX_DAYS) this.headByDay.delete([...this.headByDay.keys()].sort()[0]);
    return head;
  }

  /** Note what was committed. Heads abandoned meanwhile are not taken up again. */
  moved(moves: HeadMove[]): void {
    for (const { from, to } of moves) if (this.headByDay.get(from.day) === from) this.headByDay.set(from.day, to);
  }

  /** Begin new chains with the next entries. */
  abandon(): void {
    this.headByDay = new Map();
  }
}

/** The parameters of `moveHeads`. */
export const HEAD_COLUMNS: readonly Column<HeadMove>[] = [
  column('id', 'int', ({ from }) => from.writer),
  column('before', 'bigint', ({ from }) => from.seq),
  column('last_seq', 'bigint', ({ to }) => to.seq),
  column('last_hash', 'hex', ({ to }) => to.hash),
];

/**
 * Move heads in the statement that adds entries. A head that is not where this process left it (a restore to an earlier state, a failover that lost the
 * last commits) does not move, and then nothing may be added: the statement counts the rows of this part.
 *
 * @param first number of the first of four parameters
 */
export const moveHeads = (first: number): string =>
  `UPDATE writers w SET last_seq = h.last_seq, last_hash = h.last_hash FROM ${unnest(HEAD_COLUMNS, first, 'h')}
     WHERE w.id = h.id AND w.last_seq = h.before RETURNING w.id`;

/** What to throw when a head did not move. */
export const headLost = (): AppError =>
  new AppError('UNAVAILABLE', 'the database went back to an earlier state; a new chain is begun, try again after a second', [], 1);
