import { BASELINES, type Method } from '../../core/evaluation/methods.js';
import { type Service, serviceMethod, withoutSlate } from '../../core/evaluation/service-methods.js';
import { buildPage } from '../../core/feed.js';
import { DEFAULT_SETTINGS } from '../../core/settings-defaults.js';
import { DAY_MS } from '../../core/time.js';

/**
 * Everything the command can measure, the one that others are compared with first.
 *
 * @param neighbourDays how far back the service learns its tables of neighbours; undefined is all there is
 */
export function methodsWith(neighbourDays: number | undefined): Method[] {
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
  ];
}
