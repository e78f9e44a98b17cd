import { createHmac, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { identityOf, type IdentityLink, identityUserId, isIdentityUserId, type Moment, ownerOf } from '../../core/privacy/identity.js';
import { type Person, purposesAt, unknownPerson } from '../../core/privacy/person.js';
import { type Purpose } from '../../core/privacy/purposes.js';
import { type UserChange } from '../../ports/user-store.js';
import { loadEverybody, type PeoplePorts } from './everybody.js';

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
  /** Tell every process that what was kept of erased users is removed, so that each removes what it has written since. */
  tellWiped(userIds: readonly string[]): Promise<void>;
  /** Tell every other process that acts count for another user now, or no longer, so that each drops the states that it has folded since. */
  tellMoved(userIds: readonly string[]): Promise<void>;
  /** Called when another process, or this one, began to erase users. */
  onErased: (userIds: string[]) => void;
  /** Called when it is done with that. */
  onWiped: (userIds: string[]) => void;
  /** Called when word of erasures may have been lost; `wasErased` tells of whom. */
  onErasuresMissed: (wasErased: (userId: string) => boolean) => void;
  /** Called when acts of users came to count for somebody else, or no longer, in another process. */
  onMoved: (userIds: string[]) => void;
}

/** Until somebody listens. */
const UNHEARD = { onErased: () => undefined, onWiped: () => undefined, onErasuresMissed: () => undefined, onMoved: () => undefined };

/** Load what has to be known of everyone at once, and open the rest for reading. What other processes change is read anew. */
export async function openPeople(ports: PeoplePorts, secret: Buffer): Promise<People> {
  const { peopleStore, erasures, userStore, purposes, notices } = ports;
  const everybody = await loadEverybody(ports);
  const people = createCache(CACHED, (ids) => peopleStore.load(ids), unknownPerson);
  const links = createCache<readonly IdentityLink[]>(CACHED, async (ids) => byIdentity(await peopleStore.linksOf(ids.map(identityOf))), () => []); // prettier-ignore
  const keyOf = (userId: string): string => createHmac('sha256', secret).update(`erased ${userId}`).digest('hex');
  const noteTies = async (userIds: readonly string[]): Promise<void> => everybody.noteTies((await people.many(userIds)).values());
  const { self, tell, tellEach } = createTeller(notices);
  const whole: People = {
    ...UNHEARD,
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
    sharesTies: (userId) => everybody.sharesTies(userId),
    erasedAt: (userId) => everybody.erasedAt(() => keyOf(userId)),
    async upsert(users) {
      const ids = users.map(({ id }) => id);
      await people.changing(ids, () => userStore.upsert(users));
      await tell({ userIds: ids });
    },
    async changing(userIds, change) {
      links.clear();
      const result = await people.changing(userIds, change);
      links.clear();
      await noteTies(userIds);
      await tell({ userIds });
      return result;
    },
    async markErased(userId, at) {
      await erasures.mark(keyOf(userId), at);
      everybody.noteErased([keyOf(userId)], at);
      await tell({ userIds: [userId], erasedAt: at });
    },
    tellWiped: (userIds) => tellEach(userIds, { isWiped: true }),
    tellMoved: (userIds) => tellEach(userIds, { movedBy: self }),
  };
  const readAnew = async () => everybody.reload().then((wasErased) => whole.onErasuresMissed((userId) => wasErased(keyOf(userId))));
  notices.subscribe('people', (about) => {
    links.clear();
    const news = about === '' ? null : (JSON.parse(about) as News);
    if (!news) people.clear();
    else people.forget(news.userIds);
    if (news?.isWiped) return whole.onWiped([...news.userIds]);
    if (news?.movedBy !== undefined) return news.movedBy === self ? undefined : whole.onMoved([...news.userIds]);
    if (news?.erasedAt !== undefined) {
      everybody.noteErased(news.userIds.map(keyOf), news.erasedAt);
      return whole.onErased([...news.userIds]);
    }
    (news ? noteTies(news.userIds) : readAnew()).catch((error: unknown) => ports.log.warn({ err: error }, MISSED));
  });
  return whole;
}

const MISSED = 'what another process changed of users could not be read; who shares ties is known again with their next change';

/** Whose record changed, and whether they were erased. */
interface News {
  userIds: readonly string[];
  /** Epoch ms. */
  erasedAt?: number;
  /** What was kept of them is removed. */
  isWiped?: boolean;
  /** The process in which what they did came to count for another user, or no longer. */
  movedBy?: string;
}

function createTeller(notices: PeoplePorts['notices']) {
  /** This process, among those that hear it. */
  const self = randomUUID();
  const tell = (news: News): Promise<void> => notices.publish('people', withinBounds(JSON.stringify(news)));
  /** What has to name its users, of which one always fits. */
  const tellEach = async (userIds: readonly string[], more: Omit<News, 'userIds'>): Promise<void> => {
    for (const userId of userIds) await tell({ userIds: [userId], ...more });
  };
  return { self, tell, tellEach };
}

/** As long as a notice may be, in letters of up to four bytes. */
const LONGEST_NEWS = 1_700;
const withinBounds = (about: string): string => (about.length <= LONGEST_NEWS ? about : '');

function byIdentity(links: readonly IdentityLink[]): Map<string, IdentityLink[]> {
  const found = new Map<string, IdentityLink[]>();
  for (const link of links) found.set(identityUserId(link), [...(found.get(identityUserId(link)) ?? []), link]);
  return found;
}

/** A bounded cache over a read of many. Reads under way while something changes are not kept. */
function createCache<T extends object>(max: number, load: (ids: string[]) => Promise<Map<string, T>>, absent: (id: string) => T) {
  const cache = new LRUCache<string, T>({ max });
  let changes = 0;
  const forget = (ids: readonly string[]): void => {
    changes++;
    for (const id of ids) cache.delete(id);
  };
  return {
    forget,
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
      forget(ids);
      return change().finally(() => forget(ids));
    },
  };
}
