import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { AppError, refuseFaults } from '../core/errors.js';
import { type RankingConfig, type RankingConfigInput, type RankingSettings } from '../core/settings.js';
import { checkSettings } from '../core/settings-check.js';
import { DEFAULT_SETTINGS } from '../core/settings-defaults.js';
import { mergeSettings } from '../core/settings-merge.js';
import { type Notices } from '../ports/notices.js';
import { type SettingsStore } from '../ports/settings-store.js';
import { coalesced } from './coalesced.js';

const HOME = 'home';
const POLL_MS = 1_000;
const CACHED_VERSIONS = 200;
const SERVICE = 'imago';

/** The settings of every surface as they are in force on this process, and the drafts beside them. */
export interface SettingsInForce {
  /** A surface without settings of its own has home's. */
  of(surface: string): RankingConfig;
  /** A version by number, drafts too; home's where the surface has none of its own. @throws NOT_FOUND */
  version(surface: string, version: number): Promise<RankingConfig>;
  /** The base with an input merged in, checked, for a preview; kept nowhere. @throws INVALID_INPUT with every fault */
  merged(surface: string, input: RankingConfigInput): Promise<RankingConfig>;
  list(surface: string, first: number): Promise<RankingConfig[]>;
  createDraft(input: RankingConfigInput, actor: string): Promise<RankingConfig>;
  activate(surface: string, version: number, actor: string, reason: string): Promise<RankingConfig>;
  rollback(surface: string, actor: string, reason: string): Promise<RankingConfig>;
  /**
   * Put the settings of a version in force, whatever it was made from and whether or not it was in force before: as that version where it can be
   * activated, else as a copy. Nothing happens where they are in force already.
   */
  switchTo(surface: string, version: number, actor: string, reason: string): Promise<RankingConfig>;
  close(): void;
}

interface Ports {
  store: SettingsStore;
  notices: Notices;
  clock: () => number;
  onError: (error: unknown, doing: string) => void;
}

/** Load what is in force, giving home its first version where the database is new, and follow every change. */
export async function openSettings({ store, notices, clock, onError }: Ports): Promise<SettingsInForce> {
  let active = new Map<string, RankingConfig>();
  const versions = new LRUCache<string, RankingConfig>({ max: CACHED_VERSIONS });
  const refresh = coalesced(async () => {
    active = new Map((await store.active()).map((config) => [config.surface, config]));
  });
  const quietly = () => void refresh().catch((error: unknown) => onError(error, 'refresh the settings'));

  await refresh();
  if (!active.has(HOME)) await makeFirstVersion(store).then(refresh);
  notices.subscribe('settings', quietly);
  const poll = setInterval(quietly, POLL_MS);
  poll.unref();

  const of = (surface: string): RankingConfig => active.get(surface) ?? active.get(HOME)!;
  const version = async (surface: string, number: number): Promise<RankingConfig> => {
    for (const name of new Set([surface, active.has(surface) ? surface : HOME])) {
      const key = `${name} ${number}`;
      const config = versions.get(key) ?? (await store.get(name, number));
      if (!config) continue;
      versions.set(key, config);
      return config;
    }
    throw new AppError('NOT_FOUND', `surface "${surface}" has no settings with version ${number}`);
  };
  const mergedSettings = async (
    surface: string,
    input: RankingConfigInput,
  ): Promise<{ base: RankingConfig; settings: RankingSettings }> => {
    const base = input.baseVersion ? await version(surface, input.baseVersion) : of(surface);
    const settings = mergeSettings(base.settings, input);
    refuseFaults(checkSettings(input, settings));
    return { base, settings };
  };
  const changed = async (config: RankingConfig): Promise<RankingConfig> => {
    await refresh();
    return config;
  };

  return {
    of,
    version,
    async merged(surface, input) {
      const { base, settings } = await mergedSettings(surface, input);
      return { ...base, settings, status: 'DRAFT', createdAt: clock() };
    },
    async list(surface, first) {
      const own = await store.list(surface, first);
      return own.length > 0 ? own : store.list(HOME, first);
    },
    async createDraft(input, actor) {
      const surface = input.surface ?? HOME;
      const { base, settings } = await mergedSettings(surface, input);
      return store.createDraft({ surface, baseVersion: base.surface === surface ? base.version : null, settings, author: actor });
    },
    activate: async (surface, number, actor, reason) => changed(await store.activate(surface, number, actor, reason)),
    rollback: async (surface, actor, reason) => changed(await store.rollback(surface, actor, reason)),
    switchTo: async (surface, number, actor, reason) =>
      changed(await putInForce(store, await version(surface, number), { surface, actor, reason })),
    close: () => clearInterval(poll),
  };
}

/** As the version itself where that is a draft of what is in force now, else as a copy. */
async function putInForce(
  store: SettingsStore,
  wanted: RankingConfig,
  { surface, actor, reason }: { surface: string; actor: string; reason: string },
): Promise<RankingConfig> {
  const now = (await store.active()).find((config) => config.surface === surface) ?? null;
  if (now && isDeepStrictEqual(now.settings, wanted.settings)) return now;
  const own = wanted.surface === surface ? await store.activate(surface, wanted.version, actor, reason).catch(nullOnConflict) : null;
  if (own) return own;
  const copy = await store.createDraft({ surface, baseVersion: now?.version ?? null, settings: wanted.settings, author: actor });
  return store.activate(surface, copy.version, actor, reason);
}

function nullOnConflict(error: unknown): null {
  if (error instanceof AppError && error.code === 'CONFLICT') return null;
  throw error;
}

/** Several processes may find a new database at once: the loser's conflict means that the winner's version is there. */
async function makeFirstVersion(store: SettingsStore): Promise<void> {
  const draft = await store.createDraft({ surface: HOME, baseVersion: null, settings: DEFAULT_SETTINGS, author: SERVICE });
  await store.activate(HOME, draft.version, SERVICE, 'the defaults of a new shop').catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
  });
}
