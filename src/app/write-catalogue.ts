import { readId } from '../core/events/read-entry.js';
import { type GivenItem, readItem, readItemPatch } from '../core/events/read-item.js';
import { type GivenUser, readUser } from '../core/events/read-user.js';
import { type ItemPatch } from '../core/item.js';
import { type CatalogueStore } from '../ports/catalogue-store.js';
import { type BatchTally, type Entry, type Write } from './batches.js';
import { type ShopIndex } from './shop-index.js';
import { type People } from './people/people.js';

export interface WriteCatalogue {
  upsertItems: Write;
  updateItems: Write;
  upsertUsers: Write;
  removeItems: (ids: string[], tally: BatchTally) => Promise<void>;
}

export interface CatalogueWritePorts {
  catalogueStore: CatalogueStore;
  index: ShopIndex;
  people: People;
}

type Read<T> = T | { faults: { path: string; code: string; message: string }[] };

/** Values of the good entries with their entry; the faults of the others go to the tally. */
function readAll<T extends object>(
  entries: Entry[],
  tally: BatchTally,
  read: (fields: Entry['fields']) => Read<T>,
): { entry: Entry; value: T }[] {
  return entries.flatMap((entry) => {
    const value = read(entry.fields);
    if (!('faults' in value)) return [{ entry, value }];
    tally.rejectFaults(entry.index, entry.fields.id, value.faults);
    return [];
  });
}

/** What changes items and users. A change is durable and seen by this process's feeds when its call resolves. */
export function createWriteCatalogue(ports: CatalogueWritePorts): WriteCatalogue {
  const { catalogueStore, index, people } = ports;
  const unknown = (tally: BatchTally, at: number, id: string) =>
    tally.reject(at, id, { code: 'UNKNOWN_ITEM', message: `id "${id}" is not in the catalogue; send it again when it is` }, true);

  return {
    async upsertItems(entries, tally) {
      const good = readAll<{ item: GivenItem }>(entries, tally, readItem);
      if (good.length === 0) return;
      await catalogueStore.upsert(good.map(({ value }) => value.item));
      await index.refreshCatalogue();
      tally.accepted += good.length;
    },
    async updateItems(entries, tally) {
      const good = readAll<{ patch: ItemPatch }>(entries, tally, readItemPatch);
      if (good.length === 0) return;
      const found = await catalogueStore.patch(good.map(({ value }) => value.patch));
      await index.refreshCatalogue();
      good.forEach(({ entry, value }, i) => (found[i] ? tally.accepted++ : unknown(tally, entry.index, value.patch.id)));
    },
    async removeItems(ids, tally) {
      const good = ids.flatMap((id, at) => {
        const read = readId(id);
        if (!('faults' in read)) return [{ id, at }];
        tally.rejectFaults(at, id, read.faults);
        return [];
      });
      if (good.length === 0) return;
      const found = await catalogueStore.remove(good.map(({ id }) => id));
      await index.refreshCatalogue();
      good.forEach(({ id, at }, i) => (found[i] ? tally.accepted++ : unknown(tally, at, id)));
    },
    async upsertUsers(entries, tally) {
      const good = readAll<{ user: GivenUser }>(entries, tally, readUser);
      if (good.length === 0) return;
      await people.upsert(good.map(({ value }) => value.user));
      tally.accepted += good.length;
    },
  };
}
