import { sourceBit, sourcesOf } from '../candidates/sources.js';
import { type Degradation, type SlateRule } from '../outcome.js';
import { CanonicalBytes } from './canonical-bytes.js';
import { packContributions, unpackContributions } from './contributions.js';
import { type Page, type PlacedItem, type Reason, type SocialProof } from './exposure.js';
import { seal, type Seal } from './seal.js';

/** An exposure as it lies in the log. */
export interface KeptExposure extends Pick<
  PlacedItem,
  'position' | 'itemNo' | 'itemId' | 'score' | 'rankBefore' | 'exploration' | 'promoted' | 'repeat' | 'propensity' | 'productIds'
> {
  /** Provenance bits. */
  sources: number;
  /** JSON, with people by their place in the page's `mentions`; null for none. */
  reasons: string | null;
}

/**
 * A page as it lies in the log: flat, its matrix and score terms packed, people apart from what is said of them, so that erasure can remove them and
 * the chain stays valid.
 */
export interface KeptPage extends Omit<Page, 'assignments' | 'degraded' | 'relaxed' | 'widening' | 'featureNames' | 'features' | 'placed'> {
  /** JSON; null for none. */
  assignments: string | null;
  widening: string | null;
  degraded: readonly string[];
  relaxed: readonly string[];
  /** `catalogueHash` of the feature names. */
  featureCatalogue: string;
  /** [placed * names] row-major float32, little-endian. */
  features: Uint8Array;
  contributions: Uint8Array;
  /** Covers user, session and page id; null where the page has none of them. */
  seal: Seal | null;
  /** People whom reasons name, each once; null for one who was erased. */
  mentions: (string | null)[];
  mentionSeals: Seal[];
  /** By position. */
  placed: KeptExposure[];
}

/** Hex sha256 of feature names in their order: what a kept page names its columns by. */
export const catalogueHash = (names: readonly string[]): string => new CanonicalBytes().texts(names).sha256();

interface Keeping {
  bytes: CanonicalBytes;
  /** Another 16 random bytes as hex on every call. */
  nextSalt: () => string;
  featureCatalogue: string;
}

/**
 * A page in the form in which it is kept.
 *
 * @throws RangeError when positions are not in a row, or features do not divide into a row per item: such a page could not be read back
 */
export function keepPage(page: Page, { bytes, nextSalt, featureCatalogue }: Keeping): KeptPage {
  const { userId, sessionId, pageId, features, placed, assignments } = page;
  checkReadable(page);
  const personal = [userId, sessionId, pageId];
  const numberByMention = new Map<string, number>();
  const kept = placed.map((item) => keepItem(item, numberByMention));
  const mentions = [...numberByMention.keys()];
  return {
    feedId: page.feedId,
    pageNo: page.pageNo,
    kind: page.kind,
    userId,
    sessionId,
    surface: page.surface,
    pageId,
    servedAt: page.servedAt,
    scorer: page.scorer,
    modelVersion: page.modelVersion,
    configVersion: page.configVersion,
    assignments: assignments.length === 0 ? null : JSON.stringify(assignments),
    degraded: page.degraded,
    relaxed: page.relaxed,
    widening: page.widening ? JSON.stringify(page.widening) : null,
    poolSize: page.poolSize,
    fixedByCaller: page.fixedByCaller,
    featureCatalogue,
    features: new Uint8Array(features.buffer, features.byteOffset, features.byteLength),
    contributions: packContributions(placed.map(({ contributions }) => contributions)),
    seal: personal.every((text) => text === null) ? null : seal(bytes, nextSalt(), personal),
    mentions,
    mentionSeals: mentions.map((mentioned) => seal(bytes, nextSalt(), [mentioned])),
    placed: kept,
  };
}

function checkReadable({ features, featureNames, placed }: Page): void {
  if (features.length !== placed.length * featureNames.length)
    throw new RangeError(`${features.length} feature values do not make ${placed.length} rows of ${featureNames.length}`);
  for (let i = 1; i < placed.length; i++)
    if (placed[i].position !== placed[i - 1].position + 1)
      throw new RangeError(
        `position ${placed[i].position} follows position ${placed[i - 1].position}; positions of a page must be in a row`,
      );
}

function keepItem(item: PlacedItem, numberByMention: Map<string, number>): KeptExposure {
  let sources = 0;
  for (const source of item.sources) sources |= sourceBit(source);
  return {
    position: item.position,
    itemNo: item.itemNo,
    itemId: item.itemId,
    score: item.score,
    rankBefore: item.rankBefore,
    sources,
    exploration: item.exploration,
    promoted: item.promoted,
    repeat: item.repeat,
    propensity: item.propensity,
    reasons: item.reasons.length === 0 && !item.socialProof ? null : reasonsText(item, numberByMention),
    productIds: item.productIds,
  };
}

/** Reasons, and behind them what was said beside the item, which older entries do not have. */
function reasonsText({ reasons, socialProof }: PlacedItem, numberByMention: Map<string, number>): string {
  const proof = socialProof ? [{ socialProof }] : [];
  if (reasons.every(({ userId }) => userId === undefined)) return JSON.stringify([...reasons, ...proof]);
  return JSON.stringify([
    ...reasons.map((reason) => {
      if (reason.userId === undefined) return reason;
      let mention = numberByMention.get(reason.userId);
      if (mention === undefined) numberByMention.set(reason.userId, (mention = numberByMention.size));
      return { mention, ...reason, userId: undefined };
    }),
    ...proof,
  ]);
}

/** A page without what belongs to its items. */
export type PageFrame = Omit<Page, 'placed' | 'features'>;

/** What a kept page says of the page as a whole, but for what erasure took. */
export function restoreFrame(kept: KeptPage, featureNames: readonly string[]): PageFrame {
  return {
    feedId: kept.feedId,
    pageNo: kept.pageNo,
    kind: kept.kind,
    userId: kept.userId,
    sessionId: kept.sessionId,
    surface: kept.surface,
    pageId: kept.pageId,
    servedAt: kept.servedAt,
    scorer: kept.scorer,
    modelVersion: kept.modelVersion,
    configVersion: kept.configVersion,
    assignments: kept.assignments === null ? [] : (JSON.parse(kept.assignments) as Page['assignments']),
    degraded: kept.degraded as Degradation[],
    relaxed: kept.relaxed as SlateRule[],
    ...(kept.widening === null ? {} : { widening: JSON.parse(kept.widening) as Page['widening'] }),
    poolSize: kept.poolSize,
    fixedByCaller: kept.fixedByCaller,
    featureNames,
  };
}

/** A page as it was served, but for what erasure took. Without names of features the matrix is left empty. */
export function restorePage(kept: KeptPage, featureNames: readonly string[]): Page {
  const terms = unpackContributions(kept.contributions, kept.placed.length);
  return {
    ...restoreFrame(kept, featureNames),
    features: featureNames.length === 0 ? new Float32Array(0) : floats(kept.features),
    placed: kept.placed.map((item, i) => restoreItem(item, kept.mentions, terms[i])),
  };
}

/** Little-endian float32 values. Bytes may begin anywhere in the buffer they came in; floats cannot, so they are copied. */
export const floats = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

/** One item as it was placed. */
export function restoreItem(kept: KeptExposure, mentions: KeptPage['mentions'], contributions: PlacedItem['contributions']): PlacedItem {
  const { sources, reasons, ...plain } = kept;
  return { ...plain, sources: sourcesOf(sources), contributions, ...restoreReasons(reasons, mentions) };
}

type KeptReason = (Reason & { mention?: number; socialProof?: undefined }) | { socialProof: SocialProof };

function restoreReasons(text: string | null, mentions: KeptPage['mentions']): Pick<PlacedItem, 'reasons' | 'socialProof'> {
  if (text === null) return { reasons: [] };
  const entries = JSON.parse(text) as KeptReason[];
  const reasons = entries.flatMap((entry): Reason[] => {
    if (entry.socialProof) return [];
    const { mention, ...reason } = entry;
    const userId = mention === undefined ? null : mentions[mention];
    return [userId === null ? reason : { ...reason, userId }];
  });
  const proof = entries.find(({ socialProof }) => socialProof)?.socialProof;
  return proof ? { reasons, socialProof: proof } : { reasons };
}
