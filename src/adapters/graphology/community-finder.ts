import { Worker } from 'node:worker_threads';
import { type Communities } from '../../core/candidates/graph/standing.js';
import { type CommunityFinder } from '../../ports/communities.js';

const ENTRY = new URL('./circles-thread.mjs', import.meta.url);
const MEMORY_MB = 2048;

/**
 * Communities of largest modularity, found in a thread of their own that ends with the answer.
 *
 * @see Blondel, Guillaume, Lambiotte and Lefebvre 2008, doi:10.1088/1742-5468/2008/10/P10008
 */
export const communityFinder: CommunityFinder = {
  find: (users, ties, seed) =>
    new Promise<Communities>((resolve, reject) => {
      const thread = new Worker(ENTRY, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB }, execArgv: [], env: {} });
      thread.unref();
      thread.once('message', (found: Communities) => {
        resolve(found);
        void thread.terminate();
      });
      thread.once('error', reject);
      thread.once('exit', (code) => reject(new Error(`the thread that finds circles ended with ${code}`)));
      thread.postMessage({ ...ties, users, seed });
    }),
};
