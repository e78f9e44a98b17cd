import { emptyCocoon, type CocoonState } from '../../../src/core/tags/cocoon/cocoon-state.js';
import { foldCards, foldReport } from '../../../src/core/tags/cocoon/fold-cards.js';
import { dayOf, foldAnswer, foldWidening, type PageWidening } from '../../../src/core/tags/cocoon/widening.js';
import { type EventType, type LedgerEvent } from '../../../src/core/events/event.js';
import { packState, unpackState } from '../../../src/core/tags/codec.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { DAY, NOW, thing } from '../diversification/cocoon-cards.js';

const did = (fields: Partial<PageWidening> = {}): PageWidening => ({
  controlled: true, narrow: 0.8, confidence: 0.9, target: 0.4, breadth: 0, boost: 0.15, steppedOn: dayOf(NOW), configured: 0.2, strength: 0.35,
  allowance: 0.7, value: 7, spent: 0.5, bound: false, dosed: false, cards: [], ...fields,
}); // prettier-ignore

/** A page of two cards, items 1 and 2 of categories 1 and 2, the second of which only widening brought. */
const page = (cocoon: CocoonState, countsAt: 'SERVED' | 'IMPRESSION' = 'SERVED', servedAt = NOW): void =>
  foldCards(
    cocoon,
    {
      feedId: 'f',
      kind: 'feed',
      fixedByCaller: false,
      servedAt,
      placed: [1, 2].map((itemNo) => ({ itemNo, position: itemNo, repeat: false })),
      widening: did({ cards: [2] }),
    },
    { countsAt, itemOf: (no) => thing(no) },
  );
const event = (type: EventType, itemNo: number, occurredAt = NOW + 1): LedgerEvent =>
  ({ type, itemNo, occurredAt, exposureId: `f.${itemNo}` }) as LedgerEvent;
const answer = (cocoon: CocoonState, type: EventType, itemNo: number, at?: number): void =>
  foldAnswer(cocoon, event(type, itemNo, at), thing(itemNo));

describe('what the loop remembers', () => {
  it('is the last step, and what the day cost', () => {
    const cocoon = emptyCocoon();
    foldWidening(cocoon, did({ cards: [3] }), NOW);
    foldWidening(cocoon, did({ bound: true, dosed: true }), NOW + 1);
    expect(cocoon.control).toEqual({
      boost: 0.15,
      steppedOn: dayOf(NOW),
      day: dayOf(NOW),
      value: 14,
      spent: 1,
      doses: 1,
      bound: 1,
      dosedAt: NOW,
    });
    foldWidening(cocoon, did({ boost: 0.3, steppedOn: dayOf(NOW) + 1 }), NOW + DAY);
    expect(cocoon.control).toMatchObject({ boost: 0.3, day: dayOf(NOW) + 1, value: 7, spent: 0.5, doses: 0, bound: 0, dosedAt: NOW });
  });

  it('is the same whatever order pages come in, and has no step of a user who is left alone', () => {
    const pages: [PageWidening, number][] = [
      [did({ boost: 0.15 }), NOW],
      [did({ boost: 0.3, steppedOn: dayOf(NOW) + 1 }), NOW + DAY],
      [did({ boost: 0, steppedOn: 0, controlled: false, cards: [4] }), NOW + DAY + 1],
    ];
    const [forth, back] = [pages, [...pages].reverse()].map((some) => {
      const cocoon = emptyCocoon();
      for (const [widening, at] of some) foldWidening(cocoon, widening, at);
      return cocoon.control;
    });
    expect(back).toEqual(forth);
    expect(forth).toMatchObject({ boost: 0.3, value: 14, dosedAt: NOW + DAY + 1 });
  });

  it('is what was offered, and what of it was taken or hidden, each once and within a week', () => {
    const cocoon = emptyCocoon();
    page(cocoon);
    expect([[...cocoon.offered.names], [...cocoon.accepted.names]]).toEqual([[[2, 1]], []]);
    answer(cocoon, 'CLICK', 1);
    answer(cocoon, 'IMPRESSION', 2);
    answer(cocoon, 'CLICK', 2, NOW + 8 * DAY);
    expect(cocoon.accepted.weight).toBe(0);
    answer(cocoon, 'CLICK', 2);
    answer(cocoon, 'LIKE', 2);
    expect([...cocoon.accepted.names]).toEqual([[2, 1]]);
    // A card that is hidden was let pass five times more.
    answer(cocoon, 'HIDE', 2);
    answer(cocoon, 'HIDE', 2);
    expect([...cocoon.offered.names]).toEqual([[2, 6]]);
  });

  it('is offered once it is seen, where a surface counts what is seen', () => {
    const cocoon = emptyCocoon();
    page(cocoon, 'IMPRESSION');
    foldReport(cocoon, event('IMPRESSION', 1), thing(1));
    expect(cocoon.offered.weight).toBe(0);
    foldReport(cocoon, event('IMPRESSION', 2), thing(2));
    expect([...cocoon.offered.names]).toEqual([[2, 1]]);
    expect(cocoon.pending).toEqual([]);
  });

  it('keeps the latest 48 cards that wait for an answer', () => {
    const cocoon = emptyCocoon();
    for (let i = 0; i < 50; i++)
      foldCards(
        cocoon,
        { feedId: 'f', kind: 'feed', fixedByCaller: false, servedAt: NOW + i, placed: [{ itemNo: i, position: 1, repeat: false }], widening: did({ cards: [1] }) },
        { countsAt: 'SERVED', itemOf: () => thing(1) },
      ); // prettier-ignore
    expect([cocoon.awaiting.size, cocoon.awaiting.has(1), cocoon.awaiting.has(2)]).toEqual([48, false, true]);
  });

  it('comes back from its packed form as it was', () => {
    const cocoon = emptyCocoon();
    page(cocoon);
    page(cocoon, 'IMPRESSION', NOW + 1);
    answer(cocoon, 'SAVE', 2);
    const state = { ...emptyState(), cocoon };
    expect(unpackState(packState(state)).cocoon).toEqual(cocoon);
  });
});
