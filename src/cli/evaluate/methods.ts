import { BASELINES, type Method } from '../../core/evaluation/methods.js';
import { type Service, serviceMethod, withoutSlate } from '../../core/evaluation/service-methods.js';
import { similarMethod } from '../../core/evaluation/similar-method.js';
import { buildPage } from '../../core/feed.js';
import { DEFAULT_SETTINGS } from '../../core/settings-defaults.js';
import { AppError } from '../../core/errors.js';
import { OF_INTEREST } from '../../core/evaluation/ratios.js';
import { type IntentModel } from '../../core/scoring/intent-model.js';
import { DAY_MS } from '../../core/time.js';

/**
 * Everything the command can measure, the one that others are compared with first.
 *
 * @param neighbourDays how far back the service learns its tables of neighbours; undefined is all there is
 * @param model         ranks as a method of its own
 */
export function methodsWith(neighbourDays: number | undefined, model?: IntentModel): Method[] {
  const service: Service = { buildPage, neighbourWindowMs: neighbourDays === undefined ? Infinity : neighbourDays * DAY_MS };
  const learnt = neighbourDays === undefined ? 'everything' : `the last ${neighbourDays} days`;
  const asked = `by default settings, as of the instant of asking; neighbours from ${learnt} in the fit data`;
  return [
    ...BASELINES,
    serviceMethod({
      name: 'rules',
      note: `candidates, filters, features and rules of this service ${asked}; no caps, no variety.`,
      service,
      settings: withoutSlate(DEFAULT_SETTINGS),
      isByScore: true,
    }),
    serviceMethod({ name: 'feed', note: `the pages of this service ${asked}.`, service, settings: DEFAULT_SETTINGS, isByScore: false }),
    similarMethod,
    ...(model ? [modelMethod(service, model, asked)] : []),
  ];
}

/** The same candidates in the order of a model's scores. It never steps down to rules unseen. */
function modelMethod(service: Service, model: IntentModel, asked: string): Method {
  const { name, version } = model.manifest;
  return serviceMethod({
    name: OF_INTEREST,
    note: `candidates, filters and features of this service ${asked}, ranked by ${name} ${version}; no caps, no variety.`,
    service: {
      ...service,
      buildPage: async (inputs) => {
        const page = await buildPage({ ...inputs, models: { inUse: [model], givenUp: [] } });
        if (page.scorer !== 'MODEL') throw new AppError('INVALID_INPUT', `the model ${version} could not rank a page: ${page.degraded.join(', ')}`); // prettier-ignore
        return page;
      },
    },
    settings: withoutSlate(DEFAULT_SETTINGS),
    isByScore: true,
  });
}
