import { serialize } from 'node:v8';
import { nameCircles } from '../core/candidates/graph/circle-names.js';
import { standingsOf, tiesOf, undirected } from '../core/candidates/graph/standing.js';
import { PopularityColumns } from '../core/candidates/popularity.js';
import { type Shop } from '../core/candidates/shop.js';
import { buildTrust } from '../core/candidates/trust/item-trust.js';
import { Opinions } from '../core/candidates/trust/opinions.js';
import { Judges } from '../core/events/authenticity/judges.js';
import { advance, emptyCursor } from '../core/tags/cursor.js';
import { type ArtefactStore } from '../ports/artefact-store.js';
import { type CommunityFinder } from '../ports/communities.js';
import { type Ledger } from '../ports/ledger.js';
import { type Log } from '../ports/log.js';
import { type Notices } from '../ports/notices.js';
import { type Erasures } from '../ports/people-store.js';
import { type Recount } from './derive-from-events.js';
import { inSlices } from './neighbours-job.js';
import { type ShopIndex } from './shop-index.js';
import { type Standing, STANDING_ARTEFACT } from './standing.js';

/** A build follows every actor, as far as memory allows: about a kilobyte each. */
const SKETCHES = 200_000;
const SEED = 1;

interface Ports {
  ledger: Ledger;
  artefacts: ArtefactStore;
  communities: CommunityFinder;
  erasures: Pick<Erasures, 'all'>;
  notices: Notices;
  index: ShopIndex;
  sharesTies: (userId: string) => boolean;
  clock: () => number;
  log: Log;
}

/**
 * Judge everybody by all that is retained, and from that build trust, quality and credit, circles, influence and bridges, and count popularity anew. What
 * was built while somebody was erased knows him still: it does not count as built, so that it is built again.
 */
export function createStandingJob(ports: Ports): () => Promise<boolean> {
  const { artefacts, notices, index, erasures, clock, log } = ports;
  const erased = async (): Promise<number> => (await erasures.all()).size;

  return async () => {
    const started = clock();
    const erasedBefore = await erased();
    const { judges, opinions } = await judgeAll(ports);
    const weightOf = (userId: string): number => judges.weightOf(userId);
    const trust = await inSlices(buildTrust(index.shop.catalogue, opinions, { now: started, weightOf }), clock);
    const graph = await buildGraph(ports, weightOf, started);
    const standing: Standing = { ...graph, trust, recount: await recountWith(judges, ports) };
    if ((await erased()) !== erasedBefore) return false;
    await artefacts.put(STANDING_ARTEFACT, serialize(standing));
    await notices.publish('standing');
    const tookMs = clock() - started;
    const machines = standing.recount.judges.length;
    log.info({ people: graph.standings.users.length, circles: graph.names.size, machines, tookMs }, 'built trust and the social graph');
    return (await erased()) === erasedBefore;
  };
}

async function judgeAll({ ledger, index }: Ports): Promise<{ judges: Judges; opinions: Opinions }> {
  const judges = new Judges(SKETCHES);
  const opinions = new Opinions();
  for await (const events of ledger.eventsSince(emptyCursor()))
    for (const event of events) {
      judges.observe(event);
      opinions.observe(event, index.shop.catalogue.creatorIdOf(event.itemNo));
    }
  return { judges, opinions };
}

async function recountWith(judges: Judges, { ledger }: Ports): Promise<Recount> {
  const popularity = new PopularityColumns();
  const cursor = emptyCursor();
  for await (const events of ledger.eventsSince(emptyCursor()))
    for (const event of events) {
      advance(cursor, event);
      if (event.attribution !== 'ORPHAN') popularity.observe(event, judges.weightOf(event.userId), true);
    }
  return { cursor, popularity: popularity.snapshot(), judges: judges.snapshot() };
}

async function buildGraph(
  { index, communities, sharesTies, clock }: Ports,
  weightOf: (userId: string) => number,
  now: number,
): Promise<Pick<Standing, 'standings' | 'names'>> {
  const ties = await inSlices(tiesOf(index.edges, { now, isShared: sharesTies, weightOf }), clock);
  const found = await communities.find(ties.users.length, await inSlices(undirected(ties), clock), SEED);
  const standings = await inSlices(standingsOf(ties, found, now), clock);
  const names = await inSlices(
    nameCircles(standings, (userId) => tastesOf(userId, index.shop)),
    clock,
  );
  return { standings, names };
}

/** Names of what somebody bought and liked lately: its narrowest category, brand and creator. */
function* tastesOf(userId: string, { acts, catalogue }: Shop): Generator<string> {
  for (const { itemNo } of acts.of(userId)) {
    const item = catalogue.row(itemNo)?.item;
    const names = item ? [item.categories[item.categories.length - 1], item.brand, item.creatorId] : [];
    for (const name of names) if (name !== null) yield name;
  }
}
