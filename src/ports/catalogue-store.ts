import { type Item, type ItemPatch, type NameKind, type NumberedItem } from '../core/item.js';

/** An item as given; `createdAt` null means when first seen. */
export type ItemToStore = Omit<Item, 'createdAt'> & { createdAt: number | null };

/** What other processes have to take over, in the order of their revisions. */
export interface CatalogueChanges {
  /** Revision after these changes; ask from it the next time. */
  revision: number;
  /** Not to be changed: items of one category path share its arrays. */
  items: NumberedItem[];
  names: { kind: NameKind; no: number; name: string }[];
}

/**
 * The truth about items and the numbers of names. Guarantees: a change is on disk when its call resolves and whole or not made at all; item numbers
 * count from 0 without gaps and stay for ever, as do name numbers, which count from 1; revisions grow in the order of commit, over all processes; every
 * change is announced as a `catalogue` notice.
 */
export interface CatalogueStore {
  /** Replace each item whole, the last of several with one id winning; a removed one comes back. */
  upsert(items: ItemToStore[]): Promise<void>;
  /** Change what is given. Per patch whether there was such an item. */
  patch(patches: ItemPatch[]): Promise<boolean[]>;
  /** Per id whether there was such an item. Removing twice is no fault. */
  remove(ids: string[]): Promise<boolean[]>;
  /** Remove every item that no call has written since this revision; the number removed. */
  removeNotWrittenSince(revision: number): Promise<number>;
  /** Latest revision, 0 for an empty catalogue. */
  revision(): Promise<number>;
  /** Changes after a revision, at most `limit` items at a time; an empty list when there are none. */
  changesSince(revision: number, limit: number): Promise<CatalogueChanges>;
}
