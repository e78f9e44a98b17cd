import { type App } from '../app.js';
import { createCocoonTrend, type CocoonTrendPorts } from './cocoon-trend.js';
import { createExposureFairness } from './exposure-fairness.js';
import { createVerifyCocoons, type VerifyCocoonsPorts } from './verify-cocoons.js';

/** What is told of the cocoons of all users. */
export const createCocoonReports = (
  ports: CocoonTrendPorts & VerifyCocoonsPorts,
): Pick<App, 'cocoonTrend' | 'exposureFairness' | 'verifyCocoons'> => ({
  cocoonTrend: createCocoonTrend(ports),
  exposureFairness: createExposureFairness(ports),
  verifyCocoons: createVerifyCocoons(ports),
});
