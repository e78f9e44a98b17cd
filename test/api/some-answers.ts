import { Readable } from 'node:stream';
import { exposureLoss } from '../../src/core/exposures/exposure-loss.js';
import { type App } from '../../src/app/app.js';
import {
  type BlockAnswer,
  type FeedAnswer,
  type ItemAnswer,
  type RankingConfigAnswer,
  type UserProfileAnswer,
} from '../../src/app/answers.js';
import { type AlertAnswer, type AlertRuleAnswer } from '../../src/app/alerts/alert-answers.js';
import { type TriggerAnswer } from '../../src/app/triggers/trigger-answers.js';
import { type ExperimentAnswer } from '../../src/app/experiments/experiment-answers.js';

export const NOW = Date.UTC(2026, 10, 21, 9, 30);

export const item = (n: number): ItemAnswer => ({
  id: `item-${n}`,
  kind: 'PRODUCT',
  title: `Thing ${n}`,
  categories: ['home', 'lamps'],
  brand: 'Lumen',
  creatorId: null,
  price: 19.5,
  currency: 'CNY',
  stock: 3,
  labels: [],
  style: null,
  commercial: false,
  aiGenerated: false,
  productIds: [],
  regions: [],
  geohash: null,
  minAge: null,
  durationMs: null,
  repurchaseDays: null,
  imageUrl: null,
  createdAt: NOW,
  availableUntil: null,
  trust: 0.5,
  quality: 0.5,
});

export const feedOf = (items: number): FeedAnswer => ({
  id: '0193-feed',
  items: Array.from({ length: items }, (_, i) => ({
    exposureId: `0193-feed.${i + 1}`,
    position: i + 1,
    item: item(i),
    score: 1 - i / 100,
    intent: null,
    sources: ['TRENDING'],
    exploration: false,
    promoted: false,
    propensity: null,
    reasons: [{ code: 'TRENDING', text: 'Popular now', itemId: null, userId: null, tag: null, contribution: 0.5 }],
    socialProof: null,
  })),
  unknownItemIds: [],
  removed: [],
  pageInfo: { endCursor: 'cursor', hasNextPage: true },
  ranking: {
    configVersion: 1,
    scorer: 'RULES',
    modelVersion: null,
    degraded: ['MODEL_MISSING'],
    relaxed: [],
    assignments: [],
    candidates: 500,
    cocoonIndex: 0.25,
    tookMs: 4.5,
  },
});

export const settings: RankingConfigAnswer = {
  surface: 'home',
  version: 1,
  baseVersion: null,
  status: 'ACTIVE',
  objectives: [],
  rules: [{ name: 'item.popularity@1', value: 1 }],
  sources: [{ source: 'TRENDING', limit: 200 }],
  diversity: {
    algorithm: 'MMR',
    strength: 0.3,
    adaptive: true,
    targetCocoonIndex: 0.4,
    relevanceBudget: 0.1,
    window: 10,
    maxPerCategory: 3,
    maxPerBrand: 3,
    maxPerCreator: 3,
  },
  mix: { newItemShare: 0.1, newItemDays: 14, smallCreatorShare: 0.1, smallCreatorBelow: 0.5, commercialShareMax: 0.2 },
  fatigue: { maxImpressionsPerDay: 5, halfLifeHours: 48, countsAt: 'SERVED' },
  exploration: { method: 'EPSILON', share: 0.05 },
  author: 'local',
  reason: null,
  createdAt: NOW,
  activatedAt: NOW,
};

const profile: UserProfileAnswer = {
  userId: 'ann',
  identities: [],
  tags: ({ dimension }) =>
    (['SOCIAL', 'INTEREST'] as const)
      .filter((one) => !dimension || one === dimension)
      .map((one) => ({ key: one.toLowerCase(), dimension: one, label: null, value: 1, confidence: 0.5, updatedAt: NOW })),
  segments: ['new'],
  lifecycle: 'NEW',
  authenticity: 0.5,
  cocoon: {
    index: 0,
    narrowCategory: 0,
    narrowCreator: 0,
    repetition: 0,
    amplification: 0,
    acceptedBreadth: 0,
    tasteCoverage: 0,
    confidence: 0,
    trend30d: null,
  },
  controls: { breadth: 0, muted: [] },
  consent: { userId: 'ann', purposes: ['ESSENTIAL'], updatedAt: null },
  updatedAt: NOW,
};

const trigger: TriggerAnswer = {
  id: 'rule', name: 'A rule', tag: 'purchases', metric: null, surface: null, segment: null, windowHours: null, baseline: null, minSample: null, comparison: 'ABOVE', threshold: 1, action: 'WEBHOOK', strategy: null, coolDownHours: 24, enabled: true,
  updatedAt: NOW,
}; // prettier-ignore

const alertRule: AlertRuleAnswer = {
  id: 'roi', metric: 'ROI', surface: null, segment: null, comparison: 'BELOW', threshold: 1.2, windowHours: 168, baseline: 'PREVIOUS', minSample: 1000, enabled: true,
}; // prettier-ignore
const alert: AlertAnswer = {
  id: 'alert', rule: alertRule, value: 1, openedAt: NOW, closedAt: null, note: null, detail: 'ROI is 1, below 1.2', acknowledgedBy: null,
}; // prettier-ignore

const block: BlockAnswer = {
  id: 'block', itemId: 'item-1', creatorId: null, brand: null, category: null, titleContains: null, level: 'REMOVE', reason: 'recalled', legalBasis: null, by: 'local',
  at: NOW, until: null, liftedAt: null, exposuresBefore: 0, usersBefore: 0,
}; // prettier-ignore

const experiment: ExperimentAnswer = {
  key: 'wide', kind: 'AB', layer: 'ranking', surface: 'home', hypothesis: 'it helps', status: 'DRAFT', segments: [], coverage: 1, phase: 1, phases: [],
  variants: [], primaryMetric: 'CONVERSION_RATE', guardrails: [], forcedUsers: [], excludedUserIds: [], ramp: null, createdAt: NOW, startedAt: null,
  stoppedAt: null, stopReason: null,
  report: () =>
    Promise.resolve({
      asOf: NOW, sampleRatioPValue: null, sampleRatioMismatch: true, detectableLoss: null, multipleExposure: 0, dataCompleteUntil: NOW,
      metrics: () => [],
    }),
}; // prettier-ignore

const BUDGET = { recipient: 'lab', epsilon: 4, delta: 1e-5, spentEpsilon: 0, spentDelta: 0 };
const counted = (accepted: number) => Promise.resolve({ accepted, duplicates: 0, rejectedTotal: 0, rejected: [] });
const model = { name: 'intent', champion: null, shadow: null, versions: [], history: [] };

/** An App that answers with the same things at all times, or with what a spec puts in their place. */
export const appOf = (parts: Partial<App> = {}): App => ({
  feed: ({ first }) => Promise.resolve(feedOf(first as number)),
  rank: () => Promise.resolve({ ...feedOf(2), unknownItemIds: ['ghost'], removed: [{ itemId: 'gone', component: 'in-stock' }] }),
  related: () => Promise.resolve(feedOf(3)),
  suggestFollows: () => Promise.resolve([]),
  item: (id) => (id === 'item-1' ? item(1) : null),
  blocks: () => Promise.resolve([]),
  block: () => Promise.resolve(block),
  unblock: () => Promise.resolve({ ...block, liftedAt: NOW }),
  fallback: () => Promise.resolve({ body: '{}', etag: '"x"' }),
  items: ({ first }) => ({ items: [item(1), item(2)].slice(0, first), pageInfo: { endCursor: '2', hasNextPage: false } }),
  exposure: () => Promise.resolve(null),
  whyNot: ({ itemId }) =>
    Promise.resolve({ itemId, stage: 'FILTER', component: 'in-stock', detail: 'sold out', rank: null, score: null, gap: null }),
  pipeline: () => [
    {
      stage: 'filter',
      components: [{ name: 'in-stock', enabled: true, timeoutMs: null, failsOpen: false, p50Ms: 0.1, p99Ms: 0.2, in: 500, out: 480 }],
    },
  ],
  userProfile: (userId) => Promise.resolve({ ...profile, userId }),
  setConsent: ({ userId, purposes }) => Promise.resolve({ userId, purposes, updatedAt: NOW }),
  mute: ({ userId }) => Promise.resolve({ ...profile, userId }),
  unmute: ({ userId }) => Promise.resolve({ ...profile, userId }),
  setBreadth: ({ userId, breadth }) => Promise.resolve({ ...profile, userId, controls: { ...profile.controls, breadth } }),
  resetInterests: (userId) => Promise.resolve({ ...profile, userId }),
  linkIdentities: ({ userId }) => Promise.resolve({ ...profile, userId }),
  unlinkIdentity: ({ userId }) => Promise.resolve({ ...profile, userId }),
  mergeVisitor: ({ userId }) => Promise.resolve({ ...profile, userId }),
  dataHeld: (userId) => Promise.resolve({ userId, consent: profile.consent, holdings: [] }),
  exportUser: async function* (userId) {
    yield await Promise.resolve(`${JSON.stringify({ what: 'profile', userId })}\n`);
  },
  eraseUser: (userId) => Promise.resolve({ userId, erasedAt: NOW, removed: [], later: [], hash: '0'.repeat(64) }),
  tagCatalogue: () => [
    {
      key: 'activity',
      dimension: 'BEHAVIOUR',
      unit: 'events',
      halfLifeHours: 24,
      description: 'How much happens',
      purpose: 'PERSONALISATION',
    },
  ],
  featureCatalogue: () => [
    { name: 'user.activity@1', index: 0, group: 'user', unit: 'ln(1 + n)', min: 0, max: null, default: 0, description: 'How much happens' },
  ],
  readModelManifest: (name, json) => ({ name, ...(json as object) }) as ReturnType<App['readModelManifest']>,
  uploadModel: ({ name, version }, { sha256 }) => Promise.resolve({ name, version, sha256, status: 'VALIDATING' }),
  recordEvents: (events) => counted(events.length),
  upsertItems: (items) => counted(items.length),
  updateItems: (patches) => counted(patches.length),
  removeItems: (ids) => counted(ids.length),
  upsertUsers: (users) => counted(users.length),
  importEmbeddings: () => counted(0),
  importNeighbours: () => counted(0),
  importLines: async (_kind, lines) => {
    let accepted = 0;
    for await (const line of lines) if (line !== '') accepted++;
    return counted(accepted);
  },
  exportExposures: () => ({ asOf: 0, pieces: Readable.from(['{}\n']) }),
  exportFeatures: () => ({ asOf: 0, pieces: Readable.from(['{}\n']) }),
  rebuildPages: () => ({ asOf: 0, pieces: Readable.from(['{}\n']) }),
  startReplay: () => Promise.resolve({ id: 'r', status: 'WAITING', error: null, report: null }),
  replay: () => Promise.resolve(null),
  whatIf: () => Promise.resolve({ requests: 0, refused: 'nothing is logged', churn: null, rows: [] }),
  exportRequests: () => ({ asOf: 0, pieces: Readable.from(['{}\n']) }),
  exportVocabularies: () => Readable.from(['{}\n']),
  experiments: () => Promise.resolve([experiment]),
  experiment: () => Promise.resolve(experiment),
  createExperiment: () => Promise.resolve(experiment),
  startExperiment: () => Promise.resolve(experiment),
  rampExperiment: () => Promise.resolve(experiment),
  stopExperiment: () => Promise.resolve(experiment),
  planExperiment: () =>
    Promise.resolve({ metric: 'CONVERSION_RATE', usersPerArm: 1, days: 1, mean: 0.1, standardDeviation: 0.3, usersPerDay: 10 }),
  models: () => Promise.resolve([model]),
  modelVersion: () => Promise.resolve(null),
  assignModelRole: () => Promise.resolve(model),
  rollbackModel: () => Promise.resolve(model),
  rankingConfig: () => settings,
  fitRules: () => Promise.resolve(settings),
  rankingConfigs: () => Promise.resolve([settings]),
  createRankingConfig: (_input, actor) => Promise.resolve({ ...settings, version: 2, status: 'DRAFT', author: actor }),
  activateRankingConfig: ({ version }) => Promise.resolve({ ...settings, version }),
  rollbackRankingConfig: () => Promise.resolve(settings),
  alertRules: () => Promise.resolve([alertRule]),
  saveAlertRule: () => Promise.resolve(alertRule),
  alerts: () => Promise.resolve([alert]),
  acknowledgeAlert: () => Promise.resolve({ ...alert, acknowledgedBy: 'ann' }),
  triggers: () => Promise.resolve([]),
  saveTrigger: () => Promise.resolve(trigger),
  removeTrigger: () => Promise.resolve(trigger),
  triggerFirings: () => Promise.resolve({ firings: [], pageInfo: { endCursor: null, hasNextPage: false } }),
  metricCatalogue: () => [
    { key: 'CLICK_RATE', unit: 'clicks per item shown', description: 'Clicks.', higherIsBetter: true, perUser: true },
  ],
  kpis: () => Promise.resolve([{ dimension: null, metric: 'CLICK_RATE', value: 0.2, sample: 3 }]),
  followFunnel: () => Promise.resolve([]),
  itemJourney: (itemId) => {
    const none = { sampled: 0, estimated: 0 };
    const steps = { requests: none, retrieved: none, removed: none, ranked: none, displaced: none, served: none, seen: none };
    return Promise.resolve({ itemId, ...steps, removedBy: [], meanRank: null });
  },
  funnel: () => Promise.resolve([{ dimension: null, step: 'EXPOSURE', users: 3, rateFromPrevious: null, rateFromFirst: null }]),
  cocoonTrend: () =>
    Promise.resolve([
      { day: '2026-11-21', users: 2, meanIndex: 0.3, p90Index: 0.5, exposureGini: 0.6, catalogueCoverage: 0.1, smallCreatorShare: 0.2, newItemShare: 0.3 },
    ]), // prettier-ignore
  exposureFairness: () => Promise.resolve([{ group: 'NEW_ITEMS', items: 2, exposureShare: 0.2, clickShare: 0.1, treatmentRatio: null }]),
  verifyCocoons: () => Readable.from(['{}\n']),
  exposureLoss: () => Promise.resolve([exposureLoss({ day: '2026-11-21', surface: 'home', pages: 9, silentPages: 1, served: 90, servedOnReported: 80, rendered: 70, seen: 40, clicked: 8, seenAndClicked: 6 })]), // prettier-ignore
  evidenceHeads: () => Readable.from(['{}\n']),
  verifyLogs: () => Promise.resolve(Readable.from(['{}\n'])),
  privateReport: () =>
    Promise.resolve({ fact: null, cells: [{ group: null, users: 100, sum: null, mean: null }], threshold: 20, usersDeviation: 1.5, sumDeviation: null, budget: BUDGET }), // prettier-ignore
  privacyBudget: () => Promise.resolve(BUDGET),
  setPrivacyBudget: () => Promise.resolve(BUDGET),
  auditLog: () =>
    Promise.resolve({
      entries: [
        { id: '1', at: NOW, actor: 'local', action: 'createRankingConfig', subject: 'home 2', before: null, after: { version: 2 } },
      ],
      pageInfo: { endCursor: null, hasNextPage: false },
    }),
  noteRefusedAccess: () => undefined,
  isFull: () => false,
  health: () => Promise.resolve([{ name: 'postgres', ok: true, detail: 'answers' }]),
  pseudonym: (userId) => `pseudonym-${userId.length}`,
  ...parts,
});
