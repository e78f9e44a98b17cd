import { type ServedPage } from '../../core/evaluation/replay/replay.js';
import { ownScorer, type RemadePage, remakePage } from '../../core/exposures/remake-page.js';
import { askAgain, unanswerable } from '../../core/scoring/ask-again.js';
import { type ScoredBy } from '../../core/scoring/score-again.js';
import { type RankingSettings } from '../../core/settings.js';
import { type LoadedModel, type ModelRuntime } from '../../ports/model-runtime.js';
import { type ModelStore } from '../../ports/model-store.js';
import { SERVED_MODEL } from '../models/models-in-force.js';

export interface ModelPorts {
  modelStore: Pick<ModelStore, 'get' | 'file'>;
  modelRuntime: Pick<ModelRuntime, 'load'>;
}

/** No request waits for an answer. */
const PATIENCE_MS = 10_000;

/** Models that are in memory for as long as some work lasts, whatever became of them since. */
export class ModelsForWork {
  private readonly loaded = new Map<string, Promise<LoadedModel | null>>();

  constructor(private readonly ports: ModelPorts) {}

  /** Null for a version that is not there any more. @throws ModelFault where it cannot be loaded */
  get(name: string, version: string): Promise<LoadedModel | null> {
    const key = `${name} ${version}`;
    let model = this.loaded.get(key);
    if (!model) this.loaded.set(key, (model = this.load(name, version)));
    return model;
  }

  private async load(name: string, version: string): Promise<LoadedModel | null> {
    const { modelStore, modelRuntime } = this.ports;
    const [record, file] = await Promise.all([modelStore.get(name, version), modelStore.file(name, version)]);
    return record && file ? modelRuntime.load(record.manifest, file) : null;
  }

  async release(): Promise<void> {
    for (const model of await Promise.allSettled(this.loaded.values()))
      if (model.status === 'fulfilled' && model.value) await model.value.release();
  }
}

/** What scores a logged page, or why nothing that can be asked does. */
export type PageScorer = { by: ScoredBy | null } | { fault: string };

/** The probabilities of a version for a page, with what its settings make of them. */
export async function scoredByModel(
  { page, pool }: ServedPage,
  { name, version }: { name: string; version: string },
  settings: RankingSettings,
  models: ModelsForWork,
): Promise<PageScorer> {
  const model = await models.get(name, version);
  if (!model) return { fault: `version ${version} of the model is not kept any more` };
  const fault = unanswerable(model);
  if (fault !== null) return { fault };
  const heads = await askAgain(model, pool.inputs.score, { ...pool, featureNames: page.featureNames }, PATIENCE_MS);
  return { by: { scorer: 'MODEL', heads, objectives: settings.objectives } };
}

/** What scored a page, under some settings. */
export async function scoredAsServed(served: ServedPage, settings: RankingSettings, models: ModelsForWork): Promise<PageScorer> {
  const { scorer, modelVersion } = served.page;
  if (scorer !== 'MODEL' || modelVersion === null) return { by: ownScorer(scorer, settings) };
  return scoredByModel(served, { name: SERVED_MODEL, version: modelVersion }, settings, models);
}

/** What a page would have been under another model, other settings, or both; null stands for those it had. */
export interface TargetPolicy {
  model: { name: string; version: string } | null;
  settings: RankingSettings | null;
}

/** The page that a policy would have made of a logged pool, or why that cannot be told. */
export async function targetPage(served: ServedPage, target: TargetPolicy, models: ModelsForWork): Promise<RemadePage | { fault: string }> {
  const settings = target.settings ?? served.pool.inputs.settings;
  const scored = target.model
    ? await scoredByModel(served, target.model, settings, models)
    : await scoredAsServed(served, settings, models);
  if ('fault' in scored) return scored;
  return remakePage(served.pool, served.page.featureNames, settings, scored.by);
}
