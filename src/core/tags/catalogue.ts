import { BEHAVIOUR_TAGS } from './behaviour-tags.js';
import { INTEREST_TAGS } from './interest-tags.js';
import { PURCHASE_TAGS } from './purchase-tags.js';
import { SOCIAL_TAGS } from './social-tags.js';
import { type TagDeclaration, type TagDefinition } from './tag.js';

export { type TagDefinition, type TagDimension } from './tag.js';

/** Every tag there is, each with how it is read from a state, so that what is said and what is computed cannot part. */
export const declaredTags: readonly TagDeclaration[] = [...INTEREST_TAGS, ...PURCHASE_TAGS, ...SOCIAL_TAGS, ...BEHAVIOUR_TAGS];

/** The same as people read it. The key of a family is what stands before the colon. */
export const tagCatalogue: readonly TagDefinition[] = declaredTags.map(({ key, dimension, unit, halfLifeHours, description, purpose }) => ({
  key,
  dimension,
  unit,
  halfLifeHours,
  description,
  purpose,
}));
