import { LRUCache } from 'lru-cache';
import { type UserAttributes } from '../core/user.js';
import { type UserChange, type UserStore } from '../ports/user-store.js';

const CACHED_USERS = 50_000;

/** Attributes of users, read through a bounded cache. */
export interface UserDirectory {
  /** Null for a user never given attributes. */
  get(userId: string): Promise<UserAttributes | null>;
  upsert(users: UserChange[]): Promise<void>;
}

/** `null` is kept too: most users have no attributes. Reads under way while a user changes are not kept. */
export function createUserDirectory(store: UserStore): UserDirectory {
  const cache = new LRUCache<string, { user: UserAttributes | null }>({ max: CACHED_USERS });
  let changes = 0;
  return {
    async get(userId) {
      const cached = cache.get(userId);
      if (cached) return cached.user;
      const before = changes;
      const user = await store.get(userId);
      if (before === changes) cache.set(userId, { user });
      return user;
    },
    async upsert(users) {
      const forget = (): void => {
        changes++;
        for (const { id } of users) cache.delete(id);
      };
      forget();
      await store.upsert(users).finally(forget);
    },
  };
}
