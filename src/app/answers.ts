import { type DriftRow } from '../core/evaluation/drift/drift-tally.js';
import { type FairnessRow } from '../core/evaluation/fairness/fairness-tally.js';
import { type CandidateSource } from '../core/candidates/sources.js';
import { type SocialProof } from '../core/exposures/badges.js';
import { type ReasonCode } from '../core/exposures/exposure.js';
import { type Degradation, type Scorer, type SlateRule } from '../core/outcome.js';
import { type EventType } from '../core/events/event.js';
import { type Item } from '../core/item.js';
import { type ModelRecord, type ModelRole, type RoleChange } from '../core/scoring/model-record.js';
import { type ShadowReport } from '../core/scoring/watch/shadow-comparison.js';
import { type Block } from '../ports/block-store.js';
import { type ConfigStatus, type RankingSettings, type Weight } from '../core/settings.js';
import { type PageMaking } from './page-making.js';
import { type ReplayReportAnswer } from './replays/replay-answers.js';

/**
 * Answers in the shape of the public schema, so that no field needs a resolver of its own. Times are epoch milliseconds; the DateTime scalar
 * writes them as ISO text.
 */
export interface BatchResult {
  accepted: number;
  duplicates: number;
  rejectedTotal: number;
  /** The first 1,000. */
  rejected: Rejection[];
  /** Only where a stream of items replaced all there were: how many it did not hold. */
  removed?: number;
}
export interface Rejection {
  index: number;
  id: string | null;
  code: string;
  message: string;
  retryable: boolean;
}

export interface ItemAnswer extends Item {
  trust: number;
  quality: number;
}
export interface ReasonAnswer {
  code: ReasonCode;
  text: string;
  itemId: string | null;
  userId: string | null;
  tag: string | null;
  contribution: number | null;
}
export interface IntentAnswer {
  click: number;
  addToCart: number | null;
  purchase: number | null;
  /** Further heads of the model. */
  other: Weight[];
}
export interface FeedItemAnswer {
  exposureId: string;
  position: number;
  item: ItemAnswer;
  score: number;
  intent: IntentAnswer | null;
  sources: CandidateSource[];
  exploration: boolean;
  promoted: boolean;
  propensity: number | null;
  reasons: ReasonAnswer[];
  socialProof: SocialProof | null;
}
export interface FeedAnswer {
  id: string;
  items: FeedItemAnswer[];
  unknownItemIds: string[];
  removed: { itemId: string; component: string }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
  ranking: {
    configVersion: number;
    scorer: Scorer;
    modelVersion: string | null;
    degraded: Degradation[];
    relaxed: SlateRule[];
    assignments: { experiment: string; variant: string }[];
    candidates: number;
    cocoonIndex: number | null;
    tookMs: number;
  };
  /** How it was made; only of a page that was made and logged for this very answer. Not in the public schema. */
  making?: PageMaking;
}
export interface ModelVersionAnswer extends Omit<ModelRecord, 'checks'> {
  roles: ModelRole[];
  checks: { name: string; passed: boolean; advisory: boolean; detail: string; value: number | null; limit: number | null }[];
  /** All are called by the edge. */
  shadowReport: () => Promise<ShadowReport | null>;
  /** What its last replay found. */
  replay: () => Promise<ReplayReportAnswer | null>;
  drift: () => Promise<DriftRow[]>;
  fairness: () => Promise<FairnessRow[]>;
}
export interface ModelAnswer {
  name: string;
  champion: ModelVersionAnswer | null;
  shadow: ModelVersionAnswer | null;
  /** Newest first. */
  versions: ModelVersionAnswer[];
  /** Newest first. */
  history: RoleChange[];
}
export interface FollowSuggestionAnswer {
  exposureId: string;
  userId: string | null;
  circle: string | null;
  score: number;
  mutualFriends: number;
  reasons: ReasonAnswer[];
}
export interface ItemPageAnswer {
  items: ItemAnswer[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}
export interface ExposureAnswer {
  exposureId: string;
  feedId: string;
  userId: string | null;
  itemId: string;
  surface: string;
  position: number;
  servedAt: number;
  scorer: Scorer;
  modelVersion: string | null;
  configVersion: number;
  assignments: { experiment: string; variant: string }[];
  score: number;
  rankBefore: number;
  features: Record<string, number>;
  contributions: Weight[];
  sources: CandidateSource[];
  exploration: boolean;
  propensity: number | null;
  hash: string;
  outcomes: { type: EventType; occurredAt: number }[];
}
export interface WhyNotAnswer {
  itemId: string;
  stage: 'UNKNOWN_ITEM' | 'RETRIEVAL' | 'FILTER' | 'RANK' | 'PLACED';
  component: string | null;
  detail: string;
  rank: number | null;
  score: number | null;
  gap: number | null;
}
export interface PipelineStageAnswer {
  stage: string;
  components: {
    name: string;
    enabled: boolean;
    timeoutMs: number | null;
    failsOpen: boolean;
    p50Ms: number | null;
    p99Ms: number | null;
    in: number | null;
    out: number | null;
  }[];
}
export interface RankingConfigAnswer extends RankingSettings {
  surface: string;
  version: number;
  baseVersion: number | null;
  status: ConfigStatus;
  author: string;
  reason: string | null;
  createdAt: number;
  activatedAt: number | null;
}
export type TagDimension = 'SOCIAL' | 'PURCHASE' | 'INTEREST' | 'BEHAVIOUR' | 'CONTEXT' | 'VALUE' | 'TRUST';
export interface TagAnswer {
  key: string;
  dimension: TagDimension;
  label: string | null;
  value: number;
  confidence: number;
  updatedAt: number;
}
export interface UserProfileAnswer {
  userId: string;
  identities: { platform: string; externalId: string; linkedAt: number }[];
  /** Called by the edge with the argument of the field. */
  tags: (args: { dimension?: TagDimension | null }) => TagAnswer[];
  segments: string[];
  lifecycle: 'NEW' | 'ACTIVE' | 'LOYAL' | 'SLEEPING' | 'LEAVING';
  authenticity: number;
  cocoon: Record<
    'index' | 'narrowCategory' | 'narrowCreator' | 'repetition' | 'amplification' | 'acceptedBreadth' | 'tasteCoverage' | 'confidence',
    number
  > & {
    trend30d: number | null;
  };
  controls: { breadth: number; muted: Record<'creatorId' | 'brand' | 'category' | 'tag', string | null>[] };
  consent: ConsentAnswer;
  updatedAt: number | null;
}
export interface CocoonPointAnswer {
  /** YYYY-MM-DD, UTC. */
  day: string;
  users: number;
  meanIndex: number;
  p90Index: number;
  exposureGini: number;
  catalogueCoverage: number;
  smallCreatorShare: number;
  newItemShare: number;
}
export interface ConsentAnswer {
  userId: string;
  purposes: string[];
  updatedAt: number | null;
}
export interface HoldingAnswer {
  what: string;
  records: number;
  purpose: string;
  retentionDays: number | null;
  oldest: number | null;
}
export interface DataHeldAnswer {
  userId: string;
  consent: ConsentAnswer;
  holdings: HoldingAnswer[];
}
export interface ErasureReceiptAnswer {
  userId: string;
  erasedAt: number;
  removed: HoldingAnswer[];
  later: string[];
  hash: string;
}
export interface BlockAnswer extends Omit<Block, 'target' | 'value'> {
  itemId: string | null;
  creatorId: string | null;
  brand: string | null;
  category: string | null;
  titleContains: string | null;
}

/** The generic list of a surface, as it is sent. */
export interface FallbackList {
  body: string;
  /** Strong: another body has another. */
  etag: string;
}

export interface AuditPageAnswer {
  entries: { id: string; at: number; actor: string; action: string; subject: string; before: object | null; after: object | null }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** What the upload of a model version is answered with. */
export interface UploadedModel {
  name: string;
  version: string;
  /** Hex, of the file. */
  sha256: string;
  status: ModelRecord['status'];
}

/** What a recipient may learn in all, and what he has asked for. */
export interface PrivacyBudgetAnswer {
  recipient: string;
  epsilon: number;
  delta: number;
  spentEpsilon: number;
  spentDelta: number;
}

/** Counts and sums with noise. */
export interface PrivateReportAnswer {
  fact: string | null;
  cells: { group: string | null; users: number; sum: number | null; mean: number | null }[];
  threshold: number;
  usersDeviation: number;
  sumDeviation: number | null;
  budget: PrivacyBudgetAnswer;
}
