import { type UserState } from '../core/tags/state.js';

/**
 * What is known of users while serving. Derived: losing all of it loses nothing, since a miss is filled from the snapshot and what the ledger and
 * the exposure log hold beyond it.
 *
 * Guarantees: changes of one user are applied one after the other, in the order of the calls, never on a state that lacks an acknowledged event;
 * `read` after a resolved `update` sees it. Memory is bounded.
 */
export interface LiveStates {
  /** The state of a user, an empty one for nobody known. Not to be changed by the reader. Rejects when it cannot be had. */
  read(userId: string): Promise<UserState>;
  /** The states of many at once, as `read` gives them; a user whose state cannot be had is left out. */
  readMany(userIds: Iterable<string>): Promise<Map<string, UserState>>;
  /** Change each user's state in place; `change` is called once per user. Where a state cannot be had it is dropped, to be rebuilt by the next read. */
  update(userIds: Iterable<string>, change: (userId: string, state: UserState) => void): Promise<void>;
  /** Forget states whose last change may be lost, so that the next read rebuilds them. */
  drop(userIds: Iterable<string>): void;
  /** Write what changed to the snapshot store. */
  flush(): Promise<void>;
  /** Resolves when nothing is being written to it any more that was when this was called: what was dropped before then never comes to it again. */
  saved(): Promise<void>;
}
