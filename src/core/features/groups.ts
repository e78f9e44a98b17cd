import { contextFeatures } from './context-features.js';
import { basketFeatures, evidenceFeatures, socialFeatures } from './evidence-features.js';
import { type Group } from './feature-group.js';
import { historyFeatures } from './history-features.js';
import { itemFeatures } from './item-features.js';
import { requestFeatures } from './request-features.js';
import { sequenceFeatures } from './sequence-features.js';
import { standingFeatures } from './standing-features.js';
import { tasteFeatures } from './taste-features.js';
import { memoryFeatures, userFeatures } from './user-features.js';

/** Everything that fills columns, in order: the last group reads what the others wrote. */
export const FEATURE_GROUPS: readonly Group[] = [
  itemFeatures, standingFeatures, tasteFeatures, memoryFeatures, userFeatures, sequenceFeatures, historyFeatures, evidenceFeatures, socialFeatures,
  basketFeatures, contextFeatures, requestFeatures,
]; // prettier-ignore
