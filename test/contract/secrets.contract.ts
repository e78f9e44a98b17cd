import { type Secrets } from '../../src/ports/secrets.js';

/** What every store of secrets has to do. `open` opens one on the same data, as another process would. */
export function secretsContract(name: string, open: () => Secrets): void {
  describe(`secrets: ${name}`, () => {
    it('gives every process that asks first at the same time the same 32 bytes', async () => {
      const asked = await Promise.all(Array.from({ length: 8 }, () => open().get('cursor')));
      expect(asked[0]).toHaveLength(32);
      expect(new Set(asked.map((secret) => secret.toString('hex'))).size).toBe(1);
    });

    it('gives another name other bytes, and the same again later', async () => {
      const [cursor, pseudonym] = await Promise.all([open().get('cursor'), open().get('pseudonym')]);
      expect(pseudonym.equals(cursor)).toBe(false);
      expect((await open().get('pseudonym')).equals(pseudonym)).toBe(true);
    });
  });
}
