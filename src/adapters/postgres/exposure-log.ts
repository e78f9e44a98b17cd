import { type Pool, type PoolClient } from 'pg';
import { AppError } from '../../core/errors.js';
import { CanonicalBytes } from '../../core/exposures/canonical-bytes.js';
import { pageHash, pageSealFault } from '../../core/exposures/chain.js';
import { type LoggedPage, type Page } from '../../core/exposures/exposure.js';
import { catalogueHash, keepPage, type KeptPage } from '../../core/exposures/kept-page.js';
import { utcDay } from '../../core/time.js';
import { type ExposureLog, type RequestReplay } from '../../ports/exposure-log.js';
import { ArrayBytes } from './binary-arrays.js';
import { checkChains, cursorRows, daysToCheck, type EntriesOfDay, EXPOSURE_TABLES, type ReadEntry } from './chain-check.js';
import { createExposureLookups } from './exposure-lookups.js';
import { readItems, readPage, readPageColumns } from './exposure-reading.js';
import { INSERT_PAGES, pageParameters, type PageRow } from './exposure-rows.js';
import { FeatureCatalogues } from './feature-catalogues.js';
import { createGroupCommit } from './group-commit.js';
import { type PostgresLogOptions } from './ledger.js';
import { insertPools, type PackedPool, packPool, type PoolRow } from './pool-rows.js';
import { findClaim, type KeyedClaim, keyOfRequest, readClaims, replayOf, takeClaims } from './request-claims.js';
import { createSalts } from './salts.js';
import { inTransaction } from './transaction.js';
import { type ChainHead, ChainWriters, headLost } from './writer.js';

export { purgeExpiredClaims } from './request-claims.js';

const GROUP = { maxItems: 50, maxWaiting: 2_000, timeoutMs: 20_000 };
const CHECK_BATCH = 50;
const SENT_BYTES = 64 * 1024;

/** The exposure log in PostgreSQL. A page without a claim is one statement, which is one round trip. */
export function createPostgresExposureLog({ pool, clock, retentionDays, randomBytes }: PostgresLogOptions): ExposureLog {
  const writers = new ChainWriters(pool, 'exposures');
  const catalogues = new FeatureCatalogues(pool);
  const bytes = new CanonicalBytes();
  let sent = new ArrayBytes(SENT_BYTES);
  const nextSalt = createSalts(randomBytes);
  const commit = createGroupCommit<PageToKeep, Outcome>({
    ...GROUP,
    commit: (calls) =>
      commitPages(calls.flat(), { pool, clock, writers, bytes, sent }).then((outcomes) => outcomes.map((outcome) => [outcome])),
    unknown() {
      writers.abandon();
      catalogues.forget();
      sent = new ArrayBytes(SENT_BYTES); // a statement that was given up may still be on its way
    },
  });
  return {
    ...createExposureLookups({ pool, clock, retentionDays }),
    async append(page, claim, sampled) {
      const featureCatalogue = await catalogues.hashOf(page.featureNames);
      const kept = keepPage(page, { bytes, nextSalt, featureCatalogue });
      const keyed = claim ? { ...claim, key: keyOfRequest(claim.requestId) } : null;
      const [outcome] = await commit([{ page, kept, claim: keyed, pool: sampled ? packPool(sampled) : null }]).catch((error: unknown) => {
        throw asConflict(error, page);
      });
      return outcome;
    },
    replay: (requestId, inputHash) => findClaim(pool, requestId, inputHash, clock()),
    async verify(days, heads) {
      const chosen = days ?? (await daysToCheck(pool, 'exposures', EXPOSURE_TABLES));
      return checkChains(pool, { kind: 'exposures', days: chosen, entries: entriesOfDay, strays: strayExposure, heads });
    },
  };
}

interface PageToKeep {
  page: Page;
  kept: KeptPage;
  claim: KeyedClaim | null;
  pool: PackedPool | null;
}
type Outcome = { status: 'appended'; page: LoggedPage } | Exclude<RequestReplay, { status: 'unknown' }>;

interface Tools {
  pool: Pool;
  clock: () => number;
  writers: ChainWriters;
  bytes: CanonicalBytes;
  /** For the parameters of the commit under way: there is one at a time. */
  sent: ArrayBytes;
}

/** A position of a feed is given once: who places it second must build his page anew, after what the first placed. */
function asConflict(error: unknown, { feedId, placed }: Page): unknown {
  const { code, table } = error as { code?: string; table?: string };
  if (code !== '23505' || !table?.startsWith('exposure_items')) return error;
  const positions = `${placed[0].position} to ${placed[placed.length - 1].position}`;
  return new AppError('CONFLICT', `positions ${positions} of feed ${feedId} were placed by another request at the same time; ask again`);
}

/** Keep the pages whose claims are free; one outcome per page. Pages of a batch are received at the same time. */
async function commitPages(pages: PageToKeep[], tools: Tools): Promise<Outcome[]> {
  const { pool, clock, writers, bytes, sent } = tools;
  const now = clock();
  const head = await writers.head(utcDay(now));
  const claiming = pages.filter(({ claim }) => claim !== null);
  if (claiming.length === 0 && pages.every(({ pool: sampled }) => sampled === null)) {
    const chained = chainPages(pages, head, bytes, now);
    await insertPages(pool, chained, sent);
    writers.moved([{ from: head, to: chained.head }]);
    return pages.map((page, i) => appended(page, chained.rows[i]));
  }
  const { chained, refused } = await inTransaction(pool, async (client) => {
    const refused = claiming.length === 0 ? new Map<PageToKeep, Outcome>() : await takeAll(client, claiming, now);
    const free = pages.filter((page) => !refused.has(page));
    const chained = chainPages(free, head, bytes, now);
    if (chained.rows.length > 0) await insertPages(client, chained, sent);
    await insertPools(client, poolRows(chained.rows, free));
    return { chained, refused };
  });
  writers.moved([{ from: head, to: chained.head }]);
  const rows = chained.rows.values();
  return pages.map((page) => refused.get(page) ?? appended(page, rows.next().value!));
}

/** Take the claims of pages, and tell what to answer for those that could not be had. Of several pages with one id the first claims it. */
async function takeAll(client: PoolClient, pages: PageToKeep[], now: number): Promise<Map<PageToKeep, Outcome>> {
  const firstByKey = new Map<string, PageToKeep>();
  for (const page of pages) if (!firstByKey.has(page.claim!.key)) firstByKey.set(page.claim!.key, page);
  const claims = [...firstByKey.values()].map(({ claim }) => claim!);
  const taken = await takeClaims(client, claims, now);
  const lost = [...firstByKey.keys()].filter((key) => !taken.has(key));
  const kept = await readClaims(client, lost);
  const refused = new Map<PageToKeep, Outcome>();
  for (const page of pages) {
    const { key, inputHash } = page.claim!;
    const first = firstByKey.get(key)!;
    if (first === page && taken.has(key)) continue;
    refused.set(page, replayOf(kept.get(key) ?? first.claim!, inputHash));
  }
  return refused;
}

interface ChainedPages {
  from: ChainHead;
  head: ChainHead;
  rows: PageRow[];
}

function chainPages(pages: readonly PageToKeep[], from: ChainHead, bytes: CanonicalBytes, now: number): ChainedPages {
  const receivedAt = Math.max(from.receivedAt, now);
  let { seq, hash } = from;
  const rows = pages.map(({ kept }): PageRow => {
    hash = pageHash(bytes, hash, kept, { seq: ++seq, receivedAt });
    return { page: kept, day: from.day, writer: from.writer, seq, receivedAt, hash };
  });
  return { from, head: { ...from, seq, hash, receivedAt }, rows };
}

async function insertPages(client: Pool | PoolClient, { from, head, rows }: ChainedPages, sent: ArrayBytes): Promise<void> {
  const values = pageParameters(rows, { from, to: head }, sent);
  const result = await client.query<{ moved: number }>({ name: 'pages-insert', text: INSERT_PAGES, values });
  if (result.rows[0].moved !== 1) throw headLost();
}

const poolRows = (rows: PageRow[], pages: PageToKeep[]): PoolRow[] =>
  rows.flatMap(({ day, writer, seq }, i) => {
    const { pool } = pages[i];
    return pool ? [{ day, writer, seq, pool }] : [];
  });

const appended = ({ page }: PageToKeep, { writer, seq, receivedAt, hash }: PageRow): Outcome => ({
  status: 'appended',
  page: { writer, seq, receivedAt, hash, ...page },
});

const entriesOfDay: EntriesOfDay = async function* (client, day) {
  const bytes = new CanonicalBytes();
  const sound = await soundCatalogues(client);
  const text = `SELECT ${readPageColumns(true)} FROM exposure_pages p WHERE p.received_day = $1 ORDER BY p.writer, p.seq`;
  for await (const rows of cursorRows(client, { text, values: [day], batch: CHECK_BATCH })) {
    const pages = rows.map(readPage);
    const astray = await readItems(client, pages);
    yield pages.map((row, i) => entryOf(row, { bytes, astray: astray.has(i), named: sound.has(row.page.featureCatalogue) }));
  }
};

/** Hashes of the lists of names that are what their hash says. */
async function soundCatalogues(client: PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ hash: string; names: string[] }>(
    `SELECT encode(hash, 'hex') AS hash, names FROM feature_catalogues`,
  );
  return new Set(rows.filter(({ hash, names }) => catalogueHash(names) === hash).map(({ hash }) => hash));
}

function entryOf(row: PageRow, { bytes, astray, named }: { bytes: CanonicalBytes; astray: boolean; named: boolean }): ReadEntry {
  return {
    ...row,
    fault() {
      if (astray) return 'the items of the page are not whole, or say another user or time than the page';
      return named ? pageSealFault(bytes, row.page) : 'the names of the features are missing or changed';
    },
    rehash: (previous, format) => pageHash(bytes, previous, row.page, { seq: row.seq, receivedAt: row.receivedAt, format }),
  };
}

/** Items that no page of their day has, or beside those that it has. */
const STRAYS = `
  SELECT i.feed_id AS "feedId", i.first_position AS position FROM exposure_items i WHERE i.received_day = $1 AND NOT EXISTS (
    SELECT FROM exposure_pages p WHERE p.received_day = $1 AND p.writer = i.writer AND p.seq = i.seq AND p.feed_id = i.feed_id)
  UNION ALL
  SELECT e.feed_id, e.position FROM exposures e WHERE e.received_day = $1 AND (
    EXISTS (SELECT FROM exposure_items i WHERE i.received_day = $1 AND i.writer = e.writer AND i.seq = e.seq)
    OR NOT EXISTS (SELECT FROM exposure_pages p WHERE p.received_day = $1 AND p.writer = e.writer AND p.seq = e.seq AND p.feed_id = e.feed_id))
  LIMIT 1`;

async function strayExposure(client: PoolClient, day: string): Promise<string | null> {
  const { rows } = await client.query<{ feedId: string; position: number }>(STRAYS, [day]);
  return rows.length === 0 ? null : `exposure ${rows[0].feedId}.${rows[0].position} belongs to no page`;
}
