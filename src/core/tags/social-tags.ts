import { decayedValue, HALF_LIFE_MS } from './decayed.js';
import { type UserState } from './state.js';
import { countTag, halfLifeHours, type TagDeclaration } from './tag.js';

const TIES_ENOUGH = 3;

function tieTag(
  tag: Pick<TagDeclaration, 'key' | 'unit' | 'description' | 'halfLifeHours'>,
  value: (strengths: number[]) => number,
): TagDeclaration {
  const strengthsAt = ({ ties }: UserState, now: number) => [...ties.values()].map((tie) => decayedValue(tie, now, HALF_LIFE_MS.tie));
  return {
    ...tag,
    dimension: 'SOCIAL',
    purpose: 'SOCIAL_GRAPH',
    enough: TIES_ENOUGH,
    read: (state, now) => [{ value: value(strengthsAt(state, now)), evidence: state.ties.size, updatedAt: state.updatedAt }],
  };
}

const social = (key: string, unit: string, description: string) =>
  ({ key, dimension: 'SOCIAL', unit, description, purpose: 'PERSONALISATION' }) as const;

export const SOCIAL_TAGS: readonly TagDeclaration[] = [
  tieTag(
    { key: 'following', unit: 'users', halfLifeHours: null, description: 'How many users and creators are followed.' },
    ({ length }) => length,
  ),
  tieTag(
    {
      key: 'tie-strength',
      unit: 'new ties’ worth',
      halfLifeHours: halfLifeHours('tie'),
      description: 'Strength of all ties together: each counts 1 when new, more with every dealing, less with time.',
    },
    (strengths) => strengths.reduce((sum, strength) => sum + strength, 0),
  ),
  tieTag(
    {
      key: 'strongest-tie',
      unit: 'new ties’ worth',
      halfLifeHours: halfLifeHours('tie'),
      description: 'Strength of the tie that means most to the user.',
    },
    (strengths) => Math.max(0, ...strengths),
  ),
  countTag('LIKE', social('likes', 'events', 'How many likes the user gave.')),
  countTag('COMMENT', social('comments', 'events', 'How many comments the user wrote.')),
  countTag('SHARE', social('shares', 'events', 'How many times the user shared something with others.')),
  countTag('INVITE', social('invites', 'events', 'How many times the user invited someone.')),
  countTag('HELPFUL', social('helpful-votes', 'events', 'How many times the user found a review or content helpful.')),
];
