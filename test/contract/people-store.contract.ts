import { type UserStore } from '../../src/ports/user-store.js';
import { type IdentityLink } from '../../src/core/privacy/identity.js';
import { unknownPerson } from '../../src/core/privacy/person.js';
import { type Erasures, type PeopleStore, type PersonalAct } from '../../src/ports/people-store.js';

export interface PeopleStores {
  people: PeopleStore;
  erasures: Erasures;
  users: UserStore;
}

const act = (action: string): PersonalAct => ({ action, actor: 'test', subject: 'pseudonym', at: 5 });
const linkOf = (userId: string, externalId: string, part: IdentityLink['part'] = null): IdentityLink => ({
  platform: 'app', externalId, userId, linkedAt: 7, part,
}); // prettier-ignore

/** What every store of people has to do. `open` opens one on data that all of one suite share; ids keep the tests apart. */
export function peopleStoreContract(name: string, open: () => PeopleStores): void {
  describe(`people store: ${name}`, () => {
    it('knows nobody, and answers for everybody', async () => {
      const loaded = await open().people.load(['nobody', 'noone']);
      expect([...loaded]).toEqual([['nobody', unknownPerson('nobody')], ['noone', unknownPerson('noone')]]); // prettier-ignore
    });

    it('keeps every decision on consent, also two of one instant, in order', async () => {
      const { people } = open();
      for (const purposes of [['ESSENTIAL', 'ANALYTICS'], ['ESSENTIAL']] as const)
        await people.addConsent('decider', { at: 3, purposes }, act('setConsent'));
      await people.addConsent('decider', { at: 1, purposes: ['PERSONALISATION'] }, act('setConsent'));
      const { consents } = (await people.load(['decider'])).get('decider')!;
      expect(consents).toEqual([
        { at: 1, purposes: ['PERSONALISATION'] },
        { at: 3, purposes: ['ESSENTIAL', 'ANALYTICS'] },
        { at: 3, purposes: ['ESSENTIAL'] },
      ]);
      expect(await people.usersWho(false, 'ANALYTICS')).toContain('decider');
      expect(await people.usersWho(true, 'ANALYTICS')).not.toContain('decider');
    });

    it('changes what is given and leaves the rest', async () => {
      const { people } = open();
      const muted = [{ kind: 'brand' as const, name: 'b', until: null }];
      await people.change('chooser', { muted }, act('mute'));
      await people.change('chooser', { breadth: 0.5, interestsResetAt: 9 }, act('setBreadth'));
      expect((await people.load(['chooser'])).get('chooser')).toEqual({
        ...unknownPerson('chooser'),
        muted,
        breadth: 0.5,
        interestsResetAt: 9,
      });
    });

    it('gives an identity as a whole to one user only, and links all or none', async () => {
      const { people } = open();
      await people.link([linkOf('owner', 'x-1')], act('linkIdentities'));
      await expect(people.link([linkOf('thief', 'x-2'), linkOf('thief', 'x-1')], act('linkIdentities'))).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(await people.linksOf([{ platform: 'app', externalId: 'x-2' }])).toEqual([]);
      await people.link([linkOf('owner', 'x-1')], act('linkIdentities'));
      expect((await people.load(['owner'])).get('owner')!.links).toEqual([linkOf('owner', 'x-1')]);
      const claims = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((user) => people.link([linkOf(user, 'x-3'), linkOf(user, 'x-4')], act('linkIdentities'))),
      );
      expect(claims.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    });

    it('links sessions of one identity to several users, and takes all of one user away at once', async () => {
      const { people } = open();
      await people.link([linkOf('first', 's-1', { sessionId: 'one' })], act('mergeVisitor'));
      await people.link([linkOf('second', 's-1', { from: 1, until: 2 })], act('mergeVisitor'));
      const identity = { platform: 'app', externalId: 's-1' };
      expect((await people.linksOf([identity])).map(({ userId }) => userId)).toEqual(['first', 'second']);
      expect(await people.unlink('first', identity, act('unlinkIdentity'))).toBe(true);
      expect(await people.unlink('first', identity, act('unlinkIdentity'))).toBe(false);
      expect((await people.linksOf([identity])).map(({ userId }) => userId)).toEqual(['second']);
    });

    it('remembers the erased by keys, and what went with them', async () => {
      const { people, erasures, users } = open();
      await users.upsert([{ id: 'gone', region: 'x' }]);
      await people.addConsent('gone', { at: 1, purposes: [] }, act('setConsent'));
      await people.link([linkOf('gone', 'g-1')], act('linkIdentities'));
      const held = async () =>
        (await erasures.held(['gone'])).filter(({ records }) => records > 0).map(({ what, records }) => [what, records]);
      expect(await held()).toEqual([['attributes', 1], ['consents', 1], ['identities', 1]]); // prettier-ignore
      await erasures.mark('ab12', 4);
      const { removed } = await erasures.wipe(['gone']);
      expect(removed.map(({ what }) => what)).toEqual(['attributes', 'consents', 'identities']);
      expect(await held()).toEqual([]);
      expect((await erasures.wipe(['gone'])).removed).toEqual([]);
      expect((await erasures.all()).get('ab12')).toBe(4);
      expect((await people.load(['gone'])).get('gone')).toEqual(unknownPerson('gone'));
    });
  });
}
