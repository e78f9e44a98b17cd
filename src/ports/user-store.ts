import { type UserAttributes } from '../core/user.js';

/** What a call gives of a user; undefined leaves what is there. */
export type UserChange = Pick<UserAttributes, 'id'> & Partial<Omit<UserAttributes, 'id'>>;

/** Attributes of users. Guarantees: on disk when the call resolves; whole or not at all; attributes merge by name. */
export interface UserStore {
  upsert(users: UserChange[]): Promise<void>;
  /** Null for a user never given attributes. */
  get(userId: string): Promise<UserAttributes | null>;
}
