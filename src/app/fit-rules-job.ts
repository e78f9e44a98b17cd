import { AppError } from '../core/errors.js';
import { DAY_MS } from '../core/time.js';
import { type Log } from '../ports/log.js';
import { type App } from './app.js';

const WEEK_MS = 7 * DAY_MS;
const LOOKED_BACK = 50;

/** Once a week a draft of fitted rules for home, for an operator to read; quiet where too little was taken to learn from. */
export function createFitRulesJob({ app, clock, log }: { app: Pick<App, 'rankingConfigs' | 'fitRules'>; clock: () => number; log: Log }) {
  return async (): Promise<void> => {
    const drafts = await app.rankingConfigs('home', LOOKED_BACK);
    if (drafts.some(({ author, baseVersion, createdAt }) => author === 'imago' && baseVersion !== null && clock() - createdAt < WEEK_MS))
      return;
    try {
      const { version } = await app.fitRules('home');
      log.info({ version }, 'rules were fitted to what users took; they are a draft');
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
    }
  };
}
