import fc from 'fast-check';
import { parseInstant } from '../../../src/core/events/instant.js';

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T12:30:45Z', Date.UTC(2026, 10, 21, 12, 30, 45)],
    ['2026-11-21T12:30Z', Date.UTC(2026, 10, 21, 12, 30)],
    ['2026-11-21T12:30:45.5Z', Date.UTC(2026, 10, 21, 12, 30, 45, 500)],
    ['2026-11-21T12:30:45.123456789Z', Date.UTC(2026, 10, 21, 12, 30, 45, 123)],
    ['2026-11-21T12:30:45,25Z', Date.UTC(2026, 10, 21, 12, 30, 45, 250)],
    ['2026-11-21t12:30:45z', Date.UTC(2026, 10, 21, 12, 30, 45)],
    // Eight hours east of Greenwich it is later by the clock, so the instant is earlier: 12:30 - 8:00 = 04:30.
    ['2026-11-21T12:30:45+08:00', Date.UTC(2026, 10, 21, 4, 30, 45)],
    ['2026-11-21T12:30:45+0800', Date.UTC(2026, 10, 21, 4, 30, 45)],
    ['2026-11-21T12:30:45-03', Date.UTC(2026, 10, 21, 15, 30, 45)],
    ['2026-11-21T12:30:45+05:45', Date.UTC(2026, 10, 21, 6, 45, 45)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ])('reads %s', (text, at) => expect(parseInstant(text)).toBe(at));

  it.each([
    'yesterday', '', '2026-11-21', '2026-11-21T12:30:45', '2026-11-21T12:30', '2026-11-21 12:30:45Z', '20261121T123045Z', '+292278994-08-17T07:12:55Z',
    '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-11-00T00:00:00Z',
    '2026-11-21T24:00:00Z', '2026-11-21T12:60:00Z', '2026-11-21T12:30:61Z', '2026-11-21T12:30:60Z', '2026-11-21T12:30:45.Z', '2026-11-21T12:30:4Z',
    '2026-11-21T12:30:45+8', '2026-11-21T12:30:45+08:0', '2026-11-21T12:30:45+24:00', '2026-11-21T12:30:45+08:60', '2026-11-21T12:30:45 Z',
    '2026-11-21T12:30:45ZZ', '2026-11-21T12:30:45+08:00[Asia/Shanghai]', '２026-11-21T12:30:45Z', '2026-11-21T12:30:45.1e3Z', `2026-11-21T12:30:45.${'0'.repeat(60)}Z`,
  ])('refuses %j', (text) => expect(parseInstant(text)).toBeNaN()); // prettier-ignore

  it('reads a leap second as the last millisecond of its day, in any zone', () => {
    const last = Date.UTC(2016, 11, 31, 23, 59, 59, 999);
    expect([
      parseInstant('2016-12-31T23:59:60Z'),
      parseInstant('2016-12-31T23:59:60.7Z'),
      parseInstant('2017-01-01T08:59:60+09:00'),
    ]).toEqual([last, last, last]);
  });

  it('agrees with the engine on every instant and offset', () => {
    const instants = fc.integer({ min: Date.UTC(0, 0, 1), max: Date.UTC(9998, 11, 31) });
    fc.assert(
      fc.property(instants, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (at, minutes) => {
        const two = (n: number) => String(n).padStart(2, '0');
        const wall = new Date(at + minutes * 60_000).toISOString();
        fc.pre(wall.length === 24);
        const size = Math.abs(minutes);
        const text = `${wall.slice(0, 23)}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        expect(parseInstant(text)).toBe(at);
        expect(parseInstant(new Date(at).toISOString())).toBe(at);
      }),
    );
  });
});
