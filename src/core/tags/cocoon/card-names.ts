import { type EventType } from '../../events/event.js';
import { type NumberedItem } from '../../item.js';

/** Who made an item, in one number: its creator, else its brand, else 0. */
export const makerOf = ({ creatorNo, brandNo }: Pick<NumberedItem, 'creatorNo' | 'brandNo'>): number =>
  creatorNo > 0 ? 2 * creatorNo : brandNo > 0 ? 2 * brandNo + 1 : 0;

/** The narrowest category of an item. */
export const narrowest = ({ categoryNos }: NumberedItem): number => categoryNos[categoryNos.length - 1];

/** By what acts a user takes what he is shown. */
export const TAKEN: ReadonlySet<EventType> = new Set([
  'CLICK', 'LIKE', 'SAVE', 'SHARE', 'COMMENT', 'ADD_TO_CART', 'PURCHASE', 'FOLLOW',
]); // prettier-ignore
