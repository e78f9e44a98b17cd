import { type GroupExposure } from '../core/diversification/cocoon/exposure-fairness.js';
import { type ExposureLoss } from '../core/exposures/exposure-loss.js';
import { type AlertAnswer, type AlertRuleAnswer } from './alerts/alert-answers.js';
import { type TriggerAnswer, type TriggerFiringPageAnswer } from './triggers/trigger-answers.js';
import { type FeatureDefinition } from '../core/features/catalogue.js';
import { type Identity } from '../core/privacy/identity.js';
import { type ModelManifest } from '../core/scoring/intent-model.js';
import { type ModelRole } from '../core/scoring/model-record.js';
import { type DependencyHealth } from '../ports/dependency-health.js';
import { type RankingConfigInput } from '../core/settings.js';
import { type TagDefinition } from '../core/tags/catalogue.js';
import { type Refused } from './note-refused-access.js';
import { type ReplayAnswer, type WhatIfAnswer } from './replays/replay-answers.js';
import {
  type AuditPageAnswer,
  type BatchResult,
  type CocoonPointAnswer,
  type ConsentAnswer,
  type DataHeldAnswer,
  type ErasureReceiptAnswer,
  type ExposureAnswer,
  type FeedAnswer,
  type PrivacyBudgetAnswer,
  type PrivateReportAnswer,
  type FollowSuggestionAnswer,
  type ItemAnswer,
  type ItemPageAnswer,
  type ModelAnswer,
  type ModelVersionAnswer,
  type UploadedModel,
  type PipelineStageAnswer,
  type RankingConfigAnswer,
  type UserProfileAnswer,
  type WhyNotAnswer,
  type BlockAnswer,
  type FallbackList,
} from './answers.js';
import { type ExperimentAnswer, type ExperimentPlanAnswer } from './experiments/experiment-answers.js';
import { type FunnelStepAnswer, type ItemJourneyAnswer, type KpiRowAnswer, type MetricDefinitionAnswer } from './reports/report-answers.js';

/** Input as the caller wrote it: coerced by the schema or parsed from a line of JSON, checked by the core. */
export type RawInput = Record<string, unknown>;
export type ImportKind = 'items' | 'users' | 'events';

export { type DependencyHealth };

/** A stream of JSON lines. The same `asOf` gives the same bytes. */
export interface LinesExport {
  /** Epoch ms: nothing that was received at this time or later is in it. */
  asOf: number;
  /** Pieces of whole lines; memory stays flat for any length and any reader. */
  pieces: AsyncIterable<string>;
}

/** Everything the service can do, as plain functions; the edge checks who may, and translates. */
export interface App {
  feed(input: RawInput): Promise<FeedAnswer>;
  rank(input: RawInput): Promise<FeedAnswer>;
  related(input: RawInput): Promise<FeedAnswer>;
  suggestFollows(input: RawInput): Promise<FollowSuggestionAnswer[]>;
  item(id: string): ItemAnswer | null;
  items(args: { filter?: RawInput | null; first: number; after?: string | null }): ItemPageAnswer;
  exposure(id: string): Promise<ExposureAnswer | null>;
  whyNot(args: { userId: string; itemId: string; surface: string }): Promise<WhyNotAnswer>;
  pipeline(): PipelineStageAnswer[];
  userProfile(userId: string): Promise<UserProfileAnswer>;
  setConsent(args: { userId: string; purposes: string[] }, actor: string): Promise<ConsentAnswer>;
  mute(args: { userId: string; target: RawInput; until?: string | null }, actor: string): Promise<UserProfileAnswer>;
  /** -1 more of mine to 1 surprise me. */
  setBreadth(args: { userId: string; breadth: number }, actor: string): Promise<UserProfileAnswer>;
  unmute(args: { userId: string; target: RawInput }, actor: string): Promise<UserProfileAnswer>;
  resetInterests(userId: string, actor: string): Promise<UserProfileAnswer>;
  linkIdentities(args: { userId: string; identities: Identity[] }, actor: string): Promise<UserProfileAnswer>;
  unlinkIdentity(args: { userId: string; identity: Identity }, actor: string): Promise<UserProfileAnswer>;
  mergeVisitor(args: { visitor: Identity; userId: string; scope: 'SESSION' | 'ALL' }, actor: string): Promise<UserProfileAnswer>;
  dataHeld(userId: string): Promise<DataHeldAnswer>;
  /** Everything held on one user, a record a line. */
  exportUser(userId: string): AsyncIterable<string>;
  eraseUser(userId: string): Promise<ErasureReceiptAnswer>;
  tagCatalogue(): readonly TagDefinition[];
  featureCatalogue(): readonly FeatureDefinition[];

  recordEvents(events: RawInput[]): Promise<BatchResult>;
  upsertItems(items: RawInput[]): Promise<BatchResult>;
  updateItems(patches: RawInput[]): Promise<BatchResult>;
  removeItems(ids: string[]): Promise<BatchResult>;
  upsertUsers(users: RawInput[]): Promise<BatchResult>;
  /** One object a line; memory stays flat for any length. `replace` (items only): what is not in the stream is removed. */
  importLines(kind: ImportKind, lines: AsyncIterable<string>, options: { replace: boolean }): Promise<BatchResult>;
  /** Vectors of items, and neighbours of items, made elsewhere: taken in whole, they hold until the next ones; an empty stream takes them away. */
  importEmbeddings(space: unknown, lines: AsyncIterable<string>): Promise<BatchResult>;
  importNeighbours(relation: unknown, lines: AsyncIterable<string>): Promise<BatchResult>;

  /** Exposures with features, outcomes and labels; throws at once for parameters that are wrong. */
  exportExposures(parameters: RawInput): LinesExport;
  /** Sampled requests with their whole candidate pools. */
  exportRequests(parameters: RawInput): LinesExport;
  /** Features of logged exposures anew, by the catalogue of today, from what was known before each; null for what cannot be told again. */
  exportFeatures(parameters: RawInput): LinesExport;
  /** Pages with logged pools made again and held against the log: a line for each that differs, the last with the count. */
  rebuildPages(parameters: RawInput): LinesExport;
  /** Numbers of categories, brands, creators and event types; 0 is unknown. */
  exportVocabularies(): AsyncIterable<string>;

  rankingConfig(surface: string): RankingConfigAnswer;
  rankingConfigs(surface: string, first: number): Promise<RankingConfigAnswer[]>;
  createRankingConfig(input: RankingConfigInput, actor: string): Promise<RankingConfigAnswer>;
  /** A draft of rules that fit what users took of what they were shown. @throws AppError CONFLICT where that is too little */
  fitRules(surface: string): Promise<RankingConfigAnswer>;
  activateRankingConfig(args: { surface: string; version: number; reason: string }, actor: string): Promise<RankingConfigAnswer>;
  rollbackRankingConfig(args: { surface: string; reason: string }, actor: string): Promise<RankingConfigAnswer>;
  models(): Promise<ModelAnswer[]>;
  /** What somebody says of a model, checked whole. @throws ManifestFaults */
  readModelManifest(name: string, json: unknown): ModelManifest;
  /** Keep a version, which then waits for the gate; the same one again is no fault. @throws AppError CONFLICT where it is there with other bytes */
  uploadModel(manifest: ModelManifest, file: { bytes: Uint8Array; sha256: string }, actor: string): Promise<UploadedModel>;
  /** What another model, other settings or both would have done, worked out beside requests. */
  startReplay(input: RawInput, actor: string): Promise<ReplayAnswer>;
  replay(id: string): Promise<ReplayAnswer | null>;
  /** What a draft would change, by the pools of a time; nothing is kept of it. */
  whatIf(args: RawInput): Promise<WhatIfAnswer>;
  modelVersion(name: string, version: string): Promise<ModelVersionAnswer | null>;
  /** Give a role to a READY version, or take it away with null. */
  assignModelRole(
    args: { name: string; role: ModelRole; version?: string | null; surface?: string | null; reason: string },
    actor: string,
  ): Promise<ModelAnswer>;
  rollbackModel(args: { name: string; surface?: string | null; reason: string }, actor: string): Promise<ModelAnswer>;
  /** Newest first, of any status when null. */
  experiments(status: string | null): Promise<ExperimentAnswer[]>;
  experiment(key: string): Promise<ExperimentAnswer | null>;
  /** @throws AppError INVALID_INPUT with every fault, CONFLICT for a key that is taken */
  createExperiment(input: RawInput, actor: string): Promise<ExperimentAnswer>;
  startExperiment(key: string, actor: string): Promise<ExperimentAnswer>;
  rampExperiment(args: { key: string; coverage: number }, actor: string): Promise<ExperimentAnswer>;
  stopExperiment(args: { key: string; reason: string }, actor: string): Promise<ExperimentAnswer>;
  planExperiment(input: RawInput): Promise<ExperimentPlanAnswer>;
  triggers(): Promise<TriggerAnswer[]>;
  /** A new rule, or where an id is given, that one anew. @throws AppError INVALID_INPUT with every fault */
  saveTrigger(input: RawInput, actor: string): Promise<TriggerAnswer>;
  removeTrigger(args: { id: string; reason: string }, actor: string): Promise<TriggerAnswer>;
  triggerFirings(first: number, after: string | null): Promise<TriggerFiringPageAnswer>;
  alertRules(): Promise<AlertRuleAnswer[]>;
  /** A new rule, or where an id is given, that one anew. @throws AppError INVALID_INPUT with every fault */
  saveAlertRule(input: RawInput, actor: string): Promise<AlertRuleAnswer>;
  /** Those that are open, those that are closed, or with null all; the latest first. */
  alerts(open: boolean | null): Promise<AlertAnswer[]>;
  acknowledgeAlert(args: { id: string; note?: string | null }, actor: string): Promise<AlertAnswer>;
  /** Take something down, from everywhere within two seconds. @throws AppError INVALID_INPUT with every fault */
  block(input: RawInput, actor: string): Promise<BlockAnswer>;
  unblock(args: { id: string; reason: string }, actor: string): Promise<BlockAnswer>;
  blocks(active: boolean): Promise<BlockAnswer[]>;
  /** Whether there is so much to do that every page is refused at the moment, `OVERLOADED`, without a look at what it is of. */
  isFull(): boolean;
  /** The generic list of a surface, for storefronts that can reach nothing else. */
  fallback(surface: string): Promise<FallbackList>;
  /** How narrow feeds are, and how exposure is shared out, per day; today is worked out when asked for. */
  cocoonTrend(input: RawInput): Promise<CocoonPointAnswer[]>;
  /** What groups of items were shown beside what was clicked of it. */
  exposureFairness(input: RawInput): Promise<GroupExposure[]>;
  metricCatalogue(): MetricDefinitionAnswer[];
  /** Metrics of users, group by group, and of the service; all of them where none is named. */
  kpis(input: RawInput, metrics?: readonly string[] | null): Promise<KpiRowAnswer[]>;
  funnel(input: RawInput): Promise<FunnelStepAnswer[]>;
  /** What users do in the seven days after they first followed somebody. */
  followFunnel(input: RawInput): Promise<FunnelStepAnswer[]>;
  /** What became of an item in the requests whose candidates were kept. */
  itemJourney(itemId: string, input: RawInput): Promise<ItemJourneyAnswer>;
  /** Indices in use beside those worked out again from the logs, a user a line. */
  verifyCocoons(parameters: RawInput): AsyncIterable<string>;
  auditLog(first: number, after: string | null): Promise<AuditPageAnswer>;
  /** Note who asked for what he may not, as far as there is room for it. */
  noteRefusedAccess(refused: Refused): void;
  /** How much of what was rendered and seen was not reported, by day and surface. */
  exposureLoss(input: RawInput): Promise<ExposureLoss[]>;
  /** Published ends of the chains of both logs, an hour a line, for others to keep. */
  evidenceHeads(parameters: RawInput): AsyncIterable<string>;
  /** Both logs recomputed and held against the published ends, and against those that somebody kept: a day of a log a line. */
  verifyLogs(parameters: RawInput, kept: AsyncIterable<string> | null): Promise<AsyncIterable<string>>;
  /** Counts, sums and means with so much noise that nobody can tell whether any one user is in them. @throws AppError CONFLICT where the budget is spent */
  privateReport(input: RawInput, actor: string): Promise<PrivateReportAnswer>;
  privacyBudget(recipient: string): Promise<PrivacyBudgetAnswer>;
  setPrivacyBudget(input: RawInput, actor: string): Promise<PrivacyBudgetAnswer>;

  /** Ready when all are ok. */
  health(): Promise<DependencyHealth[]>;
  /** Pseudonym of a user for logs: the same for one user, never the id. */
  pseudonym(userId: string): string;
}
