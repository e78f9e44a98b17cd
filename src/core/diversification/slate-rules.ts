import { type SlateRule } from '../outcome.js';

/**
 * Rules that a slate keeps, the lightest first; the bit of a rule is 1, 2, 4 and so on, so that a set of rules is lighter than another when its number is
 * smaller. What cannot be kept is given up from the light end: all that asks for more of something goes before any cap, since a cap protects the user and a
 * share serves somebody else. Of the shares the one that only follows from taste goes first; what is new finds readers sooner than a small creator does.
 */
export const RELAXATION_ORDER = [
  'STYLE_MIX',
  'NEW_ITEM_SHARE',
  'SMALL_CREATOR_SHARE',
  'CREATOR_CAP',
  'BRAND_CAP',
  'CATEGORY_CAP',
  'COMMERCIAL_SHARE',
  'FATIGUE',
] as const satisfies readonly SlateRule[];
/** What the rules look at: columns of equal length. A name of 0 is unknown and counts for nothing. */
export interface SlateColumns {
  category: Int32Array;
  brand: Int32Array;
  creator: Int32Array;
  commercial: Uint8Array;
  fatigued: Uint8Array;
  /** Which of them are near-copies of each other, by a number of their own; left out where none are. */
  copies?: Int32Array;
  /** 1 for what counts towards a share; left out where the share asks for nothing. */
  newItem?: Uint8Array;
  smallCreator?: Uint8Array;
  /** Place of its style among the styles plus one, 0 for none; left out where the mix of styles does not matter. */
  style?: Uint8Array;
}

/** How much of something there has to be at least. */
export interface MixFloor {
  /** In every run of `window` positions. */
  inWindow: number;
  /** On the page. */
  onPage: number;
  /** So many positions at the start of the page have to hold what the page has to hold: what chance puts in moves the others off its end. */
  within: number;
}

export interface SlateLimits {
  /** The caps hold in every run of so many positions. */
  window: number;
  maxPerCategory: number;
  maxPerBrand: number;
  maxPerCreator: number;
  /** 0..1: share of every run of `window` positions, and of the page, that may be commercial. */
  commercialShareMax: number;
  /** Left out where nothing is asked for. */
  newItems?: MixFloor;
  smallCreators?: MixFloor;
  /** [styles] how many of each a window holds at most; left out where the mix of styles does not matter. */
  styles?: readonly number[];
}
