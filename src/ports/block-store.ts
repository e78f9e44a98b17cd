import { type BlockOrder } from '../core/candidates/block-input.js';

/** One block, in force or not any more. Times are epoch ms. */
export interface Block extends BlockOrder {
  id: string;
  by: string;
  at: number;
  liftedAt: number | null;
  /** Of what it is about, in the 30 days before. */
  exposuresBefore: number;
  usersBefore: number;
}

/**
 * What the shop has taken down. Guarantees: a change and its audit entry commit together and are announced as a `blocks` notice; a block is in force from
 * its commit on until it is lifted or over; ids are new ones always.
 */
export interface BlockStore {
  /** What is in force at an instant, in no order. */
  inForce(now: number): Promise<Block[]>;
  /** Newest first; those that are no longer in force too where `active` is false. */
  list(options: { active: boolean; now: number; first: number }): Promise<Block[]>;
  /** Put a block in force, and then count what of it was shown before. @throws AppError CONFLICT beyond `most` in force */
  add(order: BlockOrder, by: { actor: string; at: number; most: number }): Promise<Block>;
  /** Lift a block; one that was lifted stays as it is. Null where there is none. */
  lift(id: string, by: { actor: string; at: number; reason: string }): Promise<Block | null>;
}
