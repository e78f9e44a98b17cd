import { explainedTerms, explainPrediction } from '../core/scoring/explain-model.js';
import { type IntentModel } from '../core/scoring/intent-model.js';
import { type RankingConfig } from '../core/settings.js';
import { type ExposureEntry } from '../ports/exposure-log.js';

export interface ExplainContributionsPorts {
  models: { previewed(version: string): Promise<{ models: { inUse: readonly IntentModel[] } }> };
  settings: { version(surface: string, version: number): Promise<RankingConfig> };
}

/** Somebody waits for one explanation, and requests may wait for the same model. */
const TIMEOUT_MS = 2_000;

type Contributions = ExposureEntry['placed']['contributions'];

/**
 * The terms of a logged score. Those of rules are logged as they are. What a model said is taken apart into groups of features, from the features as logged and
 * by the version that scored them; where it can no longer be asked, the logged terms, by objective, stand.
 */
export async function contributionsOfEntry(
  { page, placed, features }: ExposureEntry,
  ports: ExplainContributionsPorts,
): Promise<Contributions> {
  const { contributions } = placed;
  if (page.scorer !== 'MODEL' || page.modelVersion === null) return contributions;
  try {
    const [{ models }, config] = await Promise.all([
      ports.models.previewed(page.modelVersion),
      ports.settings.version(page.surface, page.configVersion),
    ]);
    const model = models.inUse.find(({ manifest }) => manifest.version === page.modelVersion);
    if (!model) return contributions;
    const explained = await explainPrediction(model, features, TIMEOUT_MS);
    // Where the caller's own scores were mixed in, objectives acted by other weights than their own.
    const isMixed = page.kind === 'rank' && contributions.some(({ name }) => name === 'request.prior@1' || name === 'scaling');
    const weightOf = (head: string): number | undefined =>
      isMixed ? undefined : config.settings.objectives.find(({ name }) => name === head)?.value;
    return explainedTerms(contributions, explained, { readsMore: model.reads.size > 1, weightOf });
  } catch {
    return contributions;
  }
}
