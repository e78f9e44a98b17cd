import { parseExposureId } from '../../core/exposures/exposure.js';
import { type LedgerEvent } from '../../core/events/event.js';

/** Clicks on a page come within this time, or count no more. */
export const CLICKS_AFTER_MS = 5 * 60_000;
const MAX_PAGES = 20_000;

interface WatchedPage {
  key: string;
  version: string;
  at: number;
  items: number;
  clicks: number;
}

/** Counts the clicks on pages that models decided, until their time is over. Bounded: of more pages than that, the oldest are not counted. */
export class PageClicks {
  /** In the order of serving. A feed has one entry, that of the page it began with. */
  private readonly pages = new Map<string, WatchedPage>();

  served(feedId: string, version: string, items: number, at: number): void {
    if (items === 0 || this.pages.has(feedId)) return;
    this.pages.set(feedId, { key: feedId, version, at, items, clicks: 0 });
    if (this.pages.size > MAX_PAGES) this.pages.delete(this.pages.keys().next().value!);
  }

  observe(events: readonly Pick<LedgerEvent, 'type' | 'exposureId' | 'attribution'>[]): void {
    for (const { type, exposureId, attribution } of events) {
      if (type !== 'CLICK' || exposureId === undefined || attribution !== 'ATTRIBUTED') continue;
      const page = this.pages.get(parseExposureId(exposureId)?.feedId ?? '');
      if (page) page.clicks++;
    }
  }

  /** Pages whose time is over; each is told once. */
  *ripe(now: number): Generator<WatchedPage> {
    for (const page of this.pages.values()) {
      if (page.at > now - CLICKS_AFTER_MS) return;
      this.pages.delete(page.key);
      yield page;
    }
  }
}
