import { DriftTally, driftRows, LEAST_ROWS, SCORE } from '../../core/evaluation/drift/drift-tally.js';
import { ColumnSample } from '../../core/evaluation/drift/column-sample.js';
import { FairnessTally, LEAST_RATIO } from '../../core/evaluation/fairness/fairness-tally.js';
import { smallCreators } from '../../core/evaluation/fairness/small-creators.js';
import { seededRandom } from '../../core/random.js';
import { DAY_MS, HOUR_MS, utcDay } from '../../core/time.js';
import { type ArtefactStore } from '../../ports/artefact-store.js';
import { type CatalogueStore } from '../../ports/catalogue-store.js';
import { type ExportedPage, type ExposureExports } from '../../ports/exposure-exports.js';
import { type Log } from '../../ports/log.js';
import { type EvidenceDay, type ModelEvidenceStore } from '../../ports/model-evidence-store.js';
import { type ModelStore } from '../../ports/model-store.js';
import { consenting, type Consents } from '../exports.js';
import { SERVED_MODEL } from '../models/models-in-force.js';
import { groupsOfPage, shownOf } from './shown-items.js';

export interface ModelEvidencePorts extends Consents {
  exposureExports: ExposureExports;
  catalogueStore: Pick<CatalogueStore, 'changesSince'>;
  modelStore: Pick<ModelStore, 'get'>;
  modelEvidence: ModelEvidenceStore;
  artefacts: ArtefactStore;
  clock: () => number;
  log: Log;
}

/** Clicks have an hour, and what came late another. */
const SETTLED_MS = 2 * HOUR_MS;
const MOST_DAYS_BEHIND = 30;
const SAMPLE = 5_000;
const DONE = 'model-evidence-done';
const ITEMS_A_BATCH = 5_000;

/** Days that are over and not looked at yet, oldest first: since the last one that was, a month at most. The first call begins with the day after. */
export async function daysDue({ artefacts, clock }: Pick<ModelEvidencePorts, 'artefacts' | 'clock'>): Promise<string[]> {
  const last = Math.floor((clock() - SETTLED_MS) / DAY_MS) * DAY_MS - DAY_MS;
  const done = await artefacts.get(DONE);
  if (!done) {
    await artefacts.put(DONE, Buffer.from(utcDay(last)));
    return [];
  }
  const since = Date.parse(Buffer.from(done).toString());
  const days: string[] = [];
  for (let day = Math.max(since + DAY_MS, last - (MOST_DAYS_BEHIND - 1) * DAY_MS); day <= last; day += DAY_MS) days.push(utcDay(day));
  return days;
}

/** Find how fairly the models of each day served groups, and how far what they read has moved. A run that is cut off goes on with the day it was at. */
export async function runModelEvidence(ports: ModelEvidencePorts): Promise<void> {
  for (const day of await daysDue(ports)) {
    for (const found of await evidenceOf(day, ports)) {
      await ports.modelEvidence.put(found);
      for (const alarm of found.alarms) ports.log.warn({ alert: 'model-evidence', version: found.version, day }, alarm);
    }
    await ports.artefacts.put(DONE, Buffer.from(day));
  }
}

/** What the first reading of a day finds of a version. */
interface FirstLook {
  rows: number;
  scores: ColumnSample;
  columns: Map<string, ColumnSample>;
  exposuresByCreator: Map<string, number>;
}

async function evidenceOf(day: string, ports: ModelEvidencePorts): Promise<EvidenceDay[]> {
  const creatorOf = await creators(ports);
  const looks = new Map<string, FirstLook>();
  for await (const entry of pagesOf(day, ports)) lookAt(entry, looks, creatorOf);
  const tallies = new Map<string, Tallies>();
  for (const [version, look] of looks) tallies.set(version, await talliesOf(version, look, ports));
  for await (const entry of pagesOf(day, ports)) await count(entry, tallies.get(entry.page.modelVersion!)!, creatorOf, ports);
  return Promise.all([...looks].map(([version, look]) => conclude({ version, day, look, tallies: tallies.get(version)! }, ports)));
}

/** Pages of a day that a model decided, of users who agreed to be analysed. */
async function* pagesOf(day: string, ports: ModelEvidencePorts): AsyncGenerator<ExportedPage> {
  const from = Date.parse(day);
  const range = { from, to: from + DAY_MS, surface: null, asOf: ports.clock() - 20_000 };
  for await (const batch of consenting(ports.exposureExports.pages(range), ports, 'ANALYTICS'))
    for (const entry of batch) if (entry.page.modelVersion !== null && entry.page.placed.length > 0) yield entry;
}

/** Numbers of items are small and dense, so that an array is the smallest map. */
async function creators({ catalogueStore }: ModelEvidencePorts): Promise<(string | null)[]> {
  const creatorOf: (string | null)[] = [];
  for (let revision = 0; ;) {
    const changes = await catalogueStore.changesSince(revision, ITEMS_A_BATCH);
    for (const { no, item } of changes.items) creatorOf[no] = item.creatorId ?? null;
    if (changes.items.length === 0) return creatorOf;
    revision = changes.revision;
  }
}

function lookAt(entry: ExportedPage, looks: Map<string, FirstLook>, creatorOf: readonly (string | null)[]): void {
  const { page } = entry;
  const version = page.modelVersion!;
  let look = looks.get(version);
  if (!look) {
    look = { rows: 0, scores: new ColumnSample(SAMPLE, seededRandom(1)), columns: new Map(), exposuresByCreator: new Map() };
    looks.set(version, look);
  }
  const { columns, scores, exposuresByCreator } = look;
  const width = page.featureNames.length;
  page.placed.forEach(({ score, itemNo }, row) => {
    look.rows++;
    scores.add(score);
    const creator = creatorOf[itemNo];
    if (creator) exposuresByCreator.set(creator, (exposuresByCreator.get(creator) ?? 0) + 1);
    page.featureNames.forEach((name, column) => {
      if (!columns.has(name)) columns.set(name, new ColumnSample(SAMPLE, seededRandom(column + 2)));
      columns.get(name)!.add(page.features[row * width + column]);
    });
  });
}

interface Tallies {
  fairness: FairnessTally;
  drift: DriftTally;
  small: Set<string>;
  /** Whether this day is what later ones are held against. */
  isFirst: boolean;
}

async function talliesOf(version: string, look: FirstLook, { modelStore, modelEvidence }: ModelEvidencePorts): Promise<Tallies> {
  const trained = (await modelStore.get(SERVED_MODEL, version))?.manifest.quantiles ?? {};
  const own = await modelEvidence.baseline(version);
  return {
    fairness: new FairnessTally(look.scores.quantiles()),
    drift: new DriftTally({ ...own, ...trained }),
    small: smallCreators(look.exposuresByCreator),
    isFirst: own === null && look.rows >= LEAST_ROWS,
  };
}

async function count(
  entry: ExportedPage,
  { fairness, drift, small }: Tallies,
  creatorOf: readonly (string | null)[],
  { people }: ModelEvidencePorts,
): Promise<void> {
  const { page } = entry;
  const userId = page.userId!;
  const { attributes } = (await people.many([userId])).get(userId)!;
  const groups = groupsOfPage(page, attributes);
  drift.add(page.featureNames, page.features, page.placed.map(({ score }) => score)); // prettier-ignore
  for (const { placed, clicked } of shownOf(entry)) {
    const creator = creatorOf[placed.itemNo];
    const ofItem = creator ? ([['creator', small.has(creator) ? 'small' : 'large']] as const) : [];
    fairness.add({ userId, position: placed.position, score: placed.score, clicked }, [...groups, ...ofItem]);
  }
}

async function conclude(
  { version, day, look, tallies }: { version: string; day: string; look: FirstLook; tallies: Tallies },
  { modelEvidence }: ModelEvidencePorts,
): Promise<EvidenceDay> {
  const dayBefore = utcDay(Date.parse(day) - DAY_MS);
  const before = (await modelEvidence.latest(version, 1, dayBefore)).find((found) => found.day === dayBefore);
  const drift = tallies.drift.found();
  const fairness = tallies.fairness.rows();
  const drifted = driftRows(drift, before?.drift ?? []).filter((row) => row.drifted);
  const unfair = fairness.filter(({ ratio, isBeyondChance }) => ratio < LEAST_RATIO && isBeyondChance);
  const baseline = tallies.isFirst
    ? Object.fromEntries([
        [SCORE, look.scores.quantiles()],
        ...[...look.columns].map(([name, column]) => [name, column.quantiles()] as const),
      ])
    : null;
  const alarms = [
    ...drifted.map(({ feature, psi }) => `${feature} has drifted: its stability index is ${psi.toFixed(2)}, on two days`),
    ...unfair.map(({ group, value, ratio }) => `${group} ${value} is served ${ratio.toFixed(2)} times as well as the best-served`),
  ];
  return { version, day, rows: look.rows, fairness, drift, baseline, alarms };
}
