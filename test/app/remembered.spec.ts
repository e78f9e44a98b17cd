import { createRemembered } from '../../src/app/spooling/remembered.js';

describe('what is remembered for a while', () => {
  let now = 0;
  const clock = (): number => now;
  beforeEach(() => (now = 0));

  it('is there until its time is over, counted from when it was last set', () => {
    const remembered = createRemembered<string>({ clock, forMs: 100, most: 10 });
    remembered.set('a', 'one');
    now = 60;
    remembered.set('b', 'two');
    remembered.set('a', 'three');
    now = 160;
    expect([remembered.get('a'), remembered.get('b')]).toEqual(['three', 'two']);
    now = 161;
    expect([remembered.get('a'), remembered.get('b')]).toEqual([undefined, undefined]);
  });

  it('lets the oldest go when all weigh too much, and counts what was replaced or deleted no more', () => {
    const remembered = createRemembered<string>({ clock, forMs: 100, most: 6, weigh: ({ length }) => length });
    remembered.set('a', 'xxx');
    remembered.set('a', 'xx');
    remembered.set('b', 'xx');
    remembered.delete('b');
    remembered.set('c', 'xxxx');
    expect([remembered.get('a'), remembered.get('c')]).toEqual(['xx', 'xxxx']); // 2 + 4 is 6
    remembered.set('d', 'x');
    expect([remembered.get('a'), remembered.get('c'), remembered.get('d')]).toEqual([undefined, 'xxxx', 'x']);
  });

  it('holds nothing that is over, whether or not it is asked for', () => {
    const finalized: string[] = [];
    const remembered = createRemembered<{ weight: number }>({
      clock,
      forMs: 100,
      most: 1_000,
      weigh: (value) => (finalized.push(String(value.weight)), 1),
    });
    remembered.set('a', { weight: 1 });
    now = 200;
    remembered.set('b', { weight: 2 });
    expect(finalized).toEqual(['1', '2', '1']); // weighed when it came, and when it went
  });
});
