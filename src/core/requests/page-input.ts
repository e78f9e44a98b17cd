import { type Fault, refuseFaults } from '../errors.js';
import { ITEM_KINDS, type ItemKind } from '../item.js';
import { type ItemFilter, type RankPolicy, type Relation } from '../page.js';
import { type RankingConfigInput } from '../settings.js';
import { type Fields, InputReader, isId } from './input-reader.js';

/** What is known of the moment of a request. */
export interface RequestContext {
  region: string | null;
  geohash: string | null;
  timeZone: string | null;
  locale: string | null;
  currentItemId: string | null;
  cartItemIds: string[];
}

/** Settings of a dry run; times are epoch ms. */
export interface Preview {
  configVersion: number | null;
  modelVersion: string | null;
  config: RankingConfigInput | null;
  at: number | null;
  seed: number | null;
  /** Arms of experiments to see, in the place of one's own. */
  variants: { experiment: string; variant: string }[] | null;
}

/** What all requests for a page have in common, checked. */
export interface PageInput {
  userId: string | null;
  /** Who is asked for, where no userId says so. */
  identity: { platform: string; externalId: string } | null;
  sessionId: string | null;
  requestId: string | null;
  pageId: string | null;
  surface: string;
  first: number;
  after: string | null;
  filter: ItemFilter | null;
  context: RequestContext;
  deadlineMs: number | null;
  preview: Preview | null;
}

export interface RankPageInput extends PageInput {
  /** In the caller's order, each id once; `score` null where he gave only ids. */
  candidates: { id: string; score: number | null }[];
  priorWeight: number;
  policy: RankPolicy;
}

export interface RelatedPageInput extends PageInput {
  itemIds: string[];
  relation: Relation;
}

const NOT_YET = 'nothing obeys it in this version';
const MAX_LIST = 500;
const MAX_PAGE = 100;
const MAX_VARIANTS = 20;
const MAX_CANDIDATES = 1000;
const MAX_PRICE = 1e12;
const GEOHASH = /^[0-9b-hjkmnp-z]{1,12}$/;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

const isArm = (value: unknown): value is { experiment: string; variant: string } =>
  typeof value === 'object' && value !== null && isId((value as Fields).experiment) && isId((value as Fields).variant);
const isKind = (value: unknown): value is ItemKind => ITEM_KINDS.includes(value as ItemKind);

const readsAsTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** A checked filter, or null where none is given. Faults go to the reader. */
export function readFilter(read: InputReader | null): ItemFilter | null {
  if (!read) return null;
  const filter: ItemFilter = {
    kinds: read.list('kinds', ITEM_KINDS.length, isKind, `it must be one of ${ITEM_KINDS.join(', ')}`),
    categories: read.ids('categories', MAX_LIST),
    excludeCategories: read.ids('excludeCategories', MAX_LIST),
    brands: read.ids('brands', MAX_LIST),
    creatorIds: read.ids('creatorIds', MAX_LIST),
    labels: read.ids('labels', MAX_LIST),
    excludeItemIds: read.ids('excludeItemIds', MAX_LIST),
    priceMin: read.number('priceMin', 0, MAX_PRICE),
    priceMax: read.number('priceMax', 0, MAX_PRICE),
    trustMin: read.number('trustMin', 0, 1),
    withinKm: read.number('withinKm', 0, 20_000),
  };
  if (filter.priceMin !== null && filter.priceMax !== null && filter.priceMin > filter.priceMax)
    read.fault('priceMin', filter.priceMin, `it must not be above priceMax, which is ${filter.priceMax}`);
  return filter;
}

function readContext(read: InputReader | null): RequestContext {
  if (!read) return { region: null, geohash: null, timeZone: null, locale: null, currentItemId: null, cartItemIds: [] };
  read.refuse(['at'], 'it is for previews only, where preview.at says it');
  read.refuse(['device'], NOT_YET);
  const geohash = read.text('geohash', 12);
  if (geohash !== null && !GEOHASH.test(geohash)) read.fault('geohash', geohash, 'it must be a geohash of 1 to 12 characters');
  const timeZone = read.text('timeZone', 64);
  if (timeZone !== null && !readsAsTimeZone(timeZone)) read.fault('timeZone', timeZone, 'it must be a time zone such as Europe/Paris');
  return {
    region: read.id('region'),
    geohash,
    timeZone,
    locale: read.text('locale', 35),
    currentItemId: read.id('currentItemId'),
    cartItemIds: read.ids('cartItemIds', MAX_LIST) ?? [],
  };
}

function readPreview(read: InputReader | null, fields: Fields | null): Preview | null {
  if (!read || !fields) return null;
  const at = read.text('at', 40);
  const instant = at === null ? null : Date.parse(at);
  if (at !== null && (!ISO_INSTANT.test(at) || Number.isNaN(instant))) read.fault('at', at, 'it must be ISO 8601 with an offset');
  if (read.has('config') && read.has('configVersion')) read.fault('configVersion', fields.configVersion, 'give it or config, not both');
  return {
    configVersion: read.integer('configVersion', 1, 2 ** 31 - 1),
    modelVersion: read.text('modelVersion', 64),
    config: (fields.config as RankingConfigInput | null | undefined) ?? null,
    at: instant,
    seed: read.integer('seed', -(2 ** 31), 2 ** 31 - 1),
    variants: read.list('variants', MAX_VARIANTS, isArm, 'it must be an experiment and a variant'),
  };
}

/** An account on a platform, or null where none is given. Faults go to the reader. */
export function readIdentity(read: InputReader | null): PageInput['identity'] {
  if (!read) return null;
  for (const name of ['platform', 'externalId']) if (!read.has(name)) read.fault(name, null, 'an identity needs it');
  const [platform, externalId] = [read.id('platform'), read.id('externalId')];
  return platform === null || externalId === null ? null : { platform, externalId };
}

function readCommon(input: Fields, faults: Fault[], defaults: { surface: string; first: number }): PageInput {
  const read = new InputReader(input, faults);
  if (read.has('userId') && read.has('identity')) read.fault('identity', input.identity, 'give it or userId, not both');
  const context = readContext(read.nested('context'));
  const filter = readFilter(read.nested('filter'));
  if (filter?.withinKm !== null && filter !== null && context.geohash === null)
    read.fault('filter.withinKm', filter.withinKm, 'it needs context.geohash');
  return {
    userId: read.id('userId'),
    identity: readIdentity(read.nested('identity')),
    sessionId: read.id('sessionId'),
    requestId: read.id('requestId'),
    pageId: read.id('pageId'),
    surface: read.surface('surface', defaults.surface),
    first: read.integer('first', 1, MAX_PAGE) ?? defaults.first,
    after: read.text('after', 4096),
    filter,
    context,
    deadlineMs: read.integer('deadlineMs', 10, 2000),
    preview: readPreview(read.nested('preview'), (input.preview ?? null) as Fields | null),
  };
}

/** Check the input of `feed`. @throws AppError INVALID_INPUT with every fault */
export function readFeedInput(input: Fields): PageInput {
  const faults: Fault[] = [];
  const checked = readCommon(input, faults, { surface: 'home', first: 20 });
  refuseFaults(faults);
  return checked;
}

type Given = { id: string; score: number | null };

function readCandidates(input: Fields, read: InputReader): Given[] {
  if (read.has('itemIds') === read.has('candidates')) {
    read.fault('itemIds', input.itemIds ?? null, 'give it or candidates, one of the two');
    return [];
  }
  if (read.has('itemIds')) return (read.ids('itemIds', MAX_CANDIDATES) ?? []).map((id) => ({ id, score: null }));
  const isEntry = (entry: unknown): entry is { id: string; score: number } => typeof entry === 'object' && entry !== null;
  const entries = read.list('candidates', MAX_CANDIDATES, isEntry, 'it must be an id with a score') ?? [];
  return entries.flatMap((entry, i) => {
    const each = new InputReader({ ...entry }, read.faults, `candidates.${i}.`);
    const id = each.id('id');
    const score = each.number('score', -1e12, 1e12);
    return id === null || score === null ? [] : [{ id, score }];
  });
}

const firstOfEach = (candidates: Given[]): Given[] => {
  const seen = new Set<string>();
  return candidates.filter(({ id }) => !seen.has(id) && seen.add(id));
};

/** Check the input of `rank`; of several candidates with one id the first counts. @throws AppError INVALID_INPUT with every fault */
export function readRankInput(input: Fields): RankPageInput {
  const faults: Fault[] = [];
  const read = new InputReader(input, faults);
  const common = readCommon(input, faults, { surface: 'search', first: 20 });
  read.refuse(['query'], NOT_YET);
  const candidates = readCandidates(input, read);
  if (candidates.length === 0 && faults.length === 0) read.fault('itemIds', [], 'it must have 1 to 1,000 entries');
  const policy = read.nested('policy');
  const flags = ['suppressBought', 'fatigue', 'caps', 'diversity', 'exploration'] as const;
  const checked: RankPageInput = {
    ...common,
    candidates: firstOfEach(candidates),
    priorWeight: read.number('priorWeight', 0, 1) ?? 0,
    policy: Object.fromEntries(flags.map((name) => [name, policy?.flag(name) ?? false])) as unknown as RankPolicy,
  };
  refuseFaults(faults);
  return checked;
}

/** What `suggestFollows` is asked, checked. */
export interface SuggestInput {
  userId: string;
  surface: string;
  first: number;
  locale: string | null;
}

/** Check the input of `suggestFollows`. @throws AppError INVALID_INPUT with every fault */
export function readSuggestInput(input: Fields): SuggestInput {
  const faults: Fault[] = [];
  const read = new InputReader(input, faults);
  if (!read.has('userId')) read.fault('userId', null, 'suggestions are for one user');
  const checked = {
    userId: read.id('userId') ?? '',
    surface: read.surface('surface', 'follow'),
    first: read.integer('first', 1, MAX_PAGE) ?? 10,
    locale: readContext(read.nested('context')).locale,
  };
  refuseFaults(faults);
  return checked;
}

/** Check the input of `related`. @throws AppError INVALID_INPUT with every fault */
export function readRelatedInput(input: Fields): RelatedPageInput {
  const faults: Fault[] = [];
  const read = new InputReader(input, faults);
  const common = readCommon(input, faults, { surface: 'product', first: 12 });
  const itemIds = read.ids('itemIds', MAX_LIST) ?? [];
  if (itemIds.length === 0) read.fault('itemIds', input.itemIds, `it must have 1 to ${MAX_LIST} entries`);
  const relation = read.oneOf('relation', ['SIMILAR', 'BOUGHT_TOGETHER', 'COMPLEMENTS']) ?? 'SIMILAR';
  refuseFaults(faults);
  return { ...common, itemIds: [...new Set(itemIds)], relation };
}
