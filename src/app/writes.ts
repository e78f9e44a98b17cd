import { type App, type RawInput } from './app.js';
import { asEntries, BatchTally, checkBatchSize, type Write } from './batches.js';
import { createImportLines } from './import-lines.js';
import { type RecordEventsPorts } from './record-events.js';
import { type CatalogueWritePorts, createWriteCatalogue } from './write-catalogue.js';

type Writes = Pick<App, 'recordEvents' | 'upsertItems' | 'updateItems' | 'removeItems' | 'upsertUsers' | 'importLines'>;

/** The write path, in batches of a call and in streams. */
export function createWrites(ports: RecordEventsPorts & CatalogueWritePorts, recordEvents: Write): Writes {
  const { upsertItems, updateItems, upsertUsers, removeItems } = createWriteCatalogue(ports);
  const batch = (name: string, write: Write) => async (inputs: RawInput[]) => {
    checkBatchSize(name, inputs.length);
    const tally = new BatchTally();
    await write(asEntries(inputs), tally);
    return tally.result();
  };
  return {
    recordEvents: batch('events', recordEvents),
    upsertItems: batch('items', upsertItems),
    updateItems: batch('items', updateItems),
    upsertUsers: batch('users', upsertUsers),
    async removeItems(ids) {
      checkBatchSize('ids', ids.length);
      const tally = new BatchTally();
      await removeItems(ids, tally);
      return tally.result();
    },
    importLines: createImportLines(
      { items: upsertItems, users: upsertUsers, events: recordEvents },
      ports.catalogueStore,
      ports.index.refreshCatalogue,
    ),
  };
}
