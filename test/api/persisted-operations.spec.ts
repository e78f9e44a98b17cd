import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Edge, openEdge, post } from './fixture.js';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const ITEM = 'query Item($id: ID!) { item(id: $id) { id } }';
const FEED = '{ feed(input: {}) { id } }';
const variables = { id: 'item-1' };
const byHash = (hash: string, more: object = {}) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } }, ...more });

describe('persisted operations', () => {
  let folder: string;
  let edge: Edge;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imago-persisted-'));
    const persistedOperations = join(folder, 'operations.json');
    await writeFile(persistedOperations, JSON.stringify({ [hashOf(ITEM)]: ITEM }));
    edge = await openEdge({}, { persistedOperations });
  });
  afterAll(async () => {
    await edge.server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const refused = async (on: Edge, body: object, says: RegExp): Promise<void> => {
    const { status, errors, data } = await post(on, body);
    expect([status, errors.map(({ extensions }) => extensions.code), data]).toEqual([400, ['BAD_QUERY'], null]);
    expect(errors[0].message).toMatch(says);
  };

  it('are asked for by hash, by id, or by their very text', async () => {
    for (const body of [byHash(hashOf(ITEM)), { id: hashOf(ITEM) }, { query: ITEM }, byHash(hashOf(ITEM), { query: ITEM })]) {
      const answer = await post(edge, { ...body, variables });
      expect([answer.status, answer.data]).toEqual([200, { item: { id: 'item-1' } }]);
    }
  });
  it('refuses a hash that is not known', () => refused(edge, byHash(hashOf(FEED)), /none of those that are persisted/));
  it('refuses a hash that is not that of its query', () =>
    refused(edge, byHash(hashOf(ITEM), { query: FEED }), /hash is not that of the query/));
  it('refuses any other operation, with its hash too, also after it was refused', async () => {
    for (let run = 0; run < 2; run++) {
      await refused(edge, { query: FEED }, /none of those/);
      await refused(edge, byHash(hashOf(FEED), { query: FEED }), /none of those/);
      await refused(edge, { query: `${ITEM} ` }, /none of those/);
    }
  });
  it.each(['ab', '', 7, {}, '__proto__', hashOf(ITEM).toUpperCase(), 'x'.repeat(10_000)])('refuses %j for a hash', async (hash) => {
    await refused(edge, byHash(hash as string), /SHA-256|query has to be/);
    await refused(edge, { id: hash }, /SHA-256|query has to be/);
  });
  it('shows no page on which to write others', async () => expect((await fetch(`${edge.url}/graphql`)).status).toBe(405));

  it('are not looked for where there are none, and others are taken', async () => {
    const open = await openEdge();
    await refused(open, byHash(hashOf(ITEM)), /no operations are persisted here/);
    await refused(open, byHash(hashOf(ITEM), { query: FEED }), /hash is not that/);
    expect((await post(open, byHash(hashOf(FEED), { query: FEED }))).status).toBe(200);
    expect((await post(open, { query: FEED, id: 7 })).status).toBe(200);
    await open.server.close();
  });

  it.each([
    ['is not there', null, /cannot be read/],
    ['is not JSON', '{', /not JSON/],
    ['is a list', '[]', /object of documents/],
    ['is empty', '{}', /1 to 10000/],
    ['has another hash', JSON.stringify({ [hashOf(FEED)]: ITEM }), /not the SHA-256 of its document/],
    ['has a name that is none', JSON.stringify({ item: ITEM }), /"item" is not a SHA-256/],
  ])('keep the service from starting when the file %s', async (_name, text, says) => {
    const persistedOperations = join(folder, 'wrong.json');
    await rm(persistedOperations, { force: true });
    if (text !== null) await writeFile(persistedOperations, text);
    await expect(openEdge({}, { persistedOperations })).rejects.toThrow(says);
  });
});
