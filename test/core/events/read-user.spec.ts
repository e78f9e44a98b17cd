import { readId } from '../../../src/core/events/read-entry.js';
import { readUser } from '../../../src/core/events/read-user.js';

const codesOf = (read: object) =>
  'faults' in read ? (read.faults as { code: string; path: string }[]).map(({ code, path }) => `${code} ${path}`) : [];

describe('readUser', () => {
  it('leaves what is absent, clears what is null', () => {
    expect(readUser({ id: 'u1' })).toEqual({ user: { id: 'u1' } });
    expect(
      readUser({
        id: 'u1',
        birthYear: 2011,
        gender: 'f',
        region: null,
        joinedAt: '2026-01-01T00:00:00Z',
        attributes: { club: ['gold'], n: 1 },
      }),
    ).toEqual({
      user: { id: 'u1', birthYear: 2011, gender: 'f', region: null, joinedAt: Date.UTC(2026, 0, 1), attributes: { club: ['gold'], n: 1 } },
    });
  });

  it.each([
    ['no id', { id: null }, 'MISSING_FIELD id'],
    ['a birth in 1899', { birthYear: 1899 }, 'INVALID_VALUE birthYear'],
    ['a birth year as text', { birthYear: '1990' }, 'INVALID_VALUE birthYear'],
    ['a gender of 129 characters', { gender: 'x'.repeat(129) }, 'TOO_LARGE gender'],
    ['a field that is none', { email: 'a@b.example' }, 'INVALID_VALUE email'],
    ['a list of attributes', { attributes: [1] }, 'INVALID_VALUE attributes'],
    ['attributes of 17 KB', { attributes: { a: 'x'.repeat(17_000) } }, 'TOO_LARGE attributes'],
    ['attributes six deep', { attributes: { a: { b: { c: { d: { e: {} } } } } } }, 'INVALID_VALUE attributes.a.b.c.d.e'],
    ['NUL in an attribute', { attributes: { a: 'x\u0000' } }, 'INVALID_VALUE attributes.a'],
    ['half a pair in the name of one', { attributes: { '\ud800': 1 } }, 'INVALID_VALUE attributes'],
    ['an endless attribute', { attributes: { a: [1, Infinity] } }, 'INVALID_VALUE attributes.a.1'],
  ])('refuses %s', (_, change, expected) => expect(codesOf(readUser({ id: 'u1', ...change }))).toEqual([expected]));
});

describe('readId', () => {
  it('gives the id, or says what an id is', () => {
    expect(readId('__proto__')).toEqual({ id: '__proto__' });
    expect(readId('', 'ids.3')).toEqual({
      faults: [{ path: 'ids.3', code: 'INVALID_ID', message: 'ids.3 is ""; it must be 1 to 128 characters without control characters' }],
    });
  });
});
