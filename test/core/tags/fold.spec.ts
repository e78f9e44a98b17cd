import fc from 'fast-check';
import { type LedgerEvent } from '../../../src/core/events/event.js';
import { foldEvent, foldPage } from '../../../src/core/tags/fold.js';
import { dwellWeight, priceBand, priceBandFrom } from '../../../src/core/tags/interest.js';
import { BOUNDS, emptyState } from '../../../src/core/tags/state.js';
import { DAY, difference, event, foldAll, folded, histories, NOW, numbered, OPTIONS, SHOP } from './history.js';

const shoe = numbered(7, { categoryNos: [1, 2], brandNo: 3, creatorNo: 4, price: 30 });

describe('interest', () => {
  it('moves every category of the item, its brand, its creator and its price band', () => {
    const { affinity } = folded([event('CLICK'), shoe], [event('PURCHASE'), shoe]);
    for (const sums of [affinity.category, affinity.brand, affinity.creator, affinity.priceBand])
      for (const sum of sums.values()) expect(sum).toEqual({ value: 1 + 4, at: NOW });
    expect([...affinity.category.keys(), ...affinity.brand.keys(), ...affinity.creator.keys(), ...affinity.priceBand.keys()]).toEqual([
      1,
      2,
      3,
      4,
      priceBand(30),
    ]);
  });

  it('halves the taste for a category in 30 days, that for a brand in 45', () => {
    const { affinity } = folded([event('LIKE', { occurredAt: NOW - 90 * DAY }), shoe], [event('CLICK'), shoe]);
    expect(affinity.category.get(2)!.value).toBeCloseTo(2 / 8 + 1, 6);
    expect(affinity.brand.get(3)!.value).toBeCloseTo(2 / 4 + 1, 6);
  });

  it('takes back what is taken back, and goes below 0 where something is refused', () => {
    const { affinity } = folded([event('LIKE'), shoe], [event('UNLIKE'), shoe], [event('SKIP'), shoe]);
    expect(affinity.category.get(1)).toEqual({ value: -0.5, at: NOW });
  });

  it('weighs dwell by the logarithm of time, reviews by rating, comments by sentiment', () => {
    // 10 s: log2(1 + 1) / 2 = 0.5. 30 s: log2(4) / 2 = 1. 150 s: log2(16) / 2 = 2, and never more.
    expect([0, 10_000, 30_000, 150_000, 1e8].map(dwellWeight)).toEqual([0, 0.5, 1, 2, 2]);
    const of = (change: Partial<LedgerEvent> & Pick<LedgerEvent, 'type'>) =>
      folded([event(change.type, change), shoe]).affinity.category.get(1)?.value;
    expect(of({ type: 'DWELL', dwellMs: 30_000 })).toBe(1);
    expect([1, 3, 5].map((rating) => of({ type: 'REVIEW', rating }))).toEqual([undefined, 1.5, 3]);
    expect([-1, 0, 1].map((sentiment) => of({ type: 'COMMENT', sentiment }))).toEqual([0.5, 1.5, 2.5]);
  });

  it('hides a name by lowering that name alone', () => {
    const { affinity } = folded([event('HIDE', { hideScope: 'CATEGORY' }), shoe], [event('HIDE', { hideScope: 'BRAND' }), shoe]);
    expect([...affinity.category]).toEqual([[2, { value: -4, at: NOW }]]);
    expect([...affinity.brand]).toEqual([[3, { value: -4, at: NOW }]]);
    expect(affinity.creator.size + affinity.priceBand.size).toBe(0);
  });

  it('learns nothing of unknown names, and nothing from what was only drawn or seen', () => {
    const nameless = numbered(1, { categoryNos: [0], brandNo: 0, creatorNo: 0 });
    const state = folded([event('CLICK'), nameless], [event('RENDERED'), shoe], [event('IMPRESSION'), shoe]);
    expect(Object.values(state.affinity).map(({ size }) => size)).toEqual([0, 0, 0, 0]);
    expect([state.eventCount, state.recent.length]).toEqual([3, 1]);
  });

  it('cuts a family that is over 64 names back to the strongest 48', () => {
    const steps = Array.from({ length: 65 }, (_, i): [LedgerEvent, ReturnType<typeof numbered>] => [
      event(i < 40 ? 'LIKE' : 'CLICK'),
      numbered(i, { categoryNos: [i + 1] }),
    ]);
    const { category } = folded(...steps).affinity;
    expect([...category.keys()]).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
  });

  it('has price bands that three make a decade, each beginning where it says', () => {
    expect([0, 0.001, 0.01, 1, 9.99, 10, 21.5, 21.6, 46.4, 46.5, 99.9, 100, 1e12].map(priceBand)).toEqual([
      0, 1, 1, 7, 9, 10, 10, 11, 11, 12, 12, 13, 36,
    ]);
    for (let band = 1; band <= 36; band++)
      expect([priceBand(priceBandFrom(band)), priceBand(priceBandFrom(band) * 0.999)]).toEqual([band, Math.max(1, band - 1)]);
  });
});

describe('recent acts', () => {
  it('stand newest first, equal times by type and item, at most 50', () => {
    const at = (minutes: number) => ({ occurredAt: NOW - minutes * 60_000 });
    const state = folded(
      [event('VIEW', at(5)), numbered(1)],
      [event('LIKE', at(1)), numbered(2)],
      [event('CLICK', at(3)), numbered(3)],
      [event('CLICK', at(3)), numbered(1)],
    );
    expect(state.recent.map(({ itemNo, type }) => `${type} ${itemNo}`)).toEqual(['LIKE 2', 'CLICK 1', 'CLICK 3', 'VIEW 1']);
    const many = foldAll(Array.from({ length: 80 }, (_, i) => event('CLICK', { ...at(i), itemNo: i % 24 })));
    expect([many.recent.length, many.recent[49].occurredAt]).toEqual([BOUNDS.recent, NOW - 49 * 60_000]);
  });
});

describe('what is owned', () => {
  const day = (days: number, change: Partial<LedgerEvent> = {}) => ({ occurredAt: NOW + days * DAY, ...change });
  const owned = (...steps: LedgerEvent[]) => {
    const outcome = (events: LedgerEvent[]) => folded(...events.map((step): [LedgerEvent, typeof shoe] => [step, shoe])).purchases.get(7);
    const inOrder = outcome(steps);
    const backwards = outcome([...steps].reverse());
    expect(backwards).toEqual(inOrder);
    return inOrder;
  };

  it('is what was bought and not given back', () => {
    expect(owned(event('PURCHASE', day(0, { quantity: 2 })), event('PURCHASE', day(1)))).toEqual({ quantity: 3, lastBoughtAt: NOW + DAY });
    expect(owned(event('PURCHASE', day(0, { quantity: 2 })), event('REFUND', day(1)))).toEqual({ quantity: 1, lastBoughtAt: NOW });
    expect(owned(event('PURCHASE', day(0)), event('REFUND', day(1)))).toEqual({ quantity: 0, lastBoughtAt: NOW });
  });

  it('comes back when it is bought again, even after more was refunded than bought', () => {
    const refunds = [event('REFUND', day(1)), event('REFUND', day(2))];
    expect(owned(event('PURCHASE', day(0)), ...refunds)?.quantity).toBe(0);
    expect(owned(event('PURCHASE', day(0)), ...refunds, event('PURCHASE', day(3)))).toEqual({ quantity: 1, lastBoughtAt: NOW + 3 * DAY });
  });

  it('has its days once it was bought on two, the latest eight, in whatever order they are told', () => {
    const days = (...of: number[]) =>
      folded(...of.map((days): [LedgerEvent, typeof shoe] => [event('PURCHASE', day(days)), shoe])).boughtOn.get(7);
    const today = Math.floor(NOW / DAY);
    expect([days(0), days(0, 0.1)]).toEqual([undefined, undefined]);
    expect([days(0, 9, 9.1), days(9, 9.1, 0), days(9, 0, 9.1)]).toEqual(Array.from({ length: 3 }, () => [today, today + 9]));
    const many = Array.from({ length: 11 }, (_, i) => 3 * i);
    expect(days(...many)).toEqual(many.slice(3).map((days) => today + days));
    expect(days(...many.reverse())).toEqual(days(...many));
    const reviewed = folded([event('REVIEW', day(1, { rating: 5 })), shoe], [event('PURCHASE', day(2)), shoe]);
    expect(reviewed.boughtOn.size).toBe(0);
  });

  it('is told of by a review, which neither adds to a purchase nor moves its date, and ends with a refund', () => {
    expect(owned(event('REVIEW', day(2, { rating: 5 })))).toEqual({ quantity: 1, lastBoughtAt: NOW + 2 * DAY });
    expect(owned(event('PURCHASE', day(0)), event('REVIEW', day(2, { rating: 5 })))).toEqual({ quantity: 1, lastBoughtAt: NOW });
    expect(owned(event('PURCHASE', day(0)), event('REVIEW', day(2, { rating: 1 })), event('REFUND', day(3)))?.quantity).toBe(0);
  });
});

describe('orders and money', () => {
  it('counts the lines of one order once, from the first, and takes it back when all of it is refunded', () => {
    const line = (type: 'PURCHASE' | 'REFUND', change: Partial<LedgerEvent> = {}) => event(type, { orderId: 'o1', amount: 10, ...change });
    const state = folded([line('PURCHASE'), numbered(1)], [line('PURCHASE', { occurredAt: NOW - 180 * DAY }), numbered(2)]);
    expect(state.orders.value).toBeCloseTo(1 / 2, 9); // one order, half a year old
    expect(state.spent.value).toBeCloseTo(10 + 10 / 2, 9);
    foldEvent(state, line('REFUND', { itemNo: 1 }), numbered(1), OPTIONS);
    expect(state.orders.value).toBeCloseTo(1 / 2, 9);
    foldEvent(state, line('REFUND', { itemNo: 2 }), numbered(2), OPTIONS);
    expect(state.orders.value).toBeCloseTo(0, 9);
    expect([state.firstBoughtAt, state.lastBoughtAt]).toEqual([NOW - 180 * DAY, NOW]);
  });

  it('sums the shop’s currency only', () => {
    const state = emptyState();
    for (const currency of ['CNY', 'USD', undefined])
      foldEvent(state, event('PURCHASE', { amount: 7, currency, itemNo: 1 }), numbered(1), { ...OPTIONS, currency: 'CNY' });
    expect([state.spent.value, state.orders.value]).toEqual([14, 3]);
  });

  it('forgets the oldest of more than 16 orders, not what they counted', () => {
    const state = foldAll(Array.from({ length: 20 }, (_, i) => event('PURCHASE', { itemNo: 1, orderId: `o${i}`, occurredAt: NOW - i })));
    expect(state.orderTallies.size).toBe(BOUNDS.orderTallies);
    expect(state.orders.value).toBeCloseTo(20, 6);
  });
});

describe('foldEvent', () => {
  it('counts hours of the day in the shop’s time zone', () => {
    const state = emptyState();
    for (const occurredAt of [NOW, NOW - 30 * DAY])
      foldEvent(state, event('CLICK', { occurredAt }), undefined, { timeZone: 'Asia/Shanghai' });
    expect(state.hours[20]).toBeCloseTo(1 + 1 / 2, 6); // noon in UTC is eight in the evening in Shanghai
    expect(state.hours.reduce((sum, value) => sum + value)).toBe(state.hours[20]);
  });

  it('leaves all but the cursor as it is for an orphan, and takes COST for no sign of life', () => {
    const state = folded([event('PURCHASE', { attribution: 'ORPHAN' }), shoe]);
    expect(state).toEqual({ ...emptyState(), events: { since: 0, last: new Map([[1, [1, NOW]]]) } });
    const cost = folded([event('COST', { amount: 3 })]);
    expect([cost.eventCount, cost.updatedAt, cost.hoursAt]).toEqual([1, 0, 0]);
  });

  it('changes nothing when a history is folded again', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const once = foldAll(history);
        expect(foldAll(history, foldAll(history))).toEqual(once);
      }),
    );
  });

  it('gives one state for every order in which the writers’ events can arrive', () => {
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat()), (history, chance) => {
        const queues = [1, 2, 3].map((writer) => history.filter((entry) => entry.writer === writer));
        const arriving: LedgerEvent[] = [];
        for (
          let waiting = queues.filter(({ length }) => length > 0);
          waiting.length > 0;
          waiting = waiting.filter(({ length }) => length > 0)
        )
          arriving.push(waiting[(chance.next().value as number) % waiting.length].shift()!);
        const [one, other] = [foldAll(arriving), foldAll(history)];
        // The oldest of the twelve sessions kept may lack what came after an older one was dropped.
        for (const { habits } of [one, other]) habits.sessions.splice(6);
        expect(difference(one, other)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  it('keeps every bound, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(histories, { maxLength: 4 }), (parts) => {
        const state = emptyState();
        parts.forEach((part, i) =>
          part.forEach((entry) => foldEvent(state, { ...entry, writer: entry.writer + 3 * i }, SHOP[entry.itemNo], OPTIONS)),
        );
        for (const sums of Object.values(state.affinity)) expect(sums.size).toBeLessThanOrEqual(BOUNDS.affinity);
        expect(state.recent.length).toBeLessThanOrEqual(BOUNDS.recent);
        expect(state.orderTallies.size).toBeLessThanOrEqual(BOUNDS.orderTallies);
        for (const days of state.boughtOn.values()) expect(days.length).toBeLessThanOrEqual(BOUNDS.boughtOn);
        for (const { quantity } of state.purchases.values()) expect(quantity).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 20 },
    );
  });
});

describe('foldPage', () => {
  const page = (seq: number, servedAt: number, ...itemNos: number[]) => ({
    writer: 1,
    seq,
    receivedAt: servedAt,
    servedAt,
    placed: itemNos.map((itemNo) => ({ itemNo })),
  });

  it('adds one showing an item, halved every day, once a page', () => {
    const state = emptyState();
    for (const served of [page(1, NOW - DAY, 1, 2), page(2, NOW, 2, 3), page(2, NOW, 2, 3)]) foldPage(state, served);
    expect(state.shown).toEqual(new Map([[1, { value: 1, at: NOW - DAY }], [2, { value: 1.5, at: NOW }], [3, { value: 1, at: NOW }]])); // prettier-ignore
    expect(state.lastServedAt).toBe(NOW);
  });

  it('forgets what was shown longest ago beyond 400 items', () => {
    const state = emptyState();
    for (let i = 0; i < 45; i++) foldPage(state, page(i + 1, NOW + i, ...Array.from({ length: 10 }, (_, j) => i * 10 + j)));
    expect([...state.shown.keys()]).toEqual(Array.from({ length: 400 }, (_, i) => i + 50));
  });
});
