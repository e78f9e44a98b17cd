import fc from 'fast-check';
import { judgementOf, weightOf } from '../../../../src/core/events/authenticity/judge.js';
import { Judges } from '../../../../src/core/events/authenticity/judges.js';
import { emptySketch, foldAct, gapSpread } from '../../../../src/core/events/authenticity/sketch.js';
import { type EventType, type LedgerEvent } from '../../../../src/core/events/event.js';
import { seededRandom } from '../../../../src/core/random.js';

const START = Date.UTC(2026, 0, 5);
const SECOND = 1_000;
const HOUR = 3_600_000;
let seq = 0;

const act = (userId: string, type: EventType, itemNo: number, occurredAt: number, more: Partial<LedgerEvent> = {}): LedgerEvent => ({
  id: `${seq}`, type, userId, itemNo, itemId: `i${itemNo}`, occurredAt, receivedAt: occurredAt, attribution: 'UNATTRIBUTED', writer: 1, seq: ++seq, ...more,
}); // prettier-ignore

/** Somebody who looks round: new items most of the time, pauses of all lengths, now and then a cart. */
function person(judges: Judges, userId: string, acts: number, seed: number): void {
  const random = seededRandom(seed);
  let at = START + random() * HOUR;
  for (let i = 0; i < acts; i++) {
    at += 4 * SECOND + 30 * SECOND * Math.exp(3 * (random() - 0.5)) + (random() < 0.1 ? 20 * HOUR * random() : 0);
    judges.observe(act(userId, random() < 0.15 ? 'ADD_TO_CART' : 'VIEW', Math.floor(random() * 500), at));
  }
}

describe('foldAct', () => {
  it('measures how evenly acts follow each other', () => {
    const even = emptySketch();
    for (let i = 0; i < 10; i++) foldAct(even, act('u', 'VIEW', 1, START + i * 60 * SECOND));
    expect([even.acts, even.gaps, gapSpread(even)]).toEqual([10, 9, 0]);
    const uneven = emptySketch();
    // Pauses of 1 s and e^2 s: logarithms 0 and 2, a standard deviation of sqrt(2).
    for (const at of [0, 1, 1 + Math.E ** 2]) foldAct(uneven, act('u', 'VIEW', 1, START + at * SECOND));
    expect(gapSpread(uneven)).toBeCloseTo(Math.SQRT2, 3);
  });

  it('takes acts of one instant for one step, and what was only drawn for none', () => {
    const sketch = emptySketch();
    for (let i = 0; i < 30; i++) foldAct(sketch, act('u', 'PURCHASE', i, START));
    foldAct(sketch, act('u', 'RENDERED', 1, START + SECOND));
    expect([sketch.acts, sketch.gaps, sketch.shortestSpan]).toEqual([30, 0, Infinity]);
  });
});

describe('judgementOf', () => {
  it('lets every suspicion take its share, the strongest first', () => {
    const { score, reasons } = judgementOf([{ code: 'REGULARITY', strength: 0.5 }, { code: 'VELOCITY', strength: 0.8 }]); // prettier-ignore
    expect(score).toBeCloseTo(0.1, 12); // (1 - 0.5) * (1 - 0.8)
    expect(reasons.map(({ code }) => code)).toEqual(['VELOCITY', 'REGULARITY']);
    expect(weightOf({ score, reasons })).toBe(0);
  });
});

describe('Judges', () => {
  it('judges nobody before the twentieth act', () => {
    const judges = new Judges();
    for (let i = 0; i < 19; i++) judges.observe(act('bot', 'VIEW', 1, START + i * SECOND));
    expect(judges.judgementOf('bot')).toEqual({ score: 0.5, reasons: [] });
    const changed = judges.observe(act('bot', 'VIEW', 1, START + 19 * SECOND));
    expect([...changed]).toEqual([['bot', { before: 1, after: 0 }]]);
    expect(judges.judgementOf('bot').score).toBeLessThan(0.3);
    expect(judges.judgementOf('bot').reasons.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['VELOCITY', 'REGULARITY', 'ONE_TARGET']),
    );
  });

  it('knows a machine that sends everything at one instant by its target', () => {
    const judges = new Judges();
    for (let i = 0; i < 800; i++) judges.observe(act('bot', 'VIEW', 1, START));
    expect(judges.judgementOf('bot').score).toBeLessThan(0.3);
  });

  it('finds people clean', () => {
    const judges = new Judges();
    for (let i = 0; i < 40; i++) person(judges, `p${i}`, 60, i);
    for (let i = 0; i < 40; i++) expect(judges.judgementOf(`p${i}`)).toEqual({ score: 1, reasons: [] });
  });

  it('remembers who is not clean however many clean ones come after him', () => {
    const judges = new Judges(10);
    for (let i = 0; i < 20; i++) judges.observe(act('bot', 'VIEW', 1, START + i * SECOND));
    const found = judges.judgementOf('bot');
    for (let i = 0; i < 100_100; i++) for (let k = 0; k < 20; k++) judges.observe(act(`u${i}`, 'PURCHASE', k, START + i * SECOND));
    expect(judges.judgementOf('u100099')).toEqual({ score: 1, reasons: [] });
    expect(judges.judgementOf('u0')).toEqual({ score: 0.5, reasons: [] });
    expect(found.reasons).not.toEqual([]);
    expect(judges.judgementOf('bot')).toEqual(found);
  });

  it('tells of no change when somebody of an accused device comes to be judged by himself', () => {
    const judges = new Judges();
    for (let k = 0; k < 12; k++)
      for (let i = 0; i < 5; i++) judges.observe(act(`u${k}`, 'PURCHASE', 10 * k + i, START + k * HOUR + i * SECOND, { deviceHash: 'd' }));
    const before = judges.weightOf('u0');
    expect(before).toBeLessThan(1);
    for (let i = 5; i < 40; i++) expect(judges.observe(act('u0', 'PURCHASE', 1_000 + i, START + 20 * HOUR + i * HOUR)).size).toBe(0);
    expect(judges.weightOf('u0')).toBe(before);
  });

  it('finds a ring of those who keep coming back to what hardly anybody else looks at', () => {
    const judges = new Judges();
    for (let i = 0; i < 40; i++) person(judges, `p${i}`, 30, i);
    const random = seededRandom(5);
    for (let step = 0; step < 15; step++)
      for (let bot = 0; bot < 6; bot++) {
        const at = START + HOUR * (step * 7 + random() * 6);
        judges.observe(act(`bot${bot}`, 'CLICK', step % 3 === 0 ? 900 : Math.floor(random() * 500), at));
      }
    expect(judges.weightOf('bot3')).toBe(0);
    expect(judges.judgementOf('bot3').score).toBe(0.5); // of fewer than 20 acts nothing is said, though the ring of them has 90
    expect(judges.weightOf('p3')).toBe(1);
  });

  it('holds the accounts of one device together, unless everybody has that device', () => {
    const judges = new Judges();
    for (let i = 0; i < 60; i++) judges.observe(act(`a${i % 12}`, 'CLICK', i, START + i * i * SECOND, { deviceHash: 'farm' }));
    expect(judges.weightOf('a0')).toBe(0);
    const constant = new Judges();
    for (let i = 0; i < 30; i++) person(constant, `p${i}`, 40, i);
    for (let i = 0; i < 3_000; i++) constant.observe(act(`q${i % 300}`, 'CLICK', i, START + i * i * SECOND, { deviceHash: 'the same' }));
    expect(constant.weightOf('q299')).toBe(1);
  });

  it('holds false claims of exposures against those who make them', () => {
    const judges = new Judges();
    for (let i = 0; i < 30; i++)
      judges.observe(act('replayer', 'CLICK', i, START + i * i * 20 * SECOND, { attribution: i % 2 ? 'ORPHAN' : 'UNATTRIBUTED' }));
    expect(judges.judgementOf('replayer').reasons.map(({ code }) => code)).toEqual(['FALSE_EXPOSURES']);
    expect(judges.weightOf('replayer')).toBe(0);
  });

  it('remembers over a restart who is not clean', () => {
    const judges = new Judges();
    for (let i = 0; i < 30; i++) judges.observe(act('bot', 'VIEW', 1, START + i * SECOND));
    person(judges, 'p', 50, 1);
    const again = new Judges();
    again.restore(judges.snapshot());
    expect([again.weightOf('bot'), again.judgementOf('bot'), again.judgementOf('p').score]).toEqual([0, judges.judgementOf('bot'), 0.5]);
  });

  it('forgets whom it is told to', () => {
    const judges = new Judges();
    for (let i = 0; i < 30; i++) judges.observe(act('bot', 'VIEW', 1, START + i * SECOND));
    judges.forget('bot');
    expect([judges.weightOf('bot'), judges.judgementOf('bot').score, judges.snapshot()]).toEqual([1, 0.5, []]);
  });

  it('keeps scores in 0 to 1, tells every change of weight, and holds its bounds, whatever comes', () => {
    const events = fc.array(
      fc.record({ user: fc.integer({ min: 0, max: 3 }), item: fc.integer({ min: -1, max: 4 }), gap: fc.integer({ min: -50, max: 3_000 }) }),
      { minLength: 30, maxLength: 200 },
    );
    fc.assert(
      fc.property(events, (list) => {
        const judges = new Judges(3);
        const weights = new Map<string, number>();
        let at = START;
        for (const { user, item, gap } of list) {
          at += gap;
          for (const [userId, { before, after }] of judges.observe(act(`u${user}`, 'VIEW', item, at))) {
            expect(before).toBe(weights.get(userId) ?? 1);
            weights.set(userId, after);
          }
          for (let u = 0; u < 4; u++) {
            const { score } = judges.judgementOf(`u${u}`);
            expect(score >= 0 && score <= 1).toBe(true);
            expect(judges.weightOf(`u${u}`)).toBe(weights.get(`u${u}`) ?? 1);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
