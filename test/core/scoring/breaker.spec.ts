import {
  type Breaker,
  BREAKER_FAILURES,
  BREAKER_WINDOW_MS,
  closedBreaker,
  deservesQuarantine,
  failed,
  mayAsk,
  OPENINGS_TO_QUARANTINE,
  succeeded,
} from '../../../src/core/scoring/breaker.js';

const failTimes = (times: number, now: number, breaker: Breaker = closedBreaker()): Breaker =>
  Array.from({ length: times }).reduce<Breaker>((before) => failed(before, now), breaker);

describe('a breaker', () => {
  it('opens after five failures within ten seconds, not after four, and not when they are spread', () => {
    expect(failTimes(BREAKER_FAILURES - 1, 0).state).toBe('CLOSED');
    expect(failTimes(BREAKER_FAILURES, 0).state).toBe('OPEN');
    let spread = closedBreaker();
    for (let i = 0; i < 20; i++) spread = failed(spread, (i * BREAKER_WINDOW_MS) / 3);
    expect(spread.state).toBe('CLOSED');
  });

  it('lets every success make up for one failure', () => {
    const breaker = succeeded(failTimes(4, 0));
    expect(failed(breaker, 0).state).toBe('CLOSED');
    expect(failTimes(2, 0, breaker).state).toBe('OPEN');
  });

  it('lets one request try after a rest of two seconds, and closes when it is answered', () => {
    const open = failTimes(5, 1_000);
    expect(mayAsk(open, 2_999).allowed).toBe(false);
    const tried = mayAsk(open, 3_000);
    expect([tried.allowed, tried.breaker.state, mayAsk(tried.breaker, 3_001).allowed]).toEqual([true, 'TRYING', false]);
    expect([succeeded(tried.breaker).state, mayAsk(tried.breaker, 8_000).allowed]).toEqual(['CLOSED', true]);
  });

  it('rests twice as long each time the try fails, up to a minute', () => {
    let breaker = failTimes(5, 0);
    const rests: number[] = [];
    let now = 0;
    for (let i = 0; i < 6; i++) {
      rests.push(breaker.until - now);
      now = breaker.until;
      breaker = failed(mayAsk(breaker, now).breaker, now);
    }
    expect(rests).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
  });

  it('says that a model has to go when it opened eight times in half an hour, but not for being slow', () => {
    const openings = (counts: boolean): Breaker => {
      let breaker = failTimes(5, 0);
      if (!counts) breaker = { ...breaker, openings: [] };
      for (let i = 1; i < OPENINGS_TO_QUARANTINE; i++) breaker = failed(mayAsk(breaker, breaker.until).breaker, breaker.until, counts);
      return breaker;
    };
    expect([deservesQuarantine(openings(true)), deservesQuarantine(openings(false))]).toEqual([true, false]);
  });

  it('ignores what was asked before it opened', () => {
    const open = failTimes(5, 0);
    expect([succeeded(open), failed(open, 1)]).toEqual([open, open]);
  });
});
