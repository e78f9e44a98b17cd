import { ATTRIBUTIONS, EVENT_TYPES, type LedgerEvent } from '../events/event.js';
import { type CanonicalBytes } from './canonical-bytes.js';
import { type KeptPage } from './kept-page.js';
import { commitmentOf, type Seal, sealFault, type SealedTexts } from './seal.js';

/** How entries are written here. A chain keeps the format it was begun with, so that a later one can go on beside it. */
export const CHAIN_FORMAT = 2;
/** The formats that are read. The first had no place for what widening did on a page. */
export const CHAIN_FORMATS = [1, 2] as const;
export type ChainFormat = (typeof CHAIN_FORMATS)[number];

const EVENT_ENTRY = 1;
const PAGE_ENTRY = 2;

export type ChainKind = 'events' | 'exposures';

/**
 * What the first entry of a chain follows: a digest of what the chain is, so that entries cannot be moved to another day, writer or log.
 *
 * @param day UTC day of receipt, YYYY-MM-DD
 * @returns hex sha256
 */
export function chainStart(
  bytes: CanonicalBytes,
  chain: { kind: ChainKind; day: string; writer: number },
  format: ChainFormat = CHAIN_FORMAT,
): string {
  return bytes.clear().byte(format).text('imago').text(chain.kind).text(chain.day).number(chain.writer).sha256();
}

/** Seals of the three people that an event can name. */
export interface EventSeals {
  user: Seal;
  target: Seal | null;
  referrer: Seal | null;
}

/** An event as it lies in the ledger: what erasure took is absent. */
export type KeptEvent = Omit<LedgerEvent, 'id' | 'userId'> & Partial<Pick<LedgerEvent, 'id' | 'userId'>>;

/** Fields of an event that its user's seal covers: everything that the storefront wrote freely and that may point to the user. */
export const sealedOfEvent = (event: KeptEvent): SealedTexts => [
  event.id, event.userId, event.sessionId, event.orderId, event.query, event.shareId, event.deviceHash,
]; // prettier-ignore

/**
 * Hash of an event in its chain: `sha256(previous, canonical bytes)`. A field that is absent differs from an empty one; every field of the event is
 * covered, those of people by their commitments.
 *
 * @param previous hex hash of the entry before, or `chainStart`
 * @returns hex sha256
 */
export function eventHash(bytes: CanonicalBytes, previous: string, event: KeptEvent, seals: EventSeals & { format?: ChainFormat }): string {
  bytes
    .clear()
    .digest(previous)
    .byte(seals.format ?? CHAIN_FORMAT)
    .byte(EVENT_ENTRY);
  bytes.number(event.seq).number(event.receivedAt).number(event.occurredAt);
  bytes.byte(EVENT_TYPES.indexOf(event.type)).byte(ATTRIBUTIONS.indexOf(event.attribution));
  bytes.digest(commitmentOf(seals.user)).optionalDigest(seals.target && commitmentOf(seals.target));
  bytes.optionalDigest(seals.referrer && commitmentOf(seals.referrer));
  bytes.number(event.itemNo).text(event.itemId).text(event.exposureId).text(event.surface).text(event.platform);
  bytes.optionalNumber(event.quantity).optionalNumber(event.amount).text(event.currency).optionalNumber(event.dwellMs);
  bytes.optionalNumber(event.rating).optionalNumber(event.sentiment).text(event.campaign).text(event.hideScope);
  return bytes.sha256();
}

/** Why the seals of a kept event are not those of its people, or null when they are. */
export function eventSealFault(bytes: CanonicalBytes, event: KeptEvent, seals: EventSeals): string | null {
  return (
    sealFault(bytes, seals.user, sealedOfEvent(event)) ??
    sealFault(bytes, seals.target, [event.targetUserId]) ??
    sealFault(bytes, seals.referrer, [event.referrerUserId])
  );
}

/** Place of a page in its chain. */
export interface PagePlace {
  seq: number;
  receivedAt: number;
  /** Of the chain; the one that is written here when left out. */
  format?: ChainFormat;
}

/**
 * Hash of a page in its chain. It covers the page, its features and each of its exposures, so that an exposure changed, added or taken away breaks
 * the entry of its page.
 *
 * @param previous hex hash of the entry before, or `chainStart`
 * @returns hex sha256
 */
export function pageHash(bytes: CanonicalBytes, previous: string, page: KeptPage, place: PagePlace): string {
  const { seq, receivedAt, format = CHAIN_FORMAT } = place;
  bytes.clear().digest(previous).byte(format).byte(PAGE_ENTRY).number(seq).number(receivedAt).number(page.servedAt);
  bytes
    .text(page.feedId)
    .number(page.pageNo)
    .text(page.kind)
    .text(page.surface)
    .optionalDigest(page.seal && commitmentOf(page.seal));
  bytes.text(page.scorer).text(page.modelVersion).number(page.configVersion).text(page.assignments);
  bytes.texts(page.degraded).texts(page.relaxed).number(page.poolSize).flag(page.fixedByCaller);
  if (format > 1) bytes.text(page.widening);
  bytes.length(page.mentionSeals.length);
  for (const sealed of page.mentionSeals) bytes.digest(commitmentOf(sealed));
  bytes.digest(page.featureCatalogue).block(page.features).block(page.contributions).length(page.placed.length);
  for (const item of page.placed) {
    bytes.number(item.position).number(item.itemNo).text(item.itemId).number(item.score).number(item.rankBefore).number(item.sources);
    bytes.flag(item.exploration).flag(item.promoted).flag(item.repeat).optionalNumber(item.propensity);
    bytes.text(item.reasons).texts(item.productIds);
  }
  return bytes.sha256();
}

/** Why the seals of a kept page are not those of its people, or null when they are. */
export function pageSealFault(bytes: CanonicalBytes, page: KeptPage): string | null {
  if (page.mentions.length !== page.mentionSeals.length) return 'people are mentioned without a seal';
  const fault = sealFault(bytes, page.seal, [page.userId, page.sessionId, page.pageId]);
  return page.mentions.reduce((found, userId, i) => found ?? sealFault(bytes, page.mentionSeals[i], [userId]), fault);
}
