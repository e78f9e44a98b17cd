import { type Catalogue } from '../candidates/catalogue.js';
import { EVENT_TYPE_NO } from '../events/event.js';
import { type UserState } from '../tags/state.js';
import { HOUR_MS } from '../time.js';
import { type BehaviourSequence, type ModelInputs } from './intent-model.js';

/**
 * What a user did last, as a sequence model reads it: ids of the vocabularies (the narrowest category; types count from 1), newest first, zeros after the
 * last act. Acts on items that left the catalogue keep their type and time.
 *
 * @param state  null where nothing may be known of the user: all zeros
 * @param length K of the model
 * @returns      [length] a column
 */
export function behaviourOf(state: UserState | null, catalogue: Catalogue, now: number, length: number): BehaviourSequence {
  const column = (): BigInt64Array => new BigInt64Array(length);
  const sequence: BehaviourSequence = {
    category: column(),
    brand: column(),
    creator: column(),
    type: column(),
    gap: new Float32Array(length),
  };
  (state?.recent ?? []).slice(0, length).forEach(({ itemNo, type, occurredAt }, i) => {
    sequence.type[i] = BigInt(EVENT_TYPE_NO[type] + 1);
    sequence.gap[i] = Math.log1p(Math.max(0, now - occurredAt) / HOUR_MS);
    if (!catalogue.has(itemNo)) return;
    sequence.category[i] = BigInt(catalogue.leafCategory[itemNo] ?? 0);
    sequence.brand[i] = BigInt(catalogue.brand[itemNo]);
    sequence.creator[i] = BigInt(catalogue.creator[itemNo]);
  });
  return sequence;
}

/** Candidates in the same vocabularies: [itemNos] a column. */
export function candidateNamesOf(itemNos: Uint32Array, catalogue: Catalogue): NonNullable<ModelInputs['candidates']> {
  const pick = (column: Int32Array): BigInt64Array => BigInt64Array.from(itemNos, (no) => BigInt(column[no]));
  return { category: pick(catalogue.leafCategory), brand: pick(catalogue.brand), creator: pick(catalogue.creator) };
}
