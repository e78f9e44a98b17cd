import { createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { identityOf, type IdentityLink, identityUserId, isIdentityUserId, type Moment, ownerOf } from '../../core/privacy/identity.js';
import { type Person, purposesAt, unknownPerson } from '../../core/privacy/person.js';
import { type Purpose } from '../../core/privacy/purposes.js';
import { type Erasures, type PeopleStore } from '../../ports/people-store.js';
import { type UserChange, type UserStore } from '../../ports/user-store.js';

const CACHED = 50_000;

/** What users decided, whose identities are whose, and who was erased: read through bounded caches. */
export interface People {
  get(userId: string): Promise<Person>;
  /** One entry for every id. */
  many(userIds: Iterable<string>): Promise<Map<string, Person>>;
  purposesOf(person: Person, at: number): ReadonlySet<Purpose>;
  /** Whose act something is: the user that an identity was linked to, else whoever is named. */
  ownersOf(acts: readonly (Moment & { userId: string })[]): Promise<string[]>;
  /** Whether what a user does may be shown to those who follow him, and what they do to him. */
  sharesTies(userId: string): boolean;
  /** When a user was erased, epoch ms; what he did before is not taken in. Null for never. */
  erasedAt(userId: string): number | null;
  /** Add attributes. */
  upsert(users: UserChange[]): Promise<void>;
  /** Run a change of what is held of users, after which they are read anew. */
  changing<T>(userIds: readonly string[], change: () => Promise<T>): Promise<T>;
  /** Nothing of what happened before is taken in any more. */
  markErased(userId: string, at: number): Promise<void>;
  keyOf(userId: string): string;
}

export interface PeoplePorts {
  peopleStore: PeopleStore;
  erasures: Erasures;
  userStore: UserStore;
  /** What counts for a user who was never asked. */
  purposes: ReadonlySet<Purpose>;
}

/** Load what has to be known of everyone at once, and open the rest for reading. */
export async function openPeople(ports: PeoplePorts, secret: Buffer): Promise<People> {
  const { peopleStore, erasures, userStore, purposes } = ports;
  const isSharedByDefault = purposes.has('SOCIAL_GRAPH');
  const [erased, deciders] = await Promise.all([erasures.all(), peopleStore.usersWho(!isSharedByDefault, 'SOCIAL_GRAPH')]);
  const otherwiseThanDefault = new Set(deciders);
  const people = createCache(CACHED, (ids) => peopleStore.load(ids), unknownPerson);
  const links = createCache<readonly IdentityLink[]>(CACHED, async (ids) => byIdentity(await peopleStore.linksOf(ids.map(identityOf))), () => []); // prettier-ignore
  const keyOf = (userId: string): string => createHmac('sha256', secret).update(`erased ${userId}`).digest('hex');

  const noteTies = async (userIds: readonly string[]): Promise<void> => {
    for (const person of (await people.many(userIds)).values()) {
      const shares = purposesAt(person, Infinity, purposes).has('SOCIAL_GRAPH');
      if (shares === isSharedByDefault) otherwiseThanDefault.delete(person.userId);
      else otherwiseThanDefault.add(person.userId);
    }
  };
  return {
    keyOf,
    get: async (userId) => (await people.many([userId])).get(userId)!,
    many: (userIds) => people.many(userIds),
    purposesOf: (person, at) => purposesAt(person, at, purposes),
    async ownersOf(acts) {
      const identities = acts.filter(({ userId }) => isIdentityUserId(userId)).map(({ userId }) => userId);
      if (identities.length === 0) return acts.map(({ userId }) => userId);
      const known = await links.many(identities);
      return acts.map((act) => ownerOf(known.get(act.userId) ?? [], act) ?? act.userId);
    },
    sharesTies: (userId) => otherwiseThanDefault.has(userId) !== isSharedByDefault,
    erasedAt: (userId) => (erased.size === 0 ? null : (erased.get(keyOf(userId)) ?? null)),
    async upsert(users) {
      const ids = users.map(({ id }) => id);
      await people.changing(ids, () => userStore.upsert(users));
    },
    async changing(userIds, change) {
      links.clear();
      const result = await people.changing(userIds, change);
      links.clear();
      await noteTies(userIds);
      return result;
    },
    async markErased(userId, at) {
      await erasures.mark(keyOf(userId), at);
      erased.set(keyOf(userId), at);
    },
  };
}

function byIdentity(links: readonly IdentityLink[]): Map<string, IdentityLink[]> {
  const found = new Map<string, IdentityLink[]>();
  for (const link of links) found.set(identityUserId(link), [...(found.get(identityUserId(link)) ?? []), link]);
  return found;
}

/** A bounded cache over a read of many. Reads under way while something changes are not kept. */
function createCache<T extends object>(max: number, load: (ids: string[]) => Promise<Map<string, T>>, absent: (id: string) => T) {
  const cache = new LRUCache<string, T>({ max });
  let changes = 0;
  return {
    clear(): void {
      changes++;
      cache.clear();
    },
    async many(wanted: Iterable<string>): Promise<Map<string, T>> {
      const found = new Map<string, T>();
      const missing = new Set<string>();
      for (const id of wanted) {
        const cached = cache.get(id);
        if (cached) found.set(id, cached);
        else missing.add(id);
      }
      if (missing.size === 0) return found;
      const before = changes;
      const loaded = await load([...missing]);
      for (const id of missing) {
        const value = loaded.get(id) ?? absent(id);
        found.set(id, value);
        if (before === changes) cache.set(id, value);
      }
      return found;
    },
    async changing<R>(ids: readonly string[], change: () => Promise<R>): Promise<R> {
      const forget = (): void => {
        changes++;
        for (const id of ids) cache.delete(id);
      };
      forget();
      return change().finally(forget);
    },
  };
}
