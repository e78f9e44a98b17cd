import { type Person, purposesAt } from '../../core/privacy/person.js';
import { type Purpose } from '../../core/privacy/purposes.js';
import { type Log } from '../../ports/log.js';
import { type Notices } from '../../ports/notices.js';
import { type Erasures, type PeopleStore } from '../../ports/people-store.js';
import { type UserStore } from '../../ports/user-store.js';

export interface PeoplePorts {
  peopleStore: PeopleStore;
  erasures: Erasures;
  userStore: UserStore;
  /** What counts for a user who was never asked. */
  purposes: ReadonlySet<Purpose>;
  notices: Notices;
  log: Log;
}

/** What has to be known of everyone at once, since nothing may be read while it is asked for. */
export interface Everybody {
  sharesTies(userId: string): boolean;
  /** Take over what persons decided on their ties. */
  noteTies(persons: Iterable<Person>): void;
  /** By key: see `People.keyOf`; epoch ms, null for never. */
  erasedAt(key: () => string): number | null;
  noteErased(keys: readonly string[], at: number): void;
  /** Read it all again. @returns whether a key was erased since it was read last */
  reload(): Promise<(key: string) => boolean>;
}

export async function loadEverybody({ peopleStore, erasures, purposes }: PeoplePorts): Promise<Everybody> {
  const isSharedByDefault = purposes.has('SOCIAL_GRAPH');
  let erased = new Map<string, number>();
  let otherwiseThanDefault = new Set<string>();
  const reload = async (): Promise<(key: string) => boolean> => {
    const before = erased;
    const [all, deciders] = await Promise.all([erasures.all(), peopleStore.usersWho(!isSharedByDefault, 'SOCIAL_GRAPH')]);
    erased = all;
    otherwiseThanDefault = new Set(deciders);
    return (key) => all.get(key) !== before.get(key);
  };
  await reload();
  return {
    reload,
    sharesTies: (userId) => otherwiseThanDefault.has(userId) !== isSharedByDefault,
    noteTies(persons) {
      for (const person of persons) {
        const shares = purposesAt(person, Infinity, purposes).has('SOCIAL_GRAPH');
        if (shares === isSharedByDefault) otherwiseThanDefault.delete(person.userId);
        else otherwiseThanDefault.add(person.userId);
      }
    },
    erasedAt: (key) => (erased.size === 0 ? null : (erased.get(key()) ?? null)),
    noteErased(keys, at) {
      for (const key of keys) erased.set(key, at);
    },
  };
}
