import { AppError, shown } from '../../core/errors.js';
import { type LoadedModel, type ModelRuntime } from '../../ports/model-runtime.js';
import { type ModelStore } from '../../ports/model-store.js';

/** Versions without a role that stay in memory, for cursors and previews. */
const SPARE = 4;
/** Who was given a model may still ask it for so long. */
const GRACE_MS = 5_000;
/** A version that could not be loaded is not tried again at once. */
const RETRY_MS = 5_000;

interface Entry {
  model: LoadedModel;
  usedAt: number;
}

/** The versions of one model that are in memory. */
export interface LoadedModels {
  /** Null where it is not in memory. */
  get(version: string): LoadedModel | null;
  /** From memory, or loaded. @throws AppError NOT_FOUND, ModelFault where it cannot be loaded */
  load(version: string): Promise<LoadedModel>;
  /** Whether it was tried a moment ago and could not be loaded. */
  hasFailed(version: string): boolean;
  /** Let go of what nobody wants; the versions used last stay a while. */
  sweep(wanted: ReadonlySet<string>): void;
  close(): Promise<void>;
}

export function createLoadedModels(
  name: string,
  { modelStore, modelRuntime, clock }: { modelStore: ModelStore; modelRuntime: ModelRuntime; clock: () => number },
): LoadedModels {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<LoadedModel>>();
  const failedAt = new Map<string, number>();

  const open = async (version: string): Promise<LoadedModel> => {
    try {
      const [record, file] = await Promise.all([modelStore.get(name, version), modelStore.file(name, version)]);
      if (!record || !file) throw new AppError('NOT_FOUND', `the model ${shown(name)} has no version ${shown(version)}`);
      const model = await modelRuntime.load(record.manifest, file);
      entries.set(version, { model, usedAt: clock() });
      failedAt.delete(version);
      return model;
    } catch (error) {
      failedAt.set(version, clock());
      throw error;
    } finally {
      loading.delete(version);
    }
  };
  const get = (version: string): LoadedModel | null => {
    const entry = entries.get(version);
    if (!entry) return null;
    entry.usedAt = clock();
    return entry.model;
  };
  return {
    get,
    async load(version) {
      const there = get(version);
      if (there) return there;
      let opening = loading.get(version);
      if (!opening) loading.set(version, (opening = open(version)));
      return opening;
    },
    hasFailed: (version) => (failedAt.get(version) ?? -Infinity) > clock() - RETRY_MS,
    sweep(wanted) {
      const spare = [...entries].filter(([version]) => !wanted.has(version)).sort(([, a], [, b]) => b.usedAt - a.usedAt);
      for (const [version, { model, usedAt }] of spare.slice(SPARE)) {
        if (usedAt > clock() - GRACE_MS) continue;
        entries.delete(version);
        void model.release();
      }
    },
    async close() {
      await Promise.allSettled(loading.values());
      await Promise.all(Array.from(entries.values(), ({ model }) => model.release()));
      entries.clear();
    },
  };
}
