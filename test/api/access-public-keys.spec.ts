import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer as createHttpServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { openEdge, post } from './fixture.js';
import { bearer, key } from './tokens.js';

const FEED = { query: 'query($input: FeedInput!) { feed(input: $input) { id } }' };
const FEED_OF = (userId?: string) => ({ ...FEED, variables: { input: { userId } } });

describe('access with public keys', () => {
  it('verifies by the keys at an address, and takes no token that was signed with a public key as if it were a secret', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'RS256' };
    const keys: Server = createHttpServer((_request, answer) => answer.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    const jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`;
    const edge = await openEdge({}, { auth: { jwksUrl, issuer: null, audience: null } });
    const signed = (kid: string) =>
      new SignJWT({ scope: 'storefront' }).setProtectedHeader({ alg: 'RS256', kid }).setExpirationTime('1m').sign(privateKey);
    const asSecret = new SignJWT({ scope: 'admin' }).setProtectedHeader({ alg: 'HS256', kid: 'first' }).setExpirationTime('1m');
    const status = async (jwt: string) => (await post(edge, FEED_OF('ann'), bearer(jwt))).status;
    expect(await status(await signed('first'))).toBe(200);
    expect(await status(await signed('../../dev/null'))).toBe(401);
    expect(await status(await asSecret.sign(key(JSON.stringify(jwk))))).toBe(401);
    await edge.server.close();
    keys.close();
  });

  it('says that it cannot verify when the keys are away', async () => {
    const edge = await openEdge({}, { auth: { jwksUrl: 'http://127.0.0.1:9/', issuer: null, audience: null } });
    const { privateKey } = await generateKeyPair('RS256');
    const jwt = await new SignJWT({ scope: 'admin' }).setProtectedHeader({ alg: 'RS256' }).setExpirationTime('1m').sign(privateKey);
    const answer = await post(edge, FEED_OF('ann'), bearer(jwt));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    await edge.server.close();
  });
});
