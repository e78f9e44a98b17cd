import { type EventType, type LedgerEvent } from '../../events/event.js';
import { type NumberedItem } from '../../item.js';
import { makerOf, narrowest, TAKEN } from './card-names.js';
import { CARD_HALF_LIFE_MS, COCOON_BOUNDS, type CocoonState, TASTE_HALF_LIFE_MS } from './cocoon-state.js';
import { addToSpread, type SpreadOptions } from './spread.js';
import { addOffered, foldWidening, type PageWidening } from './widening.js';

export { makerOf } from './card-names.js';

/** How cards of a page come to count. */
export interface CardOptions {
  /** The report that makes a card of this page count as shown. */
  countsAt: 'SERVED' | 'RENDERED' | 'IMPRESSION';
  itemOf: (itemNo: number) => NumberedItem | undefined;
}

/** A served page, as far as its cards are concerned. */
export interface PageOfCards {
  feedId: string;
  kind: string;
  fixedByCaller: boolean;
  servedAt: number;
  placed: readonly { itemNo: number; position: number; repeat: boolean }[];
  /** What the loop out of the cocoon did on it. */
  widening?: PageWidening;
}

const CARDS: SpreadOptions = { halfLifeMs: CARD_HALF_LIFE_MS, most: COCOON_BOUNDS.cards };
const MAKERS: SpreadOptions = { halfLifeMs: CARD_HALF_LIFE_MS, most: COCOON_BOUNDS.makers };
const TASTE: SpreadOptions = { halfLifeMs: TASTE_HALF_LIFE_MS, most: COCOON_BOUNDS.taste };

/** What counts as begun by the user himself, unless a page led to it; a purchase counts always. */
const BEGUN: ReadonlySet<EventType> = new Set(['SEARCH', 'FOLLOW', 'VIEW', 'CLICK', 'REVIEW']);
/** A category with this share of the feed, or less, gives its clicks their whole weight: a feed of about thirty kinds shows each so often. */
const FAIR_SHARE = 1 / 30;

/** Count the cards of a page, or let them wait for the report that makes them count. Pages whose categories the caller fixed say nothing. */
export function foldCards(cocoon: CocoonState, page: PageOfCards, { countsAt, itemOf }: CardOptions): void {
  if (page.kind !== 'feed' || page.fixedByCaller || page.placed.length === 0) return;
  if (page.widening) foldWidening(cocoon, page.widening, page.servedAt);
  const widening = new Set(page.widening?.cards);
  if (countsAt === 'SERVED') {
    for (const { itemNo, position, repeat } of page.placed)
      addCard(cocoon, itemOf(itemNo), { itemNo, repeat, isWidening: widening.has(position) }, page.servedAt);
    return;
  }
  const cards = new Map(page.placed.map(({ position, repeat }) => [position, repeat]));
  cocoon.pending.push({ feedId: page.feedId, servedAt: page.servedAt, level: countsAt, cards, widening });
  if (cocoon.pending.length > COCOON_BOUNDS.pending) cocoon.pending.shift();
}

interface Card {
  itemNo: number;
  repeat: boolean;
  isWidening: boolean;
}

function addCard(cocoon: CocoonState, item: NumberedItem | undefined, { itemNo, repeat, isWidening }: Card, at: number): void {
  if (!item) return;
  addToSpread(cocoon.categories, narrowest(item), 1, at, CARDS);
  addToSpread(cocoon.repeats, Number(repeat), 1, at, CARDS);
  const maker = makerOf(item);
  if (maker > 0) addToSpread(cocoon.makers, maker, 1, at, MAKERS);
  if (isWidening) addOffered(cocoon, item, itemNo, at);
}

/** Let a report that a card was drawn or seen make it count, once. What was seen was drawn. */
export function foldReport(cocoon: CocoonState, { type, exposureId, itemNo }: LedgerEvent, item: NumberedItem | undefined): void {
  if ((type !== 'RENDERED' && type !== 'IMPRESSION') || exposureId === undefined || cocoon.pending.length === 0) return;
  const dot = exposureId.lastIndexOf('.');
  const feedId = exposureId.slice(0, dot);
  const position = Number(exposureId.slice(dot + 1));
  for (let i = cocoon.pending.length - 1; i >= 0; i--) {
    const page = cocoon.pending[i];
    if (page.feedId !== feedId) continue;
    const repeat = page.cards.get(position);
    if (repeat === undefined) continue;
    if (page.level === 'IMPRESSION' && type === 'RENDERED') return;
    addCard(cocoon, item, { itemNo, repeat, isWidening: page.widening.has(position) }, page.servedAt);
    page.cards.delete(position);
    page.widening.delete(position);
    if (page.cards.size === 0) cocoon.pending.splice(i, 1);
    return;
  }
}

/** Count what the user began himself, and what he took. A click on a card counts the less, the more of its category he is shown. */
export function foldOwnTaste(cocoon: CocoonState, { type, attribution, occurredAt }: LedgerEvent, item: NumberedItem | undefined): void {
  if (!item) return;
  const name = narrowest(item);
  const isLed = attribution === 'ATTRIBUTED';
  if (type === 'PURCHASE' || (BEGUN.has(type) && !isLed)) addToSpread(cocoon.own, name, 1, occurredAt, TASTE);
  else if (type === 'CLICK') addToSpread(cocoon.own, name, weightOfLedClick(cocoon, name), occurredAt, TASTE);
  if (TAKEN.has(type)) addToSpread(cocoon.taken, name, 1, occurredAt, TASTE);
}

function weightOfLedClick({ categories: { names, weight } }: CocoonState, name: number): number {
  const share = weight > 0 ? (names.get(name) ?? 0) / weight : 0;
  return share > FAIR_SHARE ? FAIR_SHARE / share : 1;
}
