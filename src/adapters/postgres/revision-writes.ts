import { type ClientBase, type Pool } from 'pg';
import { AppError } from '../../core/errors.js';
import { notifyOf } from './notice-channels.js';
import { inTransaction } from './transaction.js';

/** What one write did in its transaction. */
export interface Written<T> {
  result: T;
  /** How many revisions it took, from the one after `base`. */
  taken: number;
  /** Whether others have something to read. */
  changed: boolean;
  /** Called once it is on disk. */
  committed?: () => void;
}

/** A change of the catalogue; `base` is the latest revision taken before it. */
export type Write<T> = (client: ClientBase, base: number) => Promise<Written<T>>;

interface Waiting {
  write: Write<unknown>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Writes that share one commit at most. */
const GROUP = 16;

/**
 * Writes to the catalogue, one transaction at a time over all processes: each begins by locking the row with the latest revision. Writes that arrive
 * while one is under way share the next transaction, and with it the wait for the lock and for the disk.
 */
export class RevisionWrites {
  private readonly waiting: Waiting[] = [];
  private draining = false;

  constructor(private readonly pool: Pool) {}

  run<T>(write: Write<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ write, resolve: (result) => resolve(result as T), reject });
      if (!this.draining) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.draining = true;
    while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, GROUP));
    this.draining = false;
  }

  /** A write that fails must not take the others of its group with it, so each is then tried alone. */
  private async settle(group: Waiting[]): Promise<void> {
    try {
      const results = await this.commit(group.map(({ write }) => write));
      group.forEach(({ resolve }, k) => resolve(results[k]));
    } catch (error) {
      const alone = group.length === 1 || (error instanceof AppError && error.code === 'UNAVAILABLE');
      if (alone) for (const { reject } of group) reject(error);
      else for (const one of group) await this.settle([one]);
    }
  }

  private async commit(writes: Write<unknown>[]): Promise<unknown[]> {
    const written = await inTransaction(this.pool, async (client) => {
      const { rows } = await client.query<{ revision: number }>('SELECT revision::float8 FROM catalogue_revision FOR UPDATE');
      const done: Written<unknown>[] = [];
      let revision = rows[0].revision;
      for (const write of writes) {
        const one = await write(client, revision);
        revision += one.taken;
        done.push(one);
      }
      await client.query('UPDATE catalogue_revision SET revision = $1', [revision]);
      if (done.some(({ changed }) => changed)) await client.query(notifyOf('catalogue'));
      return done;
    });
    for (const { committed } of written) committed?.();
    return written.map(({ result }) => result);
  }
}
