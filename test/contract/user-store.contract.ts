import fc from 'fast-check';
import { type UserChange, type UserStore } from '../../src/ports/user-store.js';

/** What every user store has to do. `open` opens a store on data that all stores of one suite share; ids keep the tests apart. */
export function userStoreContract(name: string, open: () => UserStore): void {
  describe(`user store: ${name}`, () => {
    const NOTHING = { birthYear: null, gender: null, region: null, joinedAt: null, attributes: {} };

    it('knows nobody who was never given attributes, and everybody who was, even without one', async () => {
      const store = open();
      expect(await store.get('never')).toBeNull();
      await store.upsert([{ id: 'bare' }]);
      expect(await store.get('bare')).toEqual({ id: 'bare', ...NOTHING });
    });

    it('leaves what is not given and clears what is null', async () => {
      const store = open();
      await store.upsert([{ id: 'anna', birthYear: 1990, gender: 'f', region: 'Bern', joinedAt: 1_700_000_000_000 }]);
      await store.upsert([{ id: 'anna', gender: undefined, region: null }]);
      expect(await store.get('anna')).toEqual({
        id: 'anna',
        birthYear: 1990,
        gender: 'f',
        region: null,
        joinedAt: 1_700_000_000_000,
        attributes: {},
      });
    });

    it('merges attributes by name and leaves what is inside them as it is', async () => {
      const store = open();
      await store.upsert([{ id: 'bea', attributes: { plan: 'free', tags: ['a'], address: { city: 'Bern', street: null } } }]);
      await store.upsert([{ id: 'bea', attributes: { plan: 'paid', tags: null } }]);
      expect((await store.get('bea'))?.attributes).toEqual({ plan: 'paid', address: { city: 'Bern', street: null } });
    });

    it('takes several changes of one user in their order', async () => {
      const store = open();
      await store.upsert([
        { id: 'carl', birthYear: 1980, attributes: { a: 1, b: 1 } },
        { id: 'dora', region: 'Rome' },
        { id: 'carl', birthYear: undefined, region: 'Oslo', attributes: { b: null, c: 3 } },
      ]);
      expect(await store.get('carl')).toEqual({ ...NOTHING, id: 'carl', birthYear: 1980, region: 'Oslo', attributes: { a: 1, c: 3 } });
      expect(await store.get('dora')).toEqual({ ...NOTHING, id: 'dora', region: 'Rome' });
    });

    it('gives back any user as he was written', async () => {
      const store = open();
      const text = fc.string({ unit: 'grapheme', maxLength: 10 }).filter((value) => !value.includes('\0'));
      const value = fc
        .jsonValue({ maxDepth: 3, noUnicodeString: false })
        .filter((json) => json !== null && !JSON.stringify(json).includes('\\u0000') && !/-0[,}\]]|-0$/.test(JSON.stringify(json)));
      const user: fc.Arbitrary<Required<UserChange>> = fc.record({
        id: text.map((id) => `any-${id}`),
        birthYear: fc.option(fc.integer({ min: 1900, max: 2026 }), { nil: null }),
        gender: fc.option(text, { nil: null }),
        region: fc.option(text, { nil: null }),
        joinedAt: fc.option(fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 }), { nil: null }),
        attributes: fc.dictionary(text, value, { maxKeys: 4, noNullPrototype: true }),
      });
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(user, { selector: ({ id }) => id, maxLength: 5 }), async (users) => {
          await store.upsert(users.map(({ id }) => ({ id, birthYear: null, gender: null, region: null, joinedAt: null })));
          const before = await Promise.all(users.map(({ id }) => store.get(id)));
          await store.upsert(users);
          const after = await Promise.all(users.map(({ id }) => open().get(id)));
          expect(after).toEqual(users.map((given, k) => ({ ...given, attributes: { ...before[k]!.attributes, ...given.attributes } })));
        }),
        { numRuns: 15, seed: 5 },
      );
    });

    it('keeps all of a call or nothing', async () => {
      const store = open();
      await expect(
        store.upsert([
          { id: 'emil', region: 'Rome' },
          { id: 'fay', region: 'no text holds \0' },
        ]),
      ).rejects.toThrow();
      expect(await store.get('emil')).toBeNull();
    });

    it('takes the same users from many calls at once, in any order', async () => {
      const ids = Array.from({ length: 60 }, (_, i) => `crowd-${i}`);
      const calls = Array.from({ length: 12 }, (_, call) =>
        (call % 2 === 0 ? ids : [...ids].reverse()).map((id) => ({ id, attributes: { [`call${call}`]: call } })),
      );
      await Promise.all(calls.map((users) => open().upsert(users)));
      const all = await Promise.all(ids.map((id) => open().get(id)));
      expect(all.map((user) => Object.keys(user!.attributes).length)).toEqual(ids.map(() => 12));
    });
  });
}
