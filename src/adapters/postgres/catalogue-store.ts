import { type Pool } from 'pg';
import { type ItemPatch } from '../../core/item.js';
import { type CatalogueChanges, type CatalogueStore, type ItemToStore } from '../../ports/catalogue-store.js';
import { asUnavailable } from './faults.js';
import { columnsOf, type ItemRow, itemReader, READ_ITEMS, WRITE_ITEMS } from './item-rows.js';
import { NameBook, type WantedNames } from './name-book.js';
import { allowAnswers, LONG_ANSWER_MS } from './query-limits.js';
import { RevisionWrites, type Write } from './revision-writes.js';

/**
 * The catalogue in PostgreSQL. Every changed item takes a revision of its own, so that a reader may stop after any row; the names of a write take the
 * first revision of its items, so that no item comes before its names.
 */
export function createPostgresCatalogueStore({ pool, clock }: { pool: Pool; clock: () => number }): CatalogueStore {
  const book = new NameBook();
  const writes = new RevisionWrites(pool);
  return {
    async upsert(items) {
      const latest = [...new Map(items.map((item) => [item.id, item])).values()];
      if (latest.length > 0) await writes.run(upsertion(book, latest, clock()));
    },
    async patch(patches) {
      return patches.length === 0 ? [] : writes.run(patching(patches));
    },
    async remove(ids) {
      return ids.length === 0 ? [] : writes.run(removal(ids, clock()));
    },
    removeNotWrittenSince: (revision) => writes.run(sweep(revision, clock())),
    revision: () => latestRevision(pool),
    changesSince: (revision, limit) => changesSince(pool, book, revision, limit),
  };
}

async function latestRevision(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ revision: number }>('SELECT revision::float8 FROM catalogue_revision').catch((error: unknown) => {
    throw asUnavailable(error);
  });
  return rows[0].revision;
}

async function changesSince(pool: Pool, book: NameBook, after: number, limit: number): Promise<CatalogueChanges> {
  try {
    const latest = await latestRevision(pool); // asked first: all up to it is then seen by the next statement
    const { rows } = await pool.query<ItemRow>({ name: 'items-read', text: READ_ITEMS, values: [after, limit], rowMode: 'array' });
    const last = rows.length === 0 ? after : rows[rows.length - 1][1];
    const revision = rows.length < limit ? Math.max(latest, last) : last;
    const names = await book.between(pool, after, revision);
    return { revision, items: rows.map(itemReader(book)), names };
  } catch (error) {
    throw asUnavailable(error);
  }
}

function namesOf(items: ItemToStore[]): WantedNames {
  const wanted: WantedNames = { category: new Set(), brand: new Set(), creator: new Set() };
  for (const { categories, brand, creatorId } of items) {
    for (const category of categories) wanted.category.add(category);
    if (brand !== null) wanted.brand.add(brand);
    if (creatorId !== null) wanted.creator.add(creatorId);
  }
  return wanted;
}

const FIND_ITEMS = `
  SELECT place::int, no FROM unnest($1::text[]) WITH ORDINALITY AS given (id, place) JOIN items USING (id)`;

function upsertion(book: NameBook, items: ItemToStore[], now: number): Write<void> {
  return async (client, base) => {
    const named = await book.number(client, namesOf(items), base + 1);
    const numberOf = book.with(named);
    const { rows: known } = await client.query<{ place: number; no: number }>({
      name: 'items-find',
      text: FIND_ITEMS,
      values: [items.map(({ id }) => id)],
    });
    const numbers = new Map(known.map(({ place, no }) => [place - 1, no]));
    const { rows: sizes } = await client.query<{ size: number }>('SELECT coalesce(max(no) + 1, 0)::int AS size FROM items');
    let next = sizes[0].size;
    const rows = items.map((item, place) => ({
      no: numbers.get(place) ?? next++,
      item,
      categoryNos: item.categories.map((name) => numberOf('category', name)),
      brandNo: numberOf('brand', item.brand),
      creatorNo: numberOf('creator', item.creatorId),
    }));
    const values = [base, base + rows.length, now, ...columnsOf(rows)];
    const { rows: written } = await client.query<{ changed: number }>({ name: 'items-write', text: WRITE_ITEMS, values });
    return {
      result: undefined,
      taken: rows.length,
      changed: written[0].changed > 0,
      committed: () => named.forEach((name) => book.learn(name)),
    };
  };
}

const PATCH_ITEMS = `
  WITH next AS (
    SELECT items.no, place,
      CASE WHEN has_stock THEN given.stock ELSE items.stock END AS stock,
      CASE WHEN has_price THEN given.price ELSE items.price END AS price,
      CASE WHEN has_until THEN given.available_until ELSE items.available_until END AS available_until,
      coalesce(given.commercial, items.commercial) AS commercial,
      CASE WHEN labels IS NULL THEN details ELSE (details - 'labels') || labels::jsonb END AS details
    FROM unnest($3::text[], $4::boolean[], $5::float8[], $6::boolean[], $7::float8[], $8::boolean[], $9::bigint[], $10::boolean[], $11::text[])
      WITH ORDINALITY AS given (id, has_stock, stock, has_price, price, has_until, available_until, commercial, labels, place)
    JOIN items USING (id)
    WHERE removed_at IS NULL
  )
  UPDATE items SET stock = next.stock, price = next.price, available_until = next.available_until, commercial = next.commercial, details = next.details,
    written_revision = $2,
    revision = CASE
      WHEN (items.stock, items.price, items.available_until, items.commercial, items.details)
        IS NOT DISTINCT FROM (next.stock, next.price, next.available_until, next.commercial, next.details)
      THEN items.revision ELSE $1 + place END
  FROM next WHERE items.no = next.no
  RETURNING items.id, items.revision > $1 AS changed`;

/** Several patches of one item act as one, what a later one gives winning. */
function mergeById(patches: ItemPatch[]): ItemPatch[] {
  const merged = new Map<string, ItemPatch>();
  for (const patch of patches) {
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as unknown as ItemPatch;
    merged.set(patch.id, { ...merged.get(patch.id), ...given });
  }
  return [...merged.values()];
}

function patching(patches: ItemPatch[]): Write<boolean[]> {
  const merged = mergeById(patches);
  const columns = [
    merged.map(({ id }) => id),
    merged.map(({ stock }) => stock !== undefined),
    merged.map(({ stock }) => stock ?? null),
    merged.map(({ price }) => price !== undefined),
    merged.map(({ price }) => price ?? null),
    merged.map(({ availableUntil }) => availableUntil !== undefined),
    merged.map(({ availableUntil }) => availableUntil ?? null),
    merged.map(({ commercial }) => commercial ?? null),
    merged.map(({ labels }) => (labels === undefined ? null : JSON.stringify(labels.length === 0 ? {} : { labels }))),
  ];
  return async (client, base) => {
    const values = [base, base + merged.length, ...columns];
    const { rows } = await client.query<{ id: string; changed: boolean }>({ name: 'items-patch', text: PATCH_ITEMS, values });
    const found = new Set(rows.map(({ id }) => id));
    return { result: patches.map(({ id }) => found.has(id)), taken: merged.length, changed: rows.some(({ changed }) => changed) };
  };
}

const REMOVE_ITEMS = `
  WITH known AS (SELECT place, no FROM unnest($4::text[]) WITH ORDINALITY AS given (id, place) JOIN items USING (id)),
  gone AS (
    UPDATE items SET removed_at = $3, written_revision = $2, revision = $1 + place
    FROM known WHERE items.no = known.no AND removed_at IS NULL
    RETURNING items.no
  )
  SELECT place::int, (SELECT count(*)::int FROM gone) AS changed FROM known`;

function removal(ids: string[], now: number): Write<boolean[]> {
  return async (client, base) => {
    const values = [base, base + ids.length, now, ids];
    const { rows } = await client.query<{ place: number; changed: number }>({ name: 'items-remove', text: REMOVE_ITEMS, values });
    const result = ids.map(() => false);
    for (const { place } of rows) result[place - 1] = true;
    return { result, taken: ids.length, changed: rows.length > 0 && rows[0].changed > 0 };
  };
}

const SWEEP_ITEMS = `
  WITH old AS (SELECT no, row_number() OVER (ORDER BY no) AS place FROM items WHERE removed_at IS NULL AND written_revision <= $1)
  UPDATE items SET removed_at = $2, revision = $3 + place FROM old WHERE items.no = old.no`;

function sweep(revision: number, now: number): Write<number> {
  return async (client, base) => {
    allowAnswers(client, LONG_ANSWER_MS);
    await client.query(`SET LOCAL statement_timeout = '10min'`); // it may touch every item
    const { rowCount } = await client.query(SWEEP_ITEMS, [revision, now, base]);
    return { result: rowCount ?? 0, taken: rowCount ?? 0, changed: rowCount !== 0 };
  };
}
