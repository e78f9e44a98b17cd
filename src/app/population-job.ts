import { kmeansGenerator } from 'ml-kmeans';
import { hash32 } from '../core/random.js';
import { emptyCursor } from '../core/tags/cursor.js';
import { learnPopulation, type Lesson, lessonOf } from '../core/tags/lessons.js';
import { Receptions } from '../core/tags/received.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type Notices } from '../ports/notices.js';
import { inSlices } from './neighbours-job.js';
import { foldOptionsOf } from './people/fold-options.js';
import { type People } from './people/people.js';
import { packLearned, POPULATION_ARTEFACT, unpackLearned } from './population.js';
import { type ShopIndex } from './shop-index.js';

/** Users learned from at most, chosen by hash of their ids. */
const SAMPLE = 2_000;
const RECEIVERS = 100_000;
const GROUPS = 12;
const SEED = 1;
const MAX_ITERATIONS = 100;

export interface PopulationPorts {
  ledger: Ledger;
  artefacts: ArtefactStore;
  notices: Notices;
  index: ShopIndex;
  people: Pick<People, 'get' | 'purposesOf' | 'sharesTies'>;
  timeZone: string;
  currency: string;
  clock: () => number;
  log: Log;
}

/** Learn fifths of customers, the risk of leaving and groups of users from a sample, and count what users do to each other. */
export function createPopulationJob(ports: PopulationPorts): () => Promise<boolean> {
  const { artefacts, notices, clock, log } = ports;

  return async () => {
    const started = clock();
    const { userIds, receptions } = await readLedger(ports);
    const lessons = await lessonsOf(userIds, ports, started);
    const before = await readBefore(ports);
    const population = await learnPopulation(lessons, { now: started, groups: GROUPS, cluster: clusterWith(clock), before });
    await artefacts.put(POPULATION_ARTEFACT, packLearned({ population, receivedByUser: receptions.counted(started) }));
    await notices.publish('population');
    const tookMs = clock() - started;
    const { churn, segmentation, users } = population;
    log.info(
      { users, groups: segmentation?.segments.length ?? 0, churnAuc: churn?.auc, churnCalibrationError: churn?.calibrationError, tookMs },
      'learned groups of users and who is about to leave',
    );
    return true;
  };
}

/** Up to 2,000 users chosen evenly, and what everyone did to others, of those who share their ties. */
async function readLedger({ ledger, index, people }: PopulationPorts): Promise<{ userIds: string[]; receptions: Receptions }> {
  const receptions = new Receptions(RECEIVERS);
  const sampled = new Map<string, number>();
  let highest = 2 ** 32;
  for await (const events of ledger.eventsSince(emptyCursor())) {
    for (const event of events) {
      const hash = hash32(event.userId);
      if (hash < highest) sampled.set(event.userId, hash);
      if (people.sharesTies(event.userId)) receptions.observe(event, index.shop.catalogue.creatorIdOf(event.itemNo));
    }
    while (sampled.size > SAMPLE) {
      highest /= 2;
      for (const [userId, hash] of sampled) if (hash >= highest) sampled.delete(userId);
    }
  }
  return { userIds: [...sampled.keys()].sort(), receptions };
}

async function lessonsOf(userIds: readonly string[], ports: PopulationPorts, now: number): Promise<Lesson[]> {
  const { ledger, index, people, timeZone } = ports;
  const lessons: Lesson[] = [];
  for (const userId of userIds) {
    const person = await people.get(userId);
    const purposes = people.purposesOf(person, Infinity);
    if (!purposes.has('PERSONALISATION') || !purposes.has('ANALYTICS')) continue;
    const events = await ledger.eventsOfUser(userId, emptyCursor());
    const foldOptions = foldOptionsOf(person, people, ports);
    lessons.push(lessonOf(events, { now, timeZone, foldOptions, itemOf: (itemNo) => index.shop.catalogue.row(itemNo) }));
  }
  return lessons;
}

/** The groups of before, for their ids; without them where they cannot be read. */
async function readBefore({ artefacts, log }: PopulationPorts) {
  const bytes = await artefacts.get(POPULATION_ARTEFACT);
  try {
    return bytes && unpackLearned(bytes).population;
  } catch (error) {
    log.error({ err: error }, 'the groups of users that were kept cannot be read; they get new ids');
    return null;
  }
}

const clusterWith = (clock: () => number) => (rows: number[][], groups: number) =>
  inSlices(
    (function* () {
      let last = { centroids: [] as number[][], clusters: [] as number[] };
      for (const step of kmeansGenerator(rows, groups, { seed: SEED, maxIterations: MAX_ITERATIONS })) {
        last = step;
        yield;
      }
      return last;
    })(),
    clock,
  );
