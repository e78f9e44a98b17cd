import { type LedgerEvent } from '../../events/event.js';
import { type NumberedItem } from '../../item.js';
import { DAY_MS } from '../../time.js';
import { ANSWER_HALF_LIFE_MS, COCOON_BOUNDS, type CocoonState, emptyControl } from './cocoon-state.js';
import { narrowest, TAKEN } from './card-names.js';
import { addToSpread, type SpreadOptions } from './spread.js';

/**
 * What the loop out of the cocoon did on one page: plain numbers, kept with the page, from which what the loop remembers of a user is made again. Values are
 * sums over positions of relevance (0..1) by `1 / log2(1 + position)`.
 */
export interface PageWidening {
  /** False for a user whom the loop leaves alone, so that others can be compared with him. */
  controlled: boolean;
  /** How narrow he was found, how sure that is, and how narrow his feeds may be; 0..1. */
  narrow: number;
  confidence: number;
  target: number;
  /** Where he set his dial, -1..1. */
  breadth: number;
  /** What the loop adds to the strength of variety from here on, and the day (since 1970, UTC) on which it was last changed. */
  boost: number;
  steppedOn: number;
  /** Strength of variety as configured, and as the page was built. */
  configured: number;
  strength: number;
  /** What the page could cost at most. */
  allowance: number;
  /** What the page without widening was worth, and how much less this one is, at least 0. */
  value: number;
  spent: number;
  /** The budget held widening back. */
  bound: boolean;
  /** A card was given although there was nothing left to spend. */
  dosed: boolean;
  /** Positions of the cards that the page without widening did not have. */
  cards: number[];
}

/** What hiding a card says, in cards that were let pass. */
const HIDDEN_CARDS = 5;
const ANSWERED_WITHIN_MS = 7 * DAY_MS;
const ANSWERS: SpreadOptions = { halfLifeMs: ANSWER_HALF_LIFE_MS, most: COCOON_BOUNDS.answers };

export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** Let a page count in what the loop remembers, in place; pages of one day may come in any order. */
export function foldWidening({ control }: CocoonState, widening: PageWidening, servedAt: number): void {
  const { controlled, boost, steppedOn, value, spent, bound, dosed, cards } = widening;
  if (controlled && steppedOn >= control.steppedOn) {
    control.boost = steppedOn > control.steppedOn ? boost : Math.max(boost, control.boost);
    control.steppedOn = steppedOn;
  }
  const day = dayOf(servedAt);
  if (day > control.day)
    Object.assign(control, { ...emptyControl(), boost: control.boost, steppedOn: control.steppedOn, dosedAt: control.dosedAt, day });
  if (day === control.day) {
    control.value += value;
    control.spent += spent;
    control.doses += Number(dosed);
    control.bound += Number(bound);
  }
  if (cards.length > 0) control.dosedAt = Math.max(control.dosedAt, servedAt);
}

/** Count a card that only widening brought, once it counts as shown. */
export function addOffered(cocoon: CocoonState, item: NumberedItem, itemNo: number, at: number): void {
  addToSpread(cocoon.offered, narrowest(item), 1, at, ANSWERS);
  cocoon.awaiting.delete(itemNo);
  cocoon.awaiting.set(itemNo, { at, isTaken: false, isHidden: false });
  if (cocoon.awaiting.size > COCOON_BOUNDS.awaiting) forgetOldest(cocoon.awaiting);
}

function forgetOldest(awaiting: CocoonState['awaiting']): void {
  let oldest = -1;
  for (const [itemNo, { at }] of awaiting) {
    const least = awaiting.get(oldest);
    if (!least || at < least.at || (at === least.at && itemNo < oldest)) oldest = itemNo;
  }
  awaiting.delete(oldest);
}

/** Count what a user answers to a card that only widening brought: within a week, and each answer once, so that the order of answers is the same to it. */
export function foldAnswer(cocoon: CocoonState, { type, itemNo, occurredAt }: LedgerEvent, item: NumberedItem | undefined): void {
  const card = cocoon.awaiting.get(itemNo);
  if (!card || !item || occurredAt - card.at > ANSWERED_WITHIN_MS) return;
  if (type === 'HIDE' && !card.isHidden) {
    addToSpread(cocoon.offered, narrowest(item), HIDDEN_CARDS, card.at, ANSWERS);
    card.isHidden = true;
  } else if (TAKEN.has(type) && !card.isTaken) {
    addToSpread(cocoon.accepted, narrowest(item), 1, card.at, ANSWERS);
    card.isTaken = true;
  }
}
