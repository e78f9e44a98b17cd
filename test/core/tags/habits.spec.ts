import fc from 'fast-check';
import { packState, unpackState } from '../../../src/core/tags/codec.js';
import { labelGroups } from '../../../src/core/tags/label-groups.js';
import { localTime } from '../../../src/core/tags/local-time.js';
import { MEASURES } from '../../../src/core/tags/measures.js';
import { type Session } from '../../../src/core/tags/habits.js';
import { readTags } from '../../../src/core/tags/profile.js';
import { foldSession } from '../../../src/core/tags/sessions.js';
import { addToSketch, ageSketch, distinct, mix32, newShare, SKETCH_WORDS } from '../../../src/core/tags/sketches.js';
import { emptyState } from '../../../src/core/tags/state.js';
import { addToWindow, agesOf, emptyWindow } from '../../../src/core/tags/windows.js';
import { crc32 } from '../../../src/core/tags/bytes.js';
import { localHour } from '../../../src/core/time.js';
import { DAY, difference, event, NOW } from './history.js';
import { after } from './scenario.js';
import { live, lives, NAMES } from './shopper.js';

describe('localTime', () => {
  it('knows day, hour and weekday of a zone, on both sides of midnight and of summer time', () => {
    // NOW is Saturday 2026-11-21, noon in UTC.
    const day = NOW / DAY - 0.5;
    expect(localTime(NOW, 'UTC')).toEqual({ day, hour: 12, weekday: 5 });
    expect(localTime(NOW, 'Pacific/Kiritimati')).toEqual({ day: day + 1, hour: 2, weekday: 6 });
    expect(localTime(NOW, 'Asia/Kathmandu').hour).toBe(17);
    const changes = Date.UTC(2026, 2, 29, 1); // Berlin goes from UTC+1 to UTC+2
    expect([changes - 1, changes].map((at) => localTime(at, 'Europe/Berlin').hour)).toEqual([1, 3]);
    expect(() => localTime(NOW, 'Nowhere/City')).toThrow(RangeError);
  });

  it('has the hours that Intl has', () => {
    const zones = fc.constantFrom('UTC', 'Asia/Shanghai', 'America/St_Johns', 'Australia/Lord_Howe');
    fc.assert(fc.property(fc.integer({ min: 0, max: 2_000_000_000_000 }), zones, (at, zone) => {
      expect(localTime(at, zone).hour).toBe(localHour(at, zone));
    })); // prettier-ignore
  });
});

describe('a window of days', () => {
  it('tells how long ago each was, and forgets what is older than it has bits', () => {
    const window = emptyWindow(64);
    for (const day of [100, 90, 100, 135, 71, 72]) addToWindow(window, day); // 71 is 64 before 135
    expect(agesOf(window, 140)).toEqual([5, 40, 50, 68]);
    addToWindow(window, 300);
    expect(agesOf(window, 299)).toEqual([0]);
  });

  it('is the same in whatever order days come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (days) => {
        const [one, other] = [emptyWindow(96), emptyWindow(96)];
        days.forEach((day) => addToWindow(one, day));
        [...days].reverse().forEach((day) => addToWindow(other, day));
        const newest = Math.max(...days);
        const kept = [...new Set(days)].map((day) => newest - day).filter((age) => age < 96);
        expect(agesOf(one, newest)).toEqual(kept.sort((a, b) => a - b));
        expect(other).toEqual(one);
      }),
    );
  });
});

describe('sketches', () => {
  it('count sets to within a tenth', () => {
    for (const size of [1, 10, 100, 500]) {
      const sketches = new Uint32Array(SKETCH_WORDS);
      for (let no = 1; no <= size; no++) addToSketch(sketches, 'items', mix32(no));
      expect(Math.abs(distinct(sketches, 'items') / size - 1)).toBeLessThan(0.1);
    }
  });

  it('tell which share of the present was not there before', () => {
    const sketches = new Uint32Array(SKETCH_WORDS);
    expect(newShare(sketches, 'brandsNow', 'brandsBefore')).toBeNull();
    for (let no = 1; no <= 60; no++) addToSketch(sketches, 'brandsBefore', mix32(no));
    for (let no = 31; no <= 90; no++) addToSketch(sketches, 'brandsNow', mix32(no)); // 30 of 60 are new
    expect(Math.abs(newShare(sketches, 'brandsNow', 'brandsBefore')!.share - 0.5)).toBeLessThan(0.1);
    ageSketch(sketches, 'brandsNow', 'brandsBefore');
    expect(distinct(sketches, 'brandsNow')).toBe(0);
    expect(Math.abs(distinct(sketches, 'brandsBefore') / 90 - 1)).toBeLessThan(0.1);
  });
});

describe('sessions', () => {
  const MINUTE = 60_000;
  const folded = (minutes: readonly number[]): Session[] => {
    const sessions: Session[] = [];
    for (const minute of minutes) foldSession(sessions, minute * MINUTE, minute % 2 === 1, minute === 0);
    return sessions;
  };

  it('join what is within half an hour, and become one where an act lies between two', () => {
    expect(folded([0, 50])).toHaveLength(2);
    const whole = { start: 0, end: 50 * MINUTE, acts: 3, deep: 1, bought: 1 };
    expect([folded([0, 50, 25]), folded([25, 0, 50]), folded([50, 25, 0])]).toEqual([[whole], [whole], [whole]]);
  });

  it('are the same in whatever order up to twelve come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(350), { maxLength: 30 }), fc.infiniteStream(fc.nat()), (minutes, chance) => {
        const shuffled = minutes.map((minute) => ({ minute, key: chance.next().value as number })).sort((a, b) => a.key - b.key);
        expect(folded(shuffled.map(({ minute }) => minute))).toEqual(folded(minutes));
      }),
    );
  });
});

describe('labels', () => {
  it('are read whatever their case and hyphens, and say nothing where they are other words', () => {
    expect([...labelGroups(['On Sale', 'top_rated', ' VEGAN ', 'luxury', 'generated'])]).toEqual(['deal', 'proof', 'values', 'premium']);
    expect(labelGroups(['constructor']).size).toBe(0);
  });
});

describe('habits', () => {
  it('are the same for every order in which the writers’ events arrive, and unchanged when folded again', () => {
    fc.assert(
      fc.property(lives, fc.infiniteStream(fc.nat()), (life, chance) => {
        // Whom he follows and how he came is a matter of order; the rest is not.
        const told = life.filter(({ type }) => type !== 'FOLLOW');
        const queues = [1, 2, 3].map((writer) => told.filter((one) => one.writer === writer));
        const arriving: typeof life = [];
        for (
          let waiting = queues.filter(({ length }) => length > 0);
          waiting.length > 0;
          waiting = waiting.filter(({ length }) => length > 0)
        )
          arriving.push(waiting[(chance.next().value as number) % waiting.length].shift()!);
        const [one, other] = [live(told), live(arriving)];
        // The oldest of the twelve sessions kept may lack what came after an older one was dropped.
        for (const { habits } of [one, other]) habits.sessions.splice(6);
        expect(difference(one.habits, other.habits)).toBeNull();
        expect(live(arriving, {}, live(arriving))).toEqual(live(arriving));
      }),
    );
  });

  it('are packed whole, and a state packed before there were any is read', () => {
    fc.assert(fc.property(lives, (life) => expect(unpackState(packState(live(life)))).toEqual(live(life))));
    // Version 1 ended where habits begin, version 2 where the cocoon does; of an empty state these take fourteen and seven bytes, widening three and what tires eleven.
    const empty = packState(emptyState());
    for (const [version, lacking] of [
      [1, 35],
      [2, 21],
    ]) {
      const before = empty.slice(0, empty.length - lacking);
      before[0] = version;
      new DataView(before.buffer).setUint32(1, crc32(before, 5), true);
      expect(unpackState(before)).toEqual(emptyState());
    }
  });

  it('have another version of packed states when measures change their places', () => {
    expect([MEASURES.length, crc32(new TextEncoder().encode(MEASURES.join()))]).toEqual([133, 1817930437]);
  });

  it('leave money in other currencies out', () => {
    const foreign = live([event('PURCHASE', { itemNo: 1, amount: 50, currency: 'USD' })], { currency: 'CNY' });
    const tags = readTags(foreign, NOW, { names: NAMES }).map(({ key }) => key);
    expect([tags.includes('purchases'), tags.includes('amount-per-line')]).toEqual([true, false]);
  });
});

describe('tastes that are to be forgotten', () => {
  it('are those of what was received before; what is owned, ordered and hidden stays', () => {
    const steps = [
      event('LIKE', { itemNo: 1 }),
      event('PURCHASE', { itemNo: 1, orderId: 'a' }),
      event('HIDE', { itemNo: 2, hideScope: 'ITEM' }),
    ];
    const state = live([...steps, event('CLICK', { itemNo: 3, receivedAt: NOW + 1 })], { interestsSince: NOW + 1 });
    expect([[...state.purchases.keys()], [...state.hiddenItems], state.orders.value, state.eventCount]).toEqual([[1], [2], 1, 4]);
    expect(state.recent.map(({ itemNo }) => itemNo)).toEqual([3]);
    expect([...state.affinity.brand.keys()]).toEqual([3]);
    expect(state.habits.sessions.map((session) => session.acts)).toEqual([1]);
  });
});

describe('purposes', () => {
  const steps = [
    ['FOLLOW', 3, -1, { targetUserId: 'ann' }],
    ['PURCHASE', 2, 0, { orderId: 'a', amount: 8, referrerUserId: 'fay' }],
    ['HIDE', 1, 2, { hideScope: 'ITEM' }],
  ] as const;
  const tagsOf = (...purposes: ('ESSENTIAL' | 'PERSONALISATION' | 'SOCIAL_GRAPH')[]) =>
    new Set(readTags(after(steps, new Set(purposes)), NOW, { names: NAMES, purposes: new Set(purposes) }).map(({ key }) => key));

  it('keep of someone who agreed to nothing more only what he owns and hides', () => {
    expect([...tagsOf('ESSENTIAL')]).toEqual(['items-owned', 'hidden-items']);
    const { habits, ties, recent, eventCount } = after(steps, new Set(['ESSENTIAL']));
    expect([habits.sums.some((sum) => sum !== 0), ties.size, recent.length, eventCount]).toEqual([false, 0, 0, 0]);
  });

  it('keep ties and company apart from taste', () => {
    expect([...tagsOf('ESSENTIAL', 'SOCIAL_GRAPH')].filter((key) => key.startsWith('category-affinity'))).toEqual([]);
    expect(tagsOf('ESSENTIAL', 'SOCIAL_GRAPH').has('following')).toBe(true);
    const personal = tagsOf('ESSENTIAL', 'PERSONALISATION');
    expect([personal.has('following'), personal.has('referrers'), personal.has('purchases')]).toEqual([false, false, true]);
  });

  it('are obeyed when tags are read, too', () => {
    const tags = readTags(after(steps), NOW, { names: NAMES, purposes: new Set(['ESSENTIAL']) });
    expect(tags.map(({ key }) => key)).toEqual(['items-owned', 'hidden-items']);
  });
});
