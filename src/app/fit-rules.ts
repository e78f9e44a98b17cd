import { AppError } from '../core/errors.js';
import { labelsOf } from '../core/exposures/labels.js';
import { exposureId } from '../core/exposures/exposure.js';
import { type Choice, fittingRules } from '../core/scoring/fit-rules.js';
import { type RankingConfig } from '../core/settings.js';
import { DAY_MS } from '../core/time.js';
import { type ExportedPage, type ExposureExports } from '../ports/exposure-exports.js';
import { consenting, type Consents } from './exports.js';
import { inSlices } from './neighbours-job.js';
import { type SettingsInForce } from './settings-in-force.js';

export interface FitRulesPorts extends Consents {
  exposureExports: ExposureExports;
  settings: Pick<SettingsInForce, 'of' | 'createDraft'>;
  clock: () => number;
}

/** Nobody in particular: the service itself. */
const AUTHOR = 'imago';
const WINDOW_DAYS = 90;
/** Fewer pages of which something was taken say more of chance than of taste. */
const LEAST_CHOICES = 100;
const MOST_CHOICES = 20_000;
const MOST_WEIGHT = 100;
/** What stands higher is taken more often whatever it is: the fit is told the place, and what that explains is not put down to the rules. */
const PLACE = 'ln(position)';

/**
 * Fit the rules of a surface to what users took of the pages that they were shown, and keep the weights as a draft for an operator to read: of the last 90
 * days, of users who let models learn from them. Rules for baskets stay as they are.
 *
 * @throws AppError CONFLICT where too little was taken
 */
export function createFitRules({ exposureExports, settings, clock, ...consent }: FitRulesPorts) {
  return async (surface: string): Promise<RankingConfig> => {
    const now = clock();
    const names = settings
      .of(surface)
      .settings.rules.filter(({ name, value }) => value !== 0 && !name.startsWith('cross.basket'))
      .map(({ name }) => name);
    const choices: Choice[] = [];
    let seen = 0;
    const pages = exposureExports.pages({ from: now - WINDOW_DAYS * DAY_MS, to: now, asOf: now, surface });
    for await (const batch of consenting(pages, consent))
      for (const entry of batch) {
        const choice = choiceOf(entry, names);
        if (choice) choices[seen++ % MOST_CHOICES] = choice;
      }
    if (choices.length < LEAST_CHOICES)
      throw new AppError(
        'CONFLICT',
        `surface "${surface}" has ${choices.length} pages of the last ${WINDOW_DAYS} days of which something was taken; a fit needs at least ${LEAST_CHOICES}`,
      );
    const { weights } = await inSlices(fittingRules(choices, { names: [...names, PLACE] }), clock);
    const weightByName = new Map(weights.map(({ name, value }) => [name, Math.min(MOST_WEIGHT, Math.max(-MOST_WEIGHT, value))]));
    return settings.createDraft({ surface, rules: names.map((name) => ({ name, value: weightByName.get(name) ?? 0 })) }, AUTHOR);
  };
}

/** What was taken of a page; null where that was nothing or everything, or where the page lacks a feature. */
function choiceOf({ page, outcomes }: ExportedPage, names: readonly string[]): Choice | null {
  const columns = names.map((name) => page.featureNames.indexOf(name));
  if (columns.includes(-1)) return null;
  const taken = page.placed.flatMap(({ position }, row) => {
    const own = outcomes.filter((outcome) => outcome.exposureId === exposureId(page.feedId, position));
    return Object.values(labelsOf(page.servedAt, own)).some(({ label }) => label === 1) ? [row] : [];
  });
  if (taken.length === 0 || taken.length === page.placed.length) return null;
  const width = names.length + 1;
  const features = new Float32Array(page.placed.length * width);
  page.placed.forEach(({ position }, row) => {
    columns.forEach((column, i) => (features[row * width + i] = page.features[row * page.featureNames.length + column]));
    features[row * width + names.length] = Math.log(position);
  });
  return { features, taken };
}
