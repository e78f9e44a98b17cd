import { BEHAVIOUR_TAGS } from './behaviour-tags.js';
import { CONTEXT_TAGS } from './context-tags.js';
import { INTEREST_TAGS } from './interest-tags.js';
import { MOTIVE_TAGS } from './motive-tags.js';
import { PURCHASE_TAGS } from './purchase-tags.js';
import { RHYTHM_TAGS } from './rhythm-tags.js';
import { RISK_TAGS } from './risk-tags.js';
import { SOCIAL_TAGS } from './social-tags.js';
import { type ExplainedTag, type TagDeclaration } from './tag.js';
import { TASTE_TAGS } from './taste-tags.js';
import { TRUST_TAGS } from './trust-tags.js';
import { VALUE_TAGS } from './value-tags.js';

export { type TagDefinition, type TagDimension } from './tag.js';

/** Every tag there is, each with how it is read from a state, so that what is said and what is computed cannot part. */
export const declaredTags: readonly TagDeclaration[] = [
  ...INTEREST_TAGS,
  ...TASTE_TAGS,
  ...MOTIVE_TAGS,
  ...PURCHASE_TAGS,
  ...VALUE_TAGS,
  ...RISK_TAGS,
  ...SOCIAL_TAGS,
  ...BEHAVIOUR_TAGS,
  ...RHYTHM_TAGS,
  ...CONTEXT_TAGS,
  ...TRUST_TAGS,
];

/** The same as people read it. The key of a family is what stands before the colon. */
export const tagCatalogue: readonly ExplainedTag[] = declaredTags.map(
  ({ key, dimension, unit, halfLifeHours, description, purpose, window, from, range }) => ({
    key,
    dimension,
    unit,
    halfLifeHours,
    description,
    purpose,
    window,
    from,
    range,
  }),
);
