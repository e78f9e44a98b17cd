import { type Person } from '../../core/privacy/person.js';
import { type FoldOptions } from '../../core/tags/fold.js';
import { type People } from './people.js';

export interface FoldSettings {
  timeZone: string;
  currency: string;
}

/** How events of one person are folded: under what he consented to when each came in, and, for tastes, from when he last had them forgotten. */
export function foldOptionsOf(
  person: Person,
  people: Pick<People, 'purposesOf'>,
  { timeZone, currency }: FoldSettings,
): (receivedAt: number) => FoldOptions {
  const common = { timeZone, currency, interestsSince: person.interestsResetAt ?? 0 };
  if (person.consents.length === 0) {
    const options = { ...common, purposes: people.purposesOf(person, 0) };
    return () => options;
  }
  return (receivedAt) => ({ ...common, purposes: people.purposesOf(person, receivedAt) });
}
