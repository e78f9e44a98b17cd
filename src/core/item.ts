/** Kinds of item in the order of their stored numbers. */
export const ITEM_KINDS = ['PRODUCT', 'NOTE', 'VIDEO', 'LIVE'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

export const CONTENT_STYLES = ['PRACTICAL', 'EMOTIONAL', 'SOCIAL'] as const;
export type ContentStyle = (typeof CONTENT_STYLES)[number];

/** An item as the shop describes it. Times are epoch milliseconds; null is "not given". */
export interface Item {
  id: string;
  kind: ItemKind;
  title: string;
  /** From broad to narrow, 1 to 8. */
  categories: string[];
  brand: string | null;
  creatorId: string | null;
  price: number | null;
  currency: string | null;
  /** 0 is sold out, null is not counted. */
  stock: number | null;
  labels: string[];
  style: ContentStyle | null;
  commercial: boolean;
  aiGenerated: boolean;
  productIds: string[];
  regions: string[];
  geohash: string | null;
  minAge: number | null;
  durationMs: number | null;
  repurchaseDays: number | null;
  imageUrl: string | null;
  /** When it was first seen, where the shop does not say. */
  createdAt: number;
  availableUntil: number | null;
}

/** What an item is where the shop says no more than its id, title and categories. */
export const PLAIN_ITEM: Omit<Item, 'id' | 'title' | 'categories' | 'createdAt'> = {
  kind: 'PRODUCT',
  brand: null,
  creatorId: null,
  price: null,
  currency: null,
  stock: null,
  labels: [],
  style: null,
  commercial: false,
  aiGenerated: false,
  productIds: [],
  regions: [],
  geohash: null,
  minAge: null,
  durationMs: null,
  repurchaseDays: null,
  imageUrl: null,
  availableUntil: null,
};

/** Only what a patch gives; null clears, undefined leaves. */
export interface ItemPatch {
  id: string;
  stock?: number | null;
  price?: number | null;
  availableUntil?: number | null;
  commercial?: boolean;
  labels?: string[];
}

/** Append-only numbers for names; 0 is unknown. The same on every process, for ever. */
export interface CatalogueNames {
  category: ReadonlyMap<string, number>;
  brand: ReadonlyMap<string, number>;
  creator: ReadonlyMap<string, number>;
}
export type NameKind = keyof CatalogueNames;

/**
 * An item with the numbers that the service gave it: `no` counts from 0 without gaps and is never used twice, so it indexes columns directly;
 * names are numbers of the vocabularies, in the order of `item.categories`.
 */
export interface NumberedItem {
  no: number;
  item: Item;
  categoryNos: number[];
  brandNo: number;
  creatorNo: number;
  removed: boolean;
}
