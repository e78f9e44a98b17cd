import fc from 'fast-check';
import { type CocoonNow } from '../../../src/core/diversification/cocoon/cocoon-now.js';
import { NO_COCOON } from '../../../src/core/diversification/cocoon/cocoon-index.js';
import {
  DEAD_BAND,
  isControlled,
  MOST_BOOST,
  personalTarget,
  planWidening,
  reluctanceOf,
  STEP,
  steeredSettings,
  stepBoost,
} from '../../../src/core/diversification/cocoon/controller.js';
import { DEFAULT_SETTINGS } from '../../../src/core/settings-defaults.js';
import { type RankingSettings } from '../../../src/core/settings.js';
import { type CocoonState, emptyCocoon, type WideningControl } from '../../../src/core/tags/cocoon/cocoon-state.js';
import { addToSpread } from '../../../src/core/tags/cocoon/spread.js';
import { BASELINE, DAY, itself, NOW } from './cocoon-cards.js';

const MINUTE = 60_000;
const TODAY = Math.floor(NOW / DAY);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const adaptive = (diversity: Partial<RankingSettings['diversity']> = {}): RankingSettings => ({
  ...DEFAULT_SETTINGS,
  diversity: { ...DEFAULT_SETTINGS.diversity, adaptive: true, ...diversity },
});
const now = (narrowCategory: number, fields: Partial<CocoonNow> & { confidence?: number; amplification?: number; repetition?: number } = {}): CocoonNow => {
  const { confidence = 1, amplification = 0, repetition = 0, ...rest } = fields;
  return {
    measure: { ...NO_COCOON, narrowCategory, confidence, amplification, repetition },
    usual: { baseline: BASELINE, groupOf: itself },
    isControlled: true,
    breadth: 0,
    ...rest,
  };
}; // prettier-ignore
const remembering = (control: Partial<WideningControl>): CocoonState => {
  const cocoon = emptyCocoon();
  Object.assign(cocoon.control, control);
  return cocoon;
};
/** Cards that were let pass and taken at this moment. */
const answers = (offered: number, accepted: number): CocoonState => {
  const cocoon = emptyCocoon();
  for (let i = 0; i < offered; i++) addToSpread(cocoon.offered, 1, 1, NOW, { halfLifeMs: 14 * DAY, most: 64 });
  for (let i = 0; i < accepted; i++) addToSpread(cocoon.accepted, 1, 1, NOW, { halfLifeMs: 14 * DAY, most: 64 });
  return cocoon;
};

describe('added strength', () => {
  const step = (boost: number, narrow: number, confidence = 1): number => stepBoost(boost, { narrow, confidence, target: 0.4 });

  it('is wanted in proportion to how far feeds are over the target and how sure that is, and comes in steps', () => {
    // 1.5 * (0.5 - 0.4) = 0.15, and 0.03 less is in force; half as sure 0.075 - 0.03; 1.5 * (0.9 - 0.4) is more than the most, 0.5, and a step is 0.15.
    expect(step(0, 0.5)).toBeCloseTo(0.12, 12);
    expect(step(0, 0.5, 0.5)).toBeCloseTo(0.045, 12);
    expect([step(0, 0.9), step(0.15, 0.9), step(0.4, 0.9), step(0.5, 0.9)]).toEqual([0.15, 0.3, expect.closeTo(0.47, 12), 0.5]);
  });

  it('goes back in steps as well, to nothing once feeds are below the target', () => {
    expect([step(0.5, 0.3), step(0.1, 0.3)]).toEqual([0.35, 0]);
  });

  it('stays where it is while the wish hardly differs', () => {
    // 1.5 * 0.1 = 0.15 is wanted.
    expect([step(0.13, 0.5), step(0.17, 0.5)]).toEqual([0.13, 0.17]);
    expect(step(0.19, 0.5)).toBeCloseTo(0.18, 12);
  });

  it('never falls as feeds grow narrower, is bounded, and moves one step at most', () => {
    const boost = fc.double({ min: 0, max: MOST_BOOST, noNaN: true });
    fc.assert(
      fc.property(boost, share, share, share, share, (before, a, b, confidence, target) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((narrow) => stepBoost(before, { narrow, confidence, target }));
        expect(high).toBeGreaterThanOrEqual(low - 1e-12);
        for (const after of [low, high]) {
          expect(after >= 0 && after <= MOST_BOOST).toBe(true);
          expect(Math.abs(after - before)).toBeLessThanOrEqual(STEP + 1e-12);
        }
      }),
    );
  });

  it('settles without swinging where feeds answer late', () => {
    // A week's memory: each day a tenth of what is shown is new, which is the broader the stronger variety is.
    fc.assert(
      fc.property(fc.double({ min: 0.45, max: 1, noNaN: true }), fc.double({ min: 0.2, max: 1.5, noNaN: true }), (start, answer) => {
        let [narrow, boost, turns, last] = [start, 0, 0, 0];
        for (let day = 0; day < 120; day++) {
          const next = stepBoost(boost, { narrow, confidence: 0.9, target: 0.4 });
          if (next !== boost && Math.sign(next - boost) !== last) turns++;
          if (next !== boost) last = Math.sign(next - boost);
          boost = next;
          narrow += 0.1 * (Math.max(0, start - answer * boost) - narrow);
        }
        expect(turns).toBeLessThanOrEqual(4);
        expect(Math.abs(stepBoost(boost, { narrow, confidence: 0.9, target: 0.4 }) - boost)).toBeLessThanOrEqual(DEAD_BAND / 10);
      }),
    );
  });
});

describe('the personal target', () => {
  it('moves up to how narrow the user is himself, as far as he refuses more', () => {
    const target = (reluctance: number, own: number, breadth = 0): number => personalTarget(0.4, { reluctance, own, breadth });
    // 0.4 + 0.5 * (0.8 - 0.4) = 0.6; a user of broader taste is not held to it.
    expect([target(0, 0.8), target(0.5, 0.8), target(0.5, 0.2)].map((one) => +one.toFixed(12))).toEqual([0.4, 0.6, 0.4]);
    // A fifth either way by the dial.
    expect([target(0, 0.8, 1), target(0, 0.8, -1)].map((one) => +one.toFixed(12))).toEqual([0.2, 0.6]);
  });

  it('takes twenty cards that were let pass for one that was taken', () => {
    // 50 - 20 * 0 - 10 = 40, and 40 / (40 + 40); 50 - 20 * 2 - 10 = 0.
    expect(reluctanceOf(answers(50, 0), NOW)).toBeCloseTo(0.5, 12);
    expect(reluctanceOf(answers(50, 2), NOW)).toBe(0);
    // Two weeks later half of it: (25 - 10) / (15 + 40).
    expect(reluctanceOf(answers(50, 0), NOW + 14 * DAY)).toBeCloseTo(15 / 55, 12);
    expect(reluctanceOf(emptyCocoon(), NOW)).toBe(0);
  });

  it('is that of a user who keeps to one kind of things and lets everything else pass', () => {
    const cocoon = answers(210, 0); // 200 / 240
    for (let i = 0; i < 200; i++) addToSpread(cocoon.own, 7, 1, NOW, { halfLifeMs: 30 * DAY, most: 96 });
    const { target } = planWidening(cocoon, now(0.9), adaptive(), NOW)!;
    // What he begins himself: (200 * 1 + 20 * 0.05) / 220 = 0.9136, narrowness 1 - ln 0.9136 / ln (1 / 30) = 0.9734; 0.4 + 5 / 6 * 0.5734 = 0.878.
    expect(target).toBeCloseTo(0.4 + (5 / 6) * (1 - Math.log(201 / 220) / Math.log(1 / 30) - 0.4), 9);
    expect(planWidening(cocoon, now(0.9, { isControlled: false }), adaptive(), NOW)!.target).toBe(0.4);
  });
});

describe('a plan', () => {
  it('takes its first step with the first feed above the target, and then one a day', () => {
    const first = planWidening(emptyCocoon(), now(0.9), adaptive(), NOW)!;
    expect(first).toMatchObject({ controlled: true, boost: STEP, steppedOn: TODAY, added: STEP, narrow: 0.9, target: 0.4, isDue: true });
    const cocoon = remembering({ boost: first.boost, steppedOn: first.steppedOn, dosedAt: NOW });
    expect(planWidening(cocoon, now(0.9), adaptive(), NOW + 5 * MINUTE)).toMatchObject({ boost: STEP, isDue: false });
    expect(planWidening(cocoon, now(0.9), adaptive(), NOW + 31 * MINUTE)).toMatchObject({ boost: STEP, isDue: true });
    expect(planWidening(cocoon, now(0.9), adaptive(), NOW + DAY)).toMatchObject({ boost: 2 * STEP, steppedOn: TODAY + 1 });
  });

  it('does not lose the first step to a page of the same day below the target', () => {
    const cocoon = remembering({ boost: 0, steppedOn: TODAY });
    expect(planWidening(cocoon, now(0.9), adaptive(), NOW)).toMatchObject({ boost: STEP, steppedOn: TODAY });
  });

  it('begins anew after a month away', () => {
    const cocoon = remembering({ boost: 0.5, steppedOn: TODAY - 31 });
    expect(planWidening(cocoon, now(0.3), adaptive(), NOW)).toMatchObject({ boost: 0 });
  });

  it('counts what was spent on the day alone', () => {
    const cocoon = remembering({ day: TODAY, value: 20, spent: 1.5 });
    expect(planWidening(cocoon, now(0.9), adaptive(), NOW)).toMatchObject({ value: 20, spent: 1.5, budget: 0.1 });
    expect(planWidening(cocoon, now(0.9), adaptive(), NOW + DAY)).toMatchObject({ value: 0, spent: 0 });
  });

  it('asks for more of the widening source the more narrowing was the feed’s doing', () => {
    const quota = (amplification: number, narrow = 0.9): number =>
      planWidening(emptyCocoon(), now(narrow, { amplification }), adaptive(), NOW)!.quota;
    // Half of it, and the other half with a quarter of amplification.
    expect([quota(0), quota(0.125), quota(0.25), quota(1), quota(1, 0.3)]).toEqual([0.5, 0.75, 1, 1, 0]);
  });

  it('makes showings count longer and sooner for who sees the same again', () => {
    const plan = (repetition: number, isControlled = true) =>
      planWidening(emptyCocoon(), now(0.9, { repetition, isControlled }), adaptive(), NOW)!;
    expect([plan(0.4).tiring, plan(0.7).tiring, plan(0.7, false).tiring]).toEqual([0, expect.closeTo(0.5, 12), 0]);
    // 72 h * (1 + 3 * 0.5) = 180 h; 20 * (1 - 0.5 * 0.5) = 15.
    expect(steeredSettings(DEFAULT_SETTINGS, { tiring: 0.5, quota: 0 }).fatigue).toMatchObject({
      halfLifeHours: 180,
      maxImpressionsPerDay: 15,
    });
  });

  it('leaves one user in twenty alone, whoever they are, but for the dial', () => {
    const plan = planWidening(emptyCocoon(), now(0.9, { isControlled: false }), adaptive(), NOW);
    expect(plan).toMatchObject({ controlled: false, boost: 0, added: 0, isDue: false, quota: 0, tiring: 0 });
    expect(planWidening(emptyCocoon(), now(0.9, { isControlled: false, breadth: 1 }), adaptive(), NOW)).toMatchObject({
      boost: 0,
      added: 0.3,
      quota: 1,
    });
    for (const kind of ['buyer', 'reader', 'new']) {
      const left = Array.from({ length: 4_000 }, (_, i) => `${kind}-${i}`).filter((userId) => !isControlled(userId)).length;
      // 200 are expected, 14 is a standard deviation.
      expect(left).toBeGreaterThan(150);
      expect(left).toBeLessThan(250);
    }
  });

  it('never adds strength for who is not above the target, or not controlled', () => {
    fc.assert(
      fc.property(share, share, share, fc.boolean(), (narrow, target, confidence, controlled) => {
        const plan = planWidening(
          emptyCocoon(),
          now(narrow, { confidence, isControlled: controlled }),
          adaptive({ targetCocoonIndex: target }),
          NOW,
        )!;
        if (!controlled || narrow <= plan.target) expect(plan).toMatchObject({ added: 0, isDue: false, quota: 0 });
      }),
    );
  });

  it('is the dial alone where the surface does not adapt, and nothing where there is no variety', () => {
    const off = adaptive({ adaptive: false });
    expect(planWidening(emptyCocoon(), now(0.9), off, NOW)).toBeNull();
    expect(planWidening(emptyCocoon(), now(0.9, { breadth: -0.5 }), off, NOW)).toMatchObject({
      controlled: false,
      boost: 0,
      added: -0.15,
      quota: 0,
    });
    expect(planWidening(emptyCocoon(), now(0.9, { breadth: 1 }), adaptive({ algorithm: 'NONE' }), NOW)).toBeNull();
  });
});
