import { type CanonicalBytes } from './canonical-bytes.js';
import { type ChainKind } from './chain.js';

/** The last entry of a chain when it was looked at. */
export interface ChainHead {
  kind: ChainKind;
  /** UTC day of receipt, YYYY-MM-DD. */
  day: string;
  writer: number;
  seq: number;
  /** Hex sha256 of that entry. */
  hash: string;
}

/** The ends of all chains that could still grow, as they were published for an hour. Times are epoch ms. */
export interface HourHeads {
  /** Begin of the hour. */
  hour: number;
  /** When the chains were looked at, after the hour. */
  at: number;
  /** Digest of the hour that was published before; that of `headsStart` for the first. */
  previous: string;
  /** By log, day and writer. */
  heads: ChainHead[];
  /** Of all of the above. */
  digest: string;
}

/** What is wrong with the published heads themselves. */
export interface HeadsFault {
  hour: number;
  reason: string;
}

const HEADS_FORMAT = 1;

/** What the first hour follows. @returns hex sha256 */
export const headsStart = (bytes: CanonicalBytes): string => bytes.clear().byte(HEADS_FORMAT).text('imago').text('heads').sha256();

/** The order in which heads are published. */
export const byChain = (a: ChainHead, b: ChainHead): number =>
  a.kind === b.kind ? (a.day === b.day ? a.writer - b.writer : a.day < b.day ? -1 : 1) : a.kind < b.kind ? -1 : 1;

/**
 * Digest of an hour: it covers the hour, when it was looked, every head, and the digest of the hour before, so that whoever keeps the digest of one hour has
 * kept all before it.
 *
 * @returns hex sha256
 */
export function headsDigest(bytes: CanonicalBytes, { hour, at, previous, heads }: Omit<HourHeads, 'digest'>): string {
  bytes.clear().digest(previous).byte(HEADS_FORMAT).number(hour).number(at).length(heads.length);
  for (const { kind, day, writer, seq, hash } of heads) bytes.text(kind).text(day).number(writer).number(seq).digest(hash);
  return bytes.sha256();
}

/**
 * Why an hour does not follow from the one before it, or null when it does.
 *
 * @param before the digest that it must follow; null where the hour before is not at hand
 */
export function hourFault(bytes: CanonicalBytes, hour: HourHeads, before: string | null): HeadsFault | null {
  if (before !== null && hour.previous !== before) return { hour: hour.hour, reason: 'the hour does not follow the one before it' };
  if (headsDigest(bytes, hour) !== hour.digest) return { hour: hour.hour, reason: 'the digest is not that of the heads' };
  return null;
}
