import { type LedgerEvent } from '../../events/event.js';
import { type Page, type PlacedItem } from '../../exposures/exposure.js';
import { localTime } from '../../tags/local-time.js';

/** What facts need to know of an item. */
export interface FactItem {
  /** Number of its narrowest category. */
  category: number;
  /** Epoch ms. */
  createdAt: number;
  /** Somebody pays for its being shown. */
  commercial: boolean;
  /** Of a creator who is seldom shown. */
  isSmallCreators: boolean;
  /** Outside the most shown part of the catalogue. */
  isTail: boolean;
}

export type FactPage = Pick<Page, 'feedId' | 'kind' | 'servedAt' | 'surface' | 'scorer' | 'degraded'> & {
  placed: readonly Pick<PlacedItem, 'position' | 'itemNo' | 'exploration' | 'promoted' | 'repeat' | 'sources'>[];
};
export type FactEvent = Pick<
  LedgerEvent,
  'id' | 'type' | 'occurredAt' | 'attribution' | 'itemNo' | 'exposureId' | 'orderId' | 'quantity' | 'amount' | 'currency' | 'dwellMs' | 'rating'
>; // prettier-ignore

/** What was served to one user and what he did, in any order; of any time. */
export interface FactEntries {
  pages: readonly FactPage[];
  events: readonly FactEvent[];
}

/** Times are epoch ms. */
export interface FactOptions {
  from: number;
  /** Excluded. */
  to: number;
  /** Now: windows that reach beyond it are not over. */
  asOf: number;
  timeZone: string;
  /** The one that money is counted in; amounts in another count as none. */
  currency: string;
  itemOf: (itemNo: number) => FactItem | undefined;
  /** Surfaces of which somebody reported items as seen: elsewhere what was served counts as shown. */
  reporting: ReadonlySet<string>;
  /** His cocoon index at the end of a UTC day, as 2026-01-31. */
  cocoonOf?: (day: string) => number | undefined;
  /** Clicks in whose categories nothing is new to him; his own of all times when left out. */
  clicksBefore?: readonly FactEvent[];
  /** Whether he ordered before the period; what his entries say when left out. */
  hasBoughtBefore?: boolean;
  isAcquired?: boolean;
  isReferred?: boolean;
  /** Users whom he brought. */
  referred?: number;
}

/** An amount in the shop's currency; 0 for one in another, or for none. */
export const moneyOf = ({ amount, currency }: FactEvent, shopCurrency: string): number =>
  currency === undefined || currency === shopCurrency ? (amount ?? 0) : 0;

/** Number of the day that calendars show at an instant. */
export const localDay = (at: number, timeZone: string): number => localTime(at, timeZone).day;
