import { type LabelledOutcome, labelsOf } from '../../../src/core/exposures/labels.js';
import { DAY_MS, HOUR_MS } from '../../../src/core/time.js';

const SERVED = Date.UTC(2026, 0, 1);
const outcome = (type: LabelledOutcome['type'], afterMs: number, fields: Partial<LabelledOutcome> = {}): LabelledOutcome => ({
  type,
  occurredAt: SERVED + afterMs,
  itemId: 'boots',
  orderId: null,
  quantity: null,
  ...fields,
});
const order = (type: 'PURCHASE' | 'REFUND', afterMs: number, quantity: number, orderId = 'o') =>
  outcome(type, afterMs, { orderId, quantity });
const labels = (...outcomes: LabelledOutcome[]): number[] => Object.values(labelsOf(SERVED, outcomes)).map(({ label }) => label);

describe('labels of an exposure', () => {
  it('are mature an hour, a day and seven days after serving', () => {
    expect(labelsOf(SERVED, [])).toEqual({
      click: { label: 0, labelMatureAt: SERVED + HOUR_MS },
      addToCart: { label: 0, labelMatureAt: SERVED + DAY_MS },
      purchase: { label: 0, labelMatureAt: SERVED + 7 * DAY_MS },
    });
  });

  it('count what occurred by the end of the window and nothing later', () => {
    expect(labels(outcome('CLICK', HOUR_MS), outcome('ADD_TO_CART', DAY_MS), order('PURCHASE', 7 * DAY_MS, 1))).toEqual([1, 1, 1]);
    expect(labels(outcome('CLICK', HOUR_MS + 1), outcome('ADD_TO_CART', DAY_MS + 1), order('PURCHASE', 7 * DAY_MS + 1, 1))).toEqual([
      0, 0, 0,
    ]);
    expect(labels(outcome('LIKE', 1), outcome('VIEW', 1))).toEqual([0, 0, 0]);
  });

  it('take a purchase back when all of its units are refunded, however late, and not before', () => {
    const bought = order('PURCHASE', HOUR_MS, 3);
    // 3 - 2 = 1 unit is left; 3 - 2 - 1 = 0 is none.
    expect(labels(bought, order('REFUND', DAY_MS, 2))).toEqual([0, 0, 1]);
    expect(labels(bought, order('REFUND', DAY_MS, 2), order('REFUND', 20 * DAY_MS, 1))).toEqual([0, 0, 0]);
    expect(labels(bought, order('REFUND', DAY_MS, 3, 'another'))).toEqual([0, 0, 1]);
  });
});
