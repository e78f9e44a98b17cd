import { deserialize, serialize } from 'node:v8';
import { type Population } from '../core/tags/population.js';
import { type Received } from '../core/tags/received.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type Log } from '../ports/log.js';
import { type Notices } from '../ports/notices.js';
import { coalesced } from './coalesced.js';

/** Under which what was learned of everyone is kept. */
export const POPULATION_ARTEFACT = 'population-1';

/** What was learned of all users, and what each received of others. */
export interface Learned {
  population: Population;
  receivedByUser: ReadonlyMap<string, Received>;
}

export interface PopulationInForce {
  /** Null before anything was learned. */
  current(): Learned | null;
}

export const packLearned = (learned: Learned): Uint8Array => serialize(learned);
export const unpackLearned = (bytes: Uint8Array): Learned => deserialize(bytes) as Learned;

/** Follow what is learned of everyone, on whatever process it is. */
export async function openPopulation(ports: {
  artefacts: ArtefactStore;
  notices: Notices;
  log: Log;
  onError: (error: unknown, doing: string) => void;
}): Promise<PopulationInForce> {
  const { artefacts, notices, log, onError } = ports;
  let learned: Learned | null = null;
  const refresh = coalesced(async () => {
    const bytes = await artefacts.get(POPULATION_ARTEFACT);
    if (!bytes) return;
    try {
      learned = unpackLearned(bytes);
    } catch (error) {
      log.error({ err: error }, 'what was kept of the population cannot be read; what is known stays in use until it is learned anew');
    }
  });
  await refresh();
  notices.subscribe('population', () => void refresh().catch((error: unknown) => onError(error, 'refresh what was learned of all users')));
  return { current: () => learned };
}
