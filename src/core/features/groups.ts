import { basketFeatures, evidenceFeatures } from './cross-features.js';
import { type Group, itemFeatures } from './item-features.js';
import { contextFeatures, requestFeatures } from './request-features.js';
import { memoryFeatures, tasteFeatures, userFeatures } from './user-features.js';

/** Everything that fills the matrix, in order: the last group reads what the others wrote. */
export const FEATURE_GROUPS: readonly Group[] = [
  itemFeatures, tasteFeatures, memoryFeatures, userFeatures, evidenceFeatures, basketFeatures, contextFeatures, requestFeatures,
]; // prettier-ignore
