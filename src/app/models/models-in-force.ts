import { AppError, shown } from '../../core/errors.js';
import { type LedgerEvent } from '../../core/events/event.js';
import { type Page } from '../../core/exposures/exposure.js';
import { type BuiltPage } from '../../core/page.js';
import { type ModelsForPage, NO_MODELS } from '../../core/scoring/intent-model.js';
import { type RoleChange } from '../../core/scoring/model-record.js';
import { rolesInForce, type RolesInForce, surfacesWithRoles } from '../../core/scoring/roles.js';
import { type Log } from '../../ports/log.js';
import { type LoadedModel, type ModelRuntime } from '../../ports/model-runtime.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type Notices } from '../../ports/notices.js';
import { coalesced } from '../coalesced.js';
import { createLoadedModels, type LoadedModels } from './loaded-models.js';
import { type GuardEvents, ModelGuard, tellsOfModel } from './model-guard.js';
import { type ModelMeters } from './model-meters.js';
import { PageClicks } from './page-clicks.js';

/** The model whose champion serves. */
export const SERVED_MODEL = 'intent';
const POLL_MS = 1_000;
const ANY_SURFACE = '';
/** Begins the notice that a version rests. */
const RESTS = 'rests ';

/** The models of a page, and which of them it is bound to. */
export interface ChosenModels {
  models: ModelsForPage;
  /** What later pages of the feed stay with; null for rules. */
  version: string | null;
}

/** The models as they are in force on this process. */
export interface ModelsInForce {
  /** Those for a new page of a surface. */
  of(surface: string): ChosenModels;
  /** Those of a feed that began with a version; where it can no longer be had, those of a new page, and MODEL_MISSING is named. */
  pinned(surface: string, version: string | null): Promise<ChosenModels>;
  /** A READY version alone, for a preview. @throws AppError NOT_FOUND, CONFLICT */
  previewed(version: string): Promise<ChosenModels>;
  /** The shadow of a surface, or null. */
  shadowOf(surface: string): LoadedModel | null;
  /** Learn from a page how its models fare. */
  observePage(page: Pick<Page, 'feedId'>, built: BuiltPage): void;
  observeEvents(events: readonly LedgerEvent[]): void;
  /** The drift of the features of a version that serves. */
  driftOf(version: string): readonly { feature: string; psi: number }[];
  /** Take over what the store says now. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface ModelsInForcePorts {
  modelStore: ModelStore;
  modelRuntime: ModelRuntime;
  notices: Notices;
  meters: ModelMeters;
  clock: () => number;
  log: Log;
  onError: (error: unknown, doing: string) => void;
}

/** Load what has a role, and follow every change: a version serves once it is loaded and warm, and the one before it stays in memory. */
export async function openModels(ports: ModelsInForcePorts): Promise<ModelsInForce> {
  const models = new Models(ports);
  await models.open();
  return models;
}

class Models implements ModelsInForce {
  private readonly loaded: LoadedModels;
  private readonly guards = new Map<string, ModelGuard>();
  private readonly clicks = new PageClicks();
  private rolesBySurface = new Map<string, RolesInForce>([[ANY_SURFACE, { champion: null, before: null, shadow: null }]]);
  private history: RoleChange[] = [];
  private ready = new Set<string>();
  private mustList = true;
  private poll: NodeJS.Timeout | undefined;
  private readonly events: GuardEvents;
  readonly refresh: () => Promise<void>;

  constructor(private readonly ports: ModelsInForcePorts) {
    const { log, meters } = ports;
    this.loaded = createLoadedModels(SERVED_MODEL, ports);
    this.refresh = coalesced(() => this.takeOver());
    this.events = {
      anomaly(version, anomaly, detail) {
        meters.anomaly(anomaly);
        log.warn({ alert: 'model-anomaly', version, anomaly }, `model ${version} rests, and rules serve: ${detail}`);
        ports.notices
          .publish('models', RESTS + version)
          .catch((error: unknown) => ports.onError(error, `tell other processes that model ${version} rests`));
      },
      broken: (version, reason) => this.quarantine(version, reason),
    };
  }

  async open(): Promise<void> {
    const quietly = () => void this.refresh().catch((error: unknown) => this.ports.onError(error, 'refresh the models'));
    await this.refresh();
    this.ports.notices.subscribe('models', (about) => {
      if (about.startsWith(RESTS)) return this.rest(about.slice(RESTS.length));
      this.mustList = true;
      quietly();
    });
    this.poll = setInterval(quietly, POLL_MS);
    this.poll.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.poll);
    await this.loaded.close();
  }

  of(surface: string): ChosenModels {
    const { champion, before } = this.rolesOn(surface);
    if (champion === null) return { models: NO_MODELS, version: null };
    return { models: this.inOrder([champion, before]), version: champion };
  }

  async pinned(surface: string, version: string | null): Promise<ChosenModels> {
    if (version === null) return { models: NO_MODELS, version: null };
    const { champion, before } = this.rolesOn(surface);
    if (version === champion) return this.of(surface);
    const isThere =
      this.ready.has(version) &&
      (await this.loaded.load(version).then(
        () => true,
        () => false,
      ));
    if (isThere) return { models: this.inOrder([version, before === version ? null : before]), version };
    const now = this.of(surface);
    return { ...now, models: { ...now.models, givenUp: [...new Set([...now.models.givenUp, 'MODEL_MISSING' as const])] } };
  }

  async previewed(version: string): Promise<ChosenModels> {
    const record = await this.ports.modelStore.get(SERVED_MODEL, version);
    if (!record) throw new AppError('NOT_FOUND', `the model "${SERVED_MODEL}" has no version ${shown(version)}`);
    if (record.status !== 'READY')
      throw new AppError('CONFLICT', `version ${shown(version)} of "${SERVED_MODEL}" is ${record.status}; it has to be READY`);
    const model = await this.loaded.load(version).catch((error: unknown) => this.ports.onError(error, `load model ${version}`));
    return { models: model ? { inUse: [model], givenUp: [] } : NO_MODELS, version };
  }

  shadowOf(surface: string): LoadedModel | null {
    const { shadow } = this.rolesOn(surface);
    return shadow === null ? null : this.loaded.get(shadow);
  }

  observePage({ feedId }: Pick<Page, 'feedId'>, built: BuiltPage): void {
    const now = this.ports.clock();
    for (const { stage, name, ms, failed } of built.trace)
      if (stage === 'score' && name === 'model') this.ports.meters.ran(ms / 1_000, failed === undefined);
    const tells = tellsOfModel(built);
    for (const { version, fault } of built.modelFaults)
      if (tells || fault.degradation !== 'MODEL_ABSURD') this.guards.get(version)?.failed(fault, now);
    if (built.modelVersion === null) return;
    this.guards.get(built.modelVersion)?.served(built, now);
    if (!tells) return;
    this.clicks.served(feedId, built.modelVersion, built.placed.length, now);
  }

  observeEvents(events: readonly LedgerEvent[]): void {
    const now = this.ports.clock();
    this.clicks.observe(events);
    for (const { version, items, clicks } of this.clicks.ripe(now)) this.guards.get(version)?.clicked(items, clicks, now);
  }

  driftOf(version: string): readonly { feature: string; psi: number }[] {
    return this.guards.get(version)?.driftByFeature ?? [];
  }

  /** What one process finds absurd, none asks; each tries it again by itself when the rest is over. */
  private rest(version: string): void {
    const model = this.loaded.get(version);
    if (model) this.guardOf(model).restAsTold(this.ports.clock());
  }

  private rolesOn(surface: string): RolesInForce {
    return this.rolesBySurface.get(surface) ?? this.rolesBySurface.get(ANY_SURFACE)!;
  }

  /** Those that may be asked, in order. Where the first of them may not, what keeps it is named; one that behaves strangely has no deputy. */
  private inOrder([first, second]: [string, string | null]): ModelsForPage {
    const model = this.loaded.get(first);
    const refusal = model ? this.guardOf(model).refusal(this.ports.clock()) : { degradation: 'MODEL_MISSING' as const, isAnomaly: false };
    const inUse = model && !refusal ? [model] : [];
    if (second !== null && !refusal?.isAnomaly) {
      const deputy = this.loaded.get(second);
      if (deputy && !this.guardOf(deputy).refusal(this.ports.clock())) inUse.push(deputy);
    }
    return { inUse, givenUp: refusal ? [refusal.degradation] : [] };
  }

  private guardOf({ manifest }: LoadedModel): ModelGuard {
    let guard = this.guards.get(manifest.version);
    if (!guard) this.guards.set(manifest.version, (guard = new ModelGuard(manifest, this.events)));
    return guard;
  }

  private quarantine(version: string, reason: string): void {
    this.ports.log.warn({ alert: 'model-quarantined', version }, `model ${version} is quarantined: ${reason}`);
    this.ports.modelStore
      .quarantine(SERVED_MODEL, version, reason)
      .then(() => {
        this.mustList = true;
        return this.refresh();
      })
      .catch((error: unknown) => this.ports.onError(error, `quarantine model ${version}`));
  }

  /** Roles change hands only when those who get them are loaded. */
  private async takeOver(): Promise<void> {
    const { modelStore, onError } = this.ports;
    const history = await modelStore.roleHistory(SERVED_MODEL);
    if (this.mustList || history.length !== this.history.length) {
      const list = await modelStore.list();
      this.ready = new Set(list.filter(({ name, status }) => name === SERVED_MODEL && status === 'READY').map(({ version }) => version));
      this.mustList = false;
    }
    this.history = history;
    const isReady = (version: string): boolean => this.ready.has(version);
    const rolesBySurface = new Map(
      [ANY_SURFACE, ...surfacesWithRoles(history)].map((surface) => [surface, rolesInForce(history, surface, isReady)]),
    );
    const wanted = new Set(
      [...rolesBySurface.values()].flatMap(({ champion, before, shadow }) => [champion, shadow, before].filter((v) => v !== null)),
    );
    for (const version of wanted) {
      if (this.loaded.get(version) || this.loaded.hasFailed(version)) continue;
      await this.loaded.load(version).catch((error: unknown) => onError(error, `load model ${version}`));
    }
    this.rolesBySurface = rolesBySurface;
    this.loaded.sweep(wanted);
    for (const version of this.guards.keys()) if (!wanted.has(version) && !this.loaded.get(version)) this.guards.delete(version);
  }
}
