import { sourcesOf } from '../core/candidates/sources.js';
import { UNJUDGED } from '../core/events/authenticity/judge.js';
import { type Authenticity } from '../core/events/authenticity/judges.js';
import { EVENT_TYPES } from '../core/events/event.js';
import { exposureId, type Page } from '../core/exposures/exposure.js';
import { LABELS_MATURE_MS, labelsOf } from '../core/exposures/labels.js';
import { purposesAt } from '../core/privacy/person.js';
import { type Purpose } from '../core/privacy/purposes.js';
import { type ExportedOutcome, type ExportedPage, type ExportedPool, type ExposureExports } from '../ports/exposure-exports.js';
import { type Log } from '../ports/log.js';
import { type App } from './app.js';
import { backfill, type BackfillPorts } from './backfill-features.js';
import { judgedAsOf } from './judged-as-of.js';
import { type People } from './people/people.js';
import { readExposuresQuery, readFeaturesQuery, readRequestsQuery } from './export-query.js';

export interface ExportPorts extends BackfillPorts {
  exposureExports: ExposureExports;
  clock: () => number;
  pseudonym: (userId: string) => string;
  log: Log;
}

type JudgedPage = ExportedPage & { authenticity: number };
type Pseudonym = (userId: string) => string;

const NAMES_A_PIECE = 500;

const line = (value: object): string => `${JSON.stringify(value)}\n`;
const iso = (at: number): string => new Date(at).toISOString();

/** What leaves for training and replay: only of users who consent to it, and under pseudonyms. */
export function createExports(
  ports: ExportPorts,
): Pick<App, 'exportExposures' | 'exportFeatures' | 'exportRequests' | 'exportVocabularies'> {
  const { exposureExports, index, clock, pseudonym, log } = ports;
  const itemId = (no: number): string | null => (index.shop.catalogue.has(no) ? index.shop.catalogue.idOf(no) : null);
  return {
    exportExposures(parameters) {
      const { range, matureOnly } = readExposuresQuery(parameters, clock());
      const { asOf } = range;
      const to = matureOnly ? Math.min(range.to, asOf - LABELS_MATURE_MS + 1) : range.to;
      const pages = exposureExports.pages({ ...range, to });
      const told = judged(consenting(pages, ports), () => judgedAsOf(ports.ledger, asOf));
      return { asOf, pieces: pieces(told, (entry) => exposureLines(entry, pseudonym), log) };
    },
    exportFeatures(parameters) {
      const { range, names } = readFeaturesQuery(parameters, clock());
      const told = backfill(consenting(exposureExports.pages(range), ports), names, ports);
      return { asOf: range.asOf, pieces: pieces(told, line, log) };
    },
    exportRequests(parameters) {
      const range = readRequestsQuery(parameters, clock());
      const pools = exposureExports.pools(range);
      return { asOf: range.asOf, pieces: pieces(consenting(pools, ports), (entry) => requestLine(entry, { pseudonym, itemId }), log) };
    },
    exportVocabularies: () => pieces(vocabularies(index), (names) => names.map(line).join(''), log),
  };
}

/** What tells who consents to what. */
export interface Consents extends Pick<ExportPorts, 'purposes'> {
  people: Pick<People, 'many'>;
}

/** Of each batch the pages of those who agreed to a purpose, that models learn from them unless told otherwise, both then and now. */
export async function* consenting<T extends { page: Page }>(
  batches: AsyncIterable<T[]>,
  { people, purposes }: Consents,
  purpose: Purpose = 'MODEL_TRAINING',
): AsyncGenerator<T[]> {
  for await (const batch of batches) {
    const persons = await people.many(batch.flatMap(({ page: { userId } }) => (userId === null ? [] : [userId])));
    yield batch.filter(({ page: { userId, servedAt } }) => {
      const consents = userId === null ? [] : persons.get(userId)!.consents;
      return [servedAt, Infinity].every((at) => purposesAt({ consents }, at, purposes).has(purpose));
    });
  }
}

/** Every page with how far its user is taken for a person, 0..1. */
async function* judged(batches: AsyncIterable<ExportedPage[]>, judge: () => Promise<Authenticity>): AsyncGenerator<JudgedPage[]> {
  const authenticity = await judge();
  for await (const batch of batches)
    yield batch.map((entry) => {
      const { userId } = entry.page;
      return { ...entry, authenticity: (userId === null ? UNJUDGED : authenticity.judgementOf(userId)).score };
    });
}

/**
 * A piece of text per entry; the next batch is read when the last piece of this one was taken. An error after the first piece can only cut the answer
 * off, so it is told here.
 */
async function* pieces<T>(batches: AsyncIterable<T[]> | Iterable<T[]>, textOf: (entry: T) => string, log: Log): AsyncGenerator<string> {
  let given = 0;
  try {
    for await (const batch of batches)
      for (const entry of batch) {
        const text = textOf(entry);
        if (text === '') continue; // nothing was placed on the page
        given++;
        yield text;
      }
  } catch (error) {
    if (given > 0) log.warn({ err: error, pieces: given }, 'an export was cut off');
    throw error;
  }
}

/** What a page says of everything on it. */
function frameOf(page: Page, pseudonym: Pseudonym) {
  const { feedId, pageNo, kind, userId, surface, servedAt, scorer, modelVersion, configVersion, assignments, degraded, relaxed } = page;
  return {
    feedId, pageNo, kind, user: userId === null ? null : pseudonym(userId), surface, servedAt: iso(servedAt), scorer, modelVersion, configVersion,
    assignments, degraded, relaxed, poolSize: page.poolSize, fixedByCaller: page.fixedByCaller,
  }; // prettier-ignore
}

function exposureLines({ page, outcomes, authenticity }: JudgedPage, pseudonym: Pseudonym): string {
  const frame = frameOf(page, pseudonym);
  const outcomesById = new Map<string, ExportedOutcome[]>();
  for (const outcome of outcomes) {
    const own = outcomesById.get(outcome.exposureId);
    if (own) own.push(outcome);
    else outcomesById.set(outcome.exposureId, [outcome]);
  }
  return page.placed
    .map(({ reasons: _reasons, itemNo: _no, contributions, sources, ...item }, row) => {
      const id = exposureId(page.feedId, item.position);
      const own = outcomesById.get(id) ?? [];
      const isSeen = own.some(({ type }) => type === 'IMPRESSION');
      const labels = Object.entries(labelsOf(page.servedAt, own));
      return line({
        exposureId: id,
        ...frame,
        ...item,
        served: true,
        rendered: isSeen || own.some(({ type }) => type === 'RENDERED'),
        seen: isSeen,
        sources,
        features: featuresOf(page, row),
        contributions,
        outcomes: own.map(({ type, occurredAt, itemId, quantity }) => ({ type, occurredAt: iso(occurredAt), itemId, quantity })),
        labels: Object.fromEntries(labels.map(([head, { label, labelMatureAt }]) => [head, { label, labelMatureAt: iso(labelMatureAt) }])),
        authenticity,
      });
    })
    .join('');
}

/** Features of one row by name, as used. */
function featuresOf({ features, featureNames }: Page, row: number): Record<string, number> {
  const first = row * featureNames.length;
  return Object.fromEntries(featureNames.map((name, column) => [name, features[first + column]]));
}

function requestLine(
  { page, pool }: ExportedPool,
  { pseudonym, itemId }: { pseudonym: Pseudonym; itemId: (no: number) => string | null },
): string {
  const { itemNos, sources, scores, features, removed, samplingRate } = pool;
  const width = page.featureNames.length;
  return line({
    ...frameOf(page, pseudonym),
    samplingRate,
    featureNames: page.featureNames,
    candidates: Array.from(itemNos, (no, row) => ({
      itemId: itemId(no),
      sources: sourcesOf(sources[row]),
      score: scores[row],
      features: [...features.subarray(row * width, (row + 1) * width)],
    })),
    removed: removed.map(({ itemNo, component }) => ({ itemId: itemId(itemNo), component })),
    placed: page.placed.map(({ itemId, position, rankBefore, score, exploration, propensity }) => ({
      exposureId: exposureId(page.feedId, position),
      itemId,
      position,
      rankBefore,
      score,
      exploration,
      propensity,
    })),
  });
}

interface NamedNumber {
  vocabulary: string;
  id: number;
  name: string;
}

/** Numbers that were given out stay, and 0 is none of them. */
function* vocabularies({ shop }: ExportPorts['index']): Generator<NamedNumber[][]> {
  for (const kind of ['category', 'brand', 'creator'] as const) {
    const names = shop.catalogue.names[kind];
    for (let first = 1; first < names.size; first += NAMES_A_PIECE) {
      const ids = Array.from({ length: Math.min(NAMES_A_PIECE, names.size - first) }, (_, i) => first + i);
      yield [ids.map((id) => ({ vocabulary: kind, id, name: names.name(id) })).filter(({ name }) => name !== '')];
    }
  }
  yield [EVENT_TYPES.map((name, no) => ({ vocabulary: 'eventType', id: no + 1, name }))];
}
