import { REGIONAL } from '../candidates/catalogue.js';
import { contentSimilarity } from '../candidates/content.js';
import { decodeGeohash, distanceKm } from '../candidates/geohash.js';
import { NumberTable } from '../candidates/number-table.js';
import { BASKET_COMPARED } from '../candidates/related-sources.js';
import { forNeighbours, type Signals } from '../candidates/signals.js';
import { DAY_MS, HOUR_MS } from '../time.js';
import { columnGroup, constant, type FeatureInput, log1p } from './feature-group.js';

const NEARNESS_HALF_KM = 10;
const DAY_HOURS = 24;
const WEEK_HOURS = 168;
/** 1 January 1970 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** Hours since Monday began where the user is, from the hour that his clock shows: 0 to 168. */
function weekHour(now: number, hour: number): number {
  const utcHour = Math.floor(now / HOUR_MS) % DAY_HOURS;
  const ahead = ((hour - utcHour + DAY_HOURS / 2 + DAY_HOURS) % DAY_HOURS) - DAY_HOURS / 2;
  const day = Math.floor((now + ahead * HOUR_MS) / DAY_MS) + FIRST_WEEKDAY;
  return (day % 7) * DAY_HOURS + hour;
}

const weekAngle = ({ now, request }: Signals): number => (2 * Math.PI * weekHour(now, request.hour)) / WEEK_HOURS;
const dayAngle = ({ request }: Signals): number => (2 * Math.PI * request.hour) / DAY_HOURS;

function hourActivity({ taste, request }: Signals): number {
  const total = taste?.hours.reduce((sum, activity) => sum + activity, 0) ?? 0;
  return taste && total > 0 ? taste.hours[request.hour] / total : 0;
}

function writeNearness(values: Float32Array, { request, shop }: Signals, { candidates: { itemNos } }: FeatureInput): void {
  const here = request.geohash === null ? null : decodeGeohash(request.geohash);
  if (!here) return;
  for (let row = 0; row < itemNos.length; row++) {
    const there = shop.catalogue.placeOf(itemNos[row]);
    if (there) values[row] = 2 ** (-distanceKm(here, there) / NEARNESS_HALF_KM);
  }
}

/** The region filter has removed what is not for the user's region. */
function writeRegional(
  values: Float32Array,
  { request, user, shop: { catalogue } }: Signals,
  { candidates: { itemNos } }: FeatureInput,
): void {
  const here = request.region ?? user?.region ?? null;
  if (here === null) return;
  for (let row = 0; row < itemNos.length; row++)
    if (catalogue.flags[itemNos[row]] & REGIONAL) values[row] = Number(catalogue.regionsOf(itemNos[row]).includes(here));
}

function writeCurrentCf(
  values: Float32Array,
  { request: { contextItems }, shop }: Signals,
  { candidates: { itemNos } }: FeatureInput,
): void {
  if (contextItems.length === 0) return;
  const sums = new NumberTable(128);
  for (const itemNo of contextItems.slice(0, BASKET_COMPARED))
    forNeighbours(shop.similar, itemNo, (other, weight) => sums.set(other, sums.get(other, 0) + weight));
  for (let row = 0; row < itemNos.length; row++) values[row] = log1p(10 * sums.get(itemNos[row], 0));
}

/** When and where the request comes, and what the user has before his eyes. */
export const contextFeatures = columnGroup<Signals>('context-features', ({ signals }) => signals, {
  'context.hour_sin@1': constant((signals) => Math.sin(dayAngle(signals))),
  'context.hour_cos@1': constant((signals) => Math.cos(dayAngle(signals))),
  'context.hour_activity@1': constant(hourActivity),
  'context.weekday_sin@1': constant((signals) => Math.sin(weekAngle(signals))),
  'context.weekday_cos@1': constant((signals) => Math.cos(weekAngle(signals))),
  'context.regional@1': writeRegional,
  'context.nearness@1': writeNearness,
  'context.current_alike@1': (values, { request, shop: { catalogue } }, { candidates: { itemNos } }) => {
    const current = request.contextItems.slice(0, BASKET_COMPARED);
    for (let row = 0; row < itemNos.length; row++)
      for (const other of current) values[row] = Math.max(values[row], contentSimilarity(catalogue, itemNos[row], other));
  },
  'context.current_cf@1': writeCurrentCf,
});
