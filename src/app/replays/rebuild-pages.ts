import { differenceOf, remakePage } from '../../core/exposures/remake-page.js';
import { type Log } from '../../ports/log.js';
import { type App, type RawInput } from '../app.js';
import { readRequestsQuery } from '../export-query.js';
import { createPause, type PoolPorts, wholePools } from './read-pools.js';
import { type ModelPorts, ModelsForWork, scoredAsServed } from './target-policy.js';

interface Ports extends PoolPorts, ModelPorts {
  clock: () => number;
  log: Log;
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;
/** So many differences are told. */
const MOST_TOLD = 100;

/**
 * Make all pages again whose pools were logged, by their logged settings and model versions, and hold them against the log: a line for each that differs, and one
 * at the end that counts.
 */
export function createRebuildPages(ports: Ports): Pick<App, 'rebuildPages'> {
  return {
    rebuildPages(parameters: RawInput) {
      const range = readRequestsQuery(parameters, ports.clock());
      return { asOf: range.asOf, pieces: rebuilt(range, ports) };
    },
  };
}

async function* rebuilt(range: ReturnType<typeof readRequestsQuery>, ports: Ports): AsyncGenerator<string> {
  const models = new ModelsForWork(ports);
  const pause = createPause();
  let [pages, equal, unscored] = [0, 0, 0];
  try {
    for await (const served of wholePools(range, ports)) {
      const { page, pool } = served;
      const { settings } = pool.inputs;
      const scored = await scoredAsServed(served, settings, models);
      // A model that cannot be asked leaves its scores to the log; everything after them is made again all the same.
      if ('fault' in scored) unscored++;
      const difference = differenceOf(page, pool, remakePage(pool, page.featureNames, settings, 'fault' in scored ? null : scored.by));
      pages++;
      if (difference === null) equal++;
      else if (pages - equal <= MOST_TOLD) yield line({ feedId: page.feedId, pageNo: page.pageNo, difference });
      await pause();
    }
  } finally {
    await models.release();
  }
  yield line({ done: true, pages, equal, scoresFromLog: unscored });
}
