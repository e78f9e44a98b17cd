import { type ChainKind } from '../core/exposures/chain.js';
import { type HourHeads } from '../core/exposures/chain-heads.js';

/**
 * Ends of the chains of both logs, published by the hour for others to keep. Guarantees: an hour is published once and never changes, whoever asks and how
 * often; hours are published in order, each with a digest that covers the one before; nothing of a person is in them, so that neither erasure nor
 * retention takes any away. Throws `UNAVAILABLE` when the store cannot be reached.
 */
export interface ChainHeads {
  /**
   * Publish the ends of all chains that can still grow, unless that hour or a later one is published.
   *
   * @param hour begin of an hour that is over, epoch ms
   * @param at   now, epoch ms
   * @returns    what was published now, or null
   */
  publish(hour: number, at: number): Promise<HourHeads | null>;
  /** Hours whose begin lies in `[from, to)`, epoch ms, in order, in batches. */
  published(range: { from: number; to: number }): AsyncIterable<HourHeads[]>;
  /** Days of which a log has a chain or an entry, in order. */
  days(kind: ChainKind): Promise<string[]>;
}
