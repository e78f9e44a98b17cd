import { type Identity, type IdentityLink } from '../core/privacy/identity.js';
import { type ConsentChange, type Person } from '../core/privacy/person.js';

/** What a user, or the storefront for him, asked for; kept in the audit with its author, under a pseudonym. */
export interface PersonalAct {
  /** The mutation, as in setConsent. */
  action: string;
  actor: string;
  /** Pseudonym of the user. */
  subject: string;
  at: number;
}

export type PersonChange = Partial<Pick<Person, 'breadth' | 'muted' | 'interestsResetAt'>>;

/** What is held of somebody in one store. */
export interface HeldRecords {
  what: 'events' | 'exposures' | 'attributes' | 'consents' | 'controls' | 'identities' | 'state' | 'firings' | 'mentions';
  records: number;
  /** Epoch ms; null where it is not known or nothing is held. */
  oldest: number | null;
}

/**
 * What users said of themselves, which accounts are theirs, and who was erased. Guarantees: a change is on disk when its call resolves, together with its
 * audit entry; an identity belongs as a whole to one user at most.
 */
export interface PeopleStore {
  /** One entry for every id, known or not. */
  load(userIds: readonly string[]): Promise<Map<string, Person>>;
  addConsent(userId: string, change: ConsentChange, act: PersonalAct): Promise<void>;
  change(userId: string, change: PersonChange, act: PersonalAct): Promise<void>;
  /** All links of some identities, by whatever user. */
  linksOf(identities: readonly Identity[]): Promise<IdentityLink[]>;
  /** All or none of them. @throws AppError CONFLICT, which is noted in the audit, where one belongs as a whole to somebody else */
  link(links: readonly IdentityLink[], act: PersonalAct): Promise<void>;
  /** Take away every link of an identity to a user; false where there was none. */
  unlink(userId: string, identity: Identity, act: PersonalAct): Promise<boolean>;
  /** Users whose last decision on a purpose is `granted`. */
  usersWho(granted: boolean, purpose: string): Promise<string[]>;
}

/** Removes people. */
export interface Erasures {
  /** Keys of the erased with the instant, epoch ms. A key tells nothing of the user to those who do not know him. */
  all(): Promise<Map<string, number>>;
  /** From now on nothing of what happened before is taken in. */
  mark(key: string, at: number): Promise<void>;
  /** Remove or anonymise what is held of these ids, in one transaction; chains stay valid. Safe to repeat: counts are those of this call. */
  wipe(userIds: readonly string[]): Promise<{ removed: HeldRecords[]; followers: string[] }>;
  keepReceipt(key: string, receipt: object): Promise<void>;
  /** What is held of these ids now. */
  held(userIds: readonly string[]): Promise<HeldRecords[]>;
  /** Every record of these ids as plain objects, store by store; memory is bounded by a batch. */
  records(userIds: readonly string[]): AsyncIterable<{ what: HeldRecords['what']; record: object }[]>;
}
