import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawInput } from '../../src/app/app.js';
import { createApp, type RunningApp } from '../../src/app/create-app.js';
import { openEmbeddedBinding } from '../../src/bindings/embedded.js';
import { PURPOSES } from '../../src/core/privacy/purposes.js';
import { type Neighbours } from '../../src/core/candidates/neighbours.js';
import { type Binding } from '../../src/ports/binding.js';
import { eventually } from '../support/eventually.js';
import { keptLog } from '../support/kept-log.js';
import { createTestDatabase } from '../support/postgres.js';

const NOW = Date.UTC(2026, 0, 15, 12);

/** Objects as lines of a stream. */
async function* lines(...objects: unknown[]): AsyncGenerator<string> {
  for (const one of objects) yield await Promise.resolve(JSON.stringify(one));
}

describe('tables that were made elsewhere', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let binding: Binding;
  let running: RunningApp;
  const idsNear = (table: Neighbours, id: string): string[] => {
    const { catalogue } = running.index.shop;
    const no = catalogue.no(id)!;
    return Array.from(table.items.subarray(table.offsets[no], table.offsets[no + 1]), (other) => catalogue.item(other).id);
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'imago-tables-'));
    closers.push(() => rm(dataDir, { recursive: true }), () => database.drop()); // prettier-ignore
    binding = await openEmbeddedBinding({ databaseUrl: database.url, dataDir, retentionDays: 400, userStateMaxBytes: 1e8, clock: () => NOW, log: keptLog() }); // prettier-ignore
    closers.push(() => binding.close());
    running = await createApp(binding, { purposes: new Set(PURPOSES), timeZone: 'UTC', currency: 'CNY', locales: ['en'], clock: () => NOW, stopwatch: () => 0 }); // prettier-ignore
    closers.push(() => running.close());
    await running.app.upsertItems(['a', 'b', 'c'].map((id): RawInput => ({ id, kind: 'PRODUCT', title: id, categories: ['x'] })));
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  it('takes vectors in whole, naming bad lines, and swaps the nearest items', async () => {
    const stream = lines({ itemId: 'a', vector: [2, 0] }, { itemId: 'b', vector: [1, 0.1] }, { itemId: 'c', vector: [0, 1] }, { itemId: 'ghost', vector: [1, 1] }, { itemId: 'c', vector: [1] }, { vector: [1, 1] }); // prettier-ignore
    const result = await running.app.importEmbeddings('text-2', stream);
    expect([result.accepted, result.rejectedTotal]).toEqual([3, 3]);
    expect(result.rejected.map(({ index, code, retryable }) => [index, code, retryable])).toEqual([
      [3, 'UNKNOWN_ITEM', true],
      [4, 'INVALID_VALUE', false],
      [5, 'MISSING_FIELD', false],
    ]);
    await eventually(() => expect(idsNear(running.index.shop.embedded, 'a')).toEqual(['b']));
  });

  it('holds a table of neighbours over the one made here, until an empty stream takes it away', async () => {
    const own: Neighbours = {
      builtAt: 1,
      offsets: Uint32Array.of(0, 1, 2, 2),
      items: Uint32Array.of(1, 0),
      weights: Float32Array.of(0.5, 0.5),
    };
    const near = (): string[] => idsNear(running.index.shop.similar, 'a');
    expect(await running.app.importNeighbours('SIMILAR', lines({ itemId: 'a', neighbours: [{ itemId: 'c', weight: 0.9 }] }))).toMatchObject({ accepted: 1 }); // prettier-ignore
    await binding.neighbourStore.publish('SIMILAR', own);
    await eventually(() => expect([near(), idsNear(running.index.shop.similar, 'b')]).toEqual([['c'], ['a']])); // prettier-ignore
    await running.app.importNeighbours('SIMILAR', lines());
    await eventually(() => expect(near()).toEqual(['b']));
  });

  it('refuses a space or a relation that is none, and changes nothing for a stream without a good line', async () => {
    await expect(running.app.importEmbeddings('No Space', lines())).rejects.toThrow('space is "No Space"');
    await expect(running.app.importNeighbours(undefined, lines())).rejects.toThrow('it must be SIMILAR');
    expect(await running.app.importEmbeddings('text-2', lines({ itemId: 'a', vector: [] }))).toMatchObject({
      accepted: 0,
      rejectedTotal: 1,
    });
    expect(idsNear(running.index.shop.embedded, 'a')).toEqual(['b']);
  });
});
