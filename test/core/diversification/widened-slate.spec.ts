import { type WideningPlan } from '../../../src/core/candidates/widening-plan.js';
import { type Place, relevanceOf, valueOf, widenSlate, withDose } from '../../../src/core/diversification/cocoon/widened-slate.js';
import { MarginalRelevance } from '../../../src/core/diversification/mmr.js';
import { type SlateInputs } from '../../../src/core/diversification/slate-inputs.js';

const PLAN: WideningPlan = {
  controlled: true, narrow: 0.9, confidence: 1, target: 0.4, breadth: 0, boost: 0.4, steppedOn: 1, added: 0.4, value: 0, spent: 0, budget: 0.1,
  isDue: false, quota: 0, tiring: 0,
}; // prettier-ignore
const inputs = { columns: { category: Int32Array.of(1, 1, 1, 2) } } as unknown as SlateInputs;
/** Relevance 1, 2/3, 1/3 and 0. */
const scores = Float64Array.of(4, 3, 2, 1);
const order = (...candidates: number[]) => ({ order: Uint32Array.from(candidates), relaxed: [] });
const widen = (place: Place, plan: Partial<WideningPlan> = {}) =>
  widenSlate({ inputs, scores, configured: 0.2 }, { ...PLAN, ...plan }, place, () => false);

describe('what a page is worth', () => {
  it('is its relevance by position', () => {
    const relevance = relevanceOf(scores);
    expect([...relevance].map((one) => +one.toFixed(12))).toEqual([1, 0.666666666667, 0.333333333333, 0]);
    // 1 / log2(2) + (2 / 3) / log2(3)
    expect(valueOf(Uint32Array.of(0, 1), relevance)).toBeCloseTo(1 + 2 / 3 / Math.log2(3), 12);
    expect([...relevanceOf(Float64Array.of(5, 5))]).toEqual([1, 1]);
    expect(relevanceOf(new Float64Array(0))).toHaveLength(0);
  });
});

describe('a widened page', () => {
  const worth = 1 + 2 / 3 / Math.log2(3);
  /** From a strength of 0.4 on the third stands second, from 0.55 on the last. */
  const place: Place = (_inputs, _scores, { strength }) => order(0, strength < 0.4 ? 1 : strength < 0.55 ? 2 : 3);

  it('has the strength that is wanted where the day can pay for it', () => {
    // (2 / 3) / log2(3) = 0.4206 of 1.4206 is lost: within half of it.
    const { order: placed, widened } = widen(place, { budget: 0.5 });
    expect([...placed]).toEqual([0, 3]);
    expect(widened).toMatchObject({ bound: false, dosed: false, fresh: new Set([3]), value: expect.closeTo(worth, 9) as number });
    expect([widened!.strength, widened!.spent]).toEqual([expect.closeTo(0.6, 12), expect.closeTo(2 / 3 / Math.log2(3), 12)]);
  });

  it('has the strongest of what the day can pay for otherwise', () => {
    // 0.2103 for the third is within 0.2 * 1.4206 = 0.2841; 0.4, 0.5 and 0.55 are tried, and the last costs too much.
    const { order: placed, widened } = widen(place, { budget: 0.2 });
    expect([...placed]).toEqual([0, 2]);
    expect(widened).toMatchObject({
      bound: true,
      strength: expect.closeTo(0.5, 12) as number,
      spent: expect.closeTo(1 / 3 / Math.log2(3), 12) as number,
    });
  });

  it('counts what the day brought and spent before', () => {
    // With nothing left 0.4 costs too much; 0.3 and 0.35 change nothing, which is free.
    expect(widen(place, { budget: 0.1, value: 10, spent: 0.9 }).widened!.allowance).toBeCloseTo(0.1 * (10 + worth) - 0.9, 12);
    expect(widen(place, { budget: 0.1, value: 10, spent: 5 }).widened).toMatchObject({
      allowance: 0,
      strength: expect.closeTo(0.35, 12) as number,
      spent: 0,
      bound: true,
    });
  });

  it('has one card of another kind where one is due, whatever is left', () => {
    const dosing: Place = (_inputs, _scores, { dose, strength }) =>
      dose ? order(0, [...dose.candidates][0]) : place(inputs, scores, { dose, strength });
    const { order: placed, widened } = widen(dosing, { budget: 0, isDue: true });
    expect([...placed]).toEqual([0, 3]);
    expect(widened).toMatchObject({ bound: true, dosed: true, strength: expect.closeTo(0.35, 12) as number, fresh: new Set([3]) });
  });

  it('is nothing new where the dial asks for more of the same', () => {
    const { widened } = widen((_inputs, _scores, { strength }) => order(0, strength < 0.2 ? 1 : 2), { added: -0.2 });
    expect(widened).toMatchObject({ strength: 0, spent: 0, bound: false, fresh: new Set() });
  });
});

describe('a dose', () => {
  it('comes first at its position alone, however little it is worth', () => {
    const soft = withDose(new MarginalRelevance(Float64Array.of(1, 0.5, 0), 0, () => 0, []), { position: 1, candidates: new Set([2]) });
    const best = (): number => [0, 1, 2].reduce((found, one) => (soft.value(one) > soft.value(found) ? one : found));
    expect(best()).toBe(0);
    soft.place(0);
    expect([best(), soft.bound(0)]).toEqual([2, Infinity]);
    soft.place(2);
    expect([best(), soft.bound(1)]).toEqual([0, 0.5]);
  });
});
