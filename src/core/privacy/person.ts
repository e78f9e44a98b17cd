import { type Remembered } from '../requests/experiments/sticky.js';
import { type UserAttributes } from '../user.js';
import { type IdentityLink } from './identity.js';
import { type Purpose } from './purposes.js';

/** What somebody agreed to from an instant on, epoch ms. */
export interface ConsentChange {
  at: number;
  purposes: readonly Purpose[];
}

/** One thing a user wants to see none of, or, for a tag, less of; for ever where `until` is null, else up to that instant, epoch ms. */
export interface Mute {
  kind: MuteKind;
  name: string;
  until: number | null;
}
export const MUTE_KINDS = ['creator', 'brand', 'category', 'tag'] as const;
export type MuteKind = (typeof MUTE_KINDS)[number];

/** What a user said himself of how he is to be treated. */
export interface Person {
  userId: string;
  /** What the storefront said of him; null for nothing. */
  attributes: UserAttributes | null;
  /** All of his decisions, oldest first; none where he was never asked. */
  consents: readonly ConsentChange[];
  /** -1 more of mine to 1 surprise me. */
  breadth: number;
  muted: readonly Mute[];
  /** What was received before this says nothing of his tastes; null where nothing was reset. */
  interestsResetAt: number | null;
  /** Identities that are his. */
  links: readonly IdentityLink[];
  /** Arms of experiments that he brought from before he signed in; none when left out. */
  keptArms?: Remembered;
}

/** Somebody of whom nothing was said. */
export const unknownPerson = (userId: string): Person => ({
  userId,
  attributes: null,
  consents: [],
  breadth: 0,
  muted: [],
  interestsResetAt: null,
  links: [],
});

/** What a person consented to at an instant; before his first decision that is what counts for everyone. */
export function purposesAt({ consents }: Pick<Person, 'consents'>, at: number, otherwise: ReadonlySet<Purpose>): ReadonlySet<Purpose> {
  const change = consents.findLast((consent) => consent.at <= at);
  return change ? new Set(change.purposes) : otherwise;
}

/** The mutes that are in force at an instant. */
export const mutesInForce = ({ muted }: Pick<Person, 'muted'>, now: number): Mute[] =>
  muted.filter(({ until }) => until === null || until > now);

const ADULT_AT = 18;

/**
 * Whether somebody has to be treated as a minor: under 18 years by the year of birth, counted to his disadvantage, or of unknown age where the storefront
 * says with the attribute `ageUnknown: true` that this matters.
 */
export function isMinor(user: UserAttributes | null, now: number): boolean {
  if (!user) return false;
  if (user.birthYear === null) return user.attributes.ageUnknown === true;
  return new Date(now).getUTCFullYear() - user.birthYear <= ADULT_AT;
}
