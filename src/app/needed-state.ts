import { AppError } from '../core/errors.js';
import { type UserState } from '../core/tags/state.js';
import { type LiveStates } from '../ports/live-states.js';

/** The state of a user for an answer that is nothing without it. @throws AppError UNAVAILABLE when it cannot be had at the moment */
export const neededState = (states: Pick<LiveStates, 'read'>, userId: string): Promise<UserState> =>
  states.read(userId).catch((cause: unknown) => {
    const error = new AppError('UNAVAILABLE', 'what is known of the user cannot be read at the moment; try again after a second', [], 1);
    error.cause = cause;
    throw error;
  });
