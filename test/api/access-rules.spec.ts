import { ADDRESS_RULES } from '../../src/api/access/address-rules.js';
import { SCOPES } from '../../src/api/access/caller.js';
import { OPERATION_RULES } from '../../src/api/access/operation-rules.js';
import { leastArguments, type NamingPath, namingPaths, requestFor, ROOT_FIELDS, type RootField } from '../support/schema-arguments.js';
import { type Edge, openEdge, post } from './fixture.js';
import { AUTH, bearer, type Claims, token } from './tokens.js';

const BUT_ADMIN = SCOPES.filter((scope) => scope !== 'admin');
const named = <T extends { field: { name: string } }>(all: readonly T[]): [string, T][] => all.map((one) => [one.field.name, one]);

/** The arguments with another user in this place. */
function naming(args: Record<string, unknown>, path: NamingPath, user: unknown): Record<string, unknown> {
  const copy = structuredClone(args);
  let place = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (typeof place[last] === 'string') place[last] = user;
  return copy;
}

describe('rules of access', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await openEdge({}, { auth: AUTH, mode: 'production', rateLimitPerSecond: 100_000 });
  });
  afterAll(() => edge.server.close());

  const asked = async (root: RootField, args: Record<string, unknown>, claims: Claims) => {
    const { status, errors } = await post(edge, requestFor(root, args), bearer(await token(claims)));
    return { status, codes: [...new Set(errors.map(({ extensions }) => extensions.code))] };
  };
  const FORBIDDEN = { status: 403, codes: ['FORBIDDEN'] };

  it('are there for every operation of the schema, and for nothing else', () => {
    expect(Object.keys(OPERATION_RULES).sort()).toEqual(ROOT_FIELDS.map(({ field }) => field.name).sort());
  });

  it.each(named(ROOT_FIELDS))('let who has a scope for it ask for %s, and nobody else', async (name, root) => {
    const { scopes } = OPERATION_RULES[name];
    for (const scope of BUT_ADMIN) {
      const answer = await asked(root, leastArguments(root.field), { scope });
      if (scopes === null || scopes.includes(scope)) expect(answer.codes).not.toContain('FORBIDDEN');
      else expect(answer).toEqual(FORBIDDEN);
    }
    const without = await asked(root, leastArguments(root.field), { scope: '' });
    if (scopes !== null) expect(without).toEqual(FORBIDDEN);
    expect((await asked(root, leastArguments(root.field), { scope: 'admin' })).codes).not.toContain('FORBIDDEN');
  });

  const places = ROOT_FIELDS.flatMap((root) =>
    namingPaths(root.field).map((path) => [root.field.name, path.join('.'), root, path] as const),
  );
  it('know the places in which users are named', () => {
    expect(new Set(places.map(([name]) => name)).size).toBeGreaterThan(15);
    expect(places.map(([name, path]) => `${name} ${path}`)).toEqual(
      expect.arrayContaining(['feed input.userId', 'feed input.identity', 'recordEvents events.0.userId', 'upsertUsers users.0.id', 'mergeVisitor visitor']),
    ); // prettier-ignore
  });
  it.each(places)('let a token of one user name no other in %s at %s', async (_name, _path, root, path) => {
    const args = naming(leastArguments(root.field, path), path, 'bob');
    expect(await asked(root, args, { scope: SCOPES.join(' '), user: 'ann' })).toEqual(FORBIDDEN);
  });

  const ofNobody = ROOT_FIELDS.filter(({ field }) => OPERATION_RULES[field.name]?.names === null);
  it.each(named(ofNobody))('keep tokens of one user out of %s', async (_name, root) => {
    expect(await asked(root, leastArguments(root.field), { scope: SCOPES.join(' '), user: 'ann' })).toEqual(FORBIDDEN);
  });

  const own = ROOT_FIELDS.filter(({ field }) => OPERATION_RULES[field.name]?.names !== null);
  it.each(named(own))('let a token of one user ask for %s in his own name', async (_name, root) => {
    const [place] = namingPaths(root.field).filter((path) => path.at(-1) !== 'identity');
    const { codes } = await asked(root, leastArguments(root.field, place), { scope: SCOPES.join(' '), user: 'ann' });
    expect(codes).not.toContain('FORBIDDEN');
  });

  it('are there for every address, and for nothing else', () => {
    const addresses = edge.server.addresses.filter((address) => !/^(HEAD|OPTIONS) /.test(address));
    expect([...new Set(addresses)].sort()).toEqual(Object.keys(ADDRESS_RULES).sort());
  });

  const atAddress = async (address: string, claims: Claims | null) => {
    const [method, path] = address.split(' ');
    const headers = {
      // Comes from elsewhere, where an address is open to this machine.
      'x-forwarded-for': '203.0.113.9',
      ...(method === 'POST' && { 'content-type': 'application/x-ndjson' }),
      ...(claims && bearer(await token(claims))),
    };
    const place = path.replace(':name', 'intent').replace(':kind', 'items').replace(':id', 'ann').replace(':surface', 'home');
    const answer = await fetch(edge.url + place, { method, headers, ...(method === 'POST' && { body: '' }) });
    await answer.arrayBuffer();
    return answer.status;
  };

  it.each(Object.entries(ADDRESS_RULES))('of %s hold', async (address, { scopes, user }) => {
    if (scopes === 'none') return expect([401, 403]).not.toContain(await atAddress(address, null));
    expect(await atAddress(address, null)).toBe(401);
    for (const scope of scopes === 'any' ? [] : BUT_ADMIN) {
      const status = await atAddress(address, { scope });
      if (scopes.includes(scope)) expect([401, 403]).not.toContain(status);
      else expect([scope, status]).toEqual([scope, 403]);
    }
    if (scopes === 'any') return;
    expect([401, 403]).not.toContain(await atAddress(address, { scope: 'admin' }));
    expect(await atAddress(address, { scope: 'admin', user: 'bob' })).toBe(403);
    const ann = await atAddress(address, { scope: 'admin', user: 'ann' });
    if (user === undefined) expect(ann).toBe(403);
    else expect(ann).toBe(200);
  });
});
