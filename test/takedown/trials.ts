import { Pool } from 'pg';
import { createPostgresExposureExports } from '../../src/adapters/postgres/exposure-exports.js';
import { type Random, seededRandom } from '../../src/core/random.js';
import { type Fleet, startFleet } from './fleet.js';
import { post } from './post.js';
import { LANES, laneOf, openShop, pick, type Thing, THING, THINGS } from './shop.js';
import { startTraffic, type Traffic } from './traffic.js';
import { applies, type Ban, covers, createWatch, type Level, PROMISED_MS, type Target, type Watch } from './watch.js';

/** What goes wrong at the moment of the block. */
export const FAULTS = ['nothing', 'notices cut', 'notices mute', 'redis away'] as const;
export type FaultName = (typeof FAULTS)[number];

export interface Plan {
  seed: number;
  perSecond: number;
  trials: readonly { fault: FaultName; times: number }[];
  /** How long it is watched from when nothing may be seen any more. */
  watchMs: number;
}

export interface Trial extends Ban {
  fault: FaultName;
  /** How long its order took. */
  orderMs: number;
  /** When its lifting was ordered, epoch ms. */
  liftedAt: number;
  /** Until both processes showed it again, from the answer to lifting it; null when they did not. */
  backMs: number | null;
  /** Exposures in the log that were looked at. */
  rows: number;
}

export interface Takedown {
  plan: Plan;
  trials: Trial[];
  requests: number;
  seconds: number;
  failed: Map<string, number>;
}

const BLOCK = 'mutation($i: BlockInput!) { block(input: $i) { id } }';
const LIFT = 'mutation($id: ID!) { unblock(id: $id, reason: "the trial is over") { id } }';
const TARGETS: readonly Target[] = ['itemId', 'creatorId', 'brand', 'category', 'titleContains'];
const LEVELS: readonly Level[] = ['NO_RECOMMEND', 'REMOVE'];
const RECENT_MS = 2_000;
const LONGEST_PAUSE_MS = 800;
const BACK_WITHIN_MS = 30_000;
const WARM_MS = 2_000;
/** An operator waits longer than a storefront. */
const OPERATOR_MS = 120_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const valueOf = ({ id, creatorId, brand, categories, title }: Thing, target: Target): string =>
  ({ itemId: id, creatorId, brand, category: categories[0], titleContains: title.split(' ').at(-1)! })[target];

interface Scene {
  fleet: Fleet;
  watch: Watch;
  traffic: Traffic;
  random: Random;
  plan: Plan;
  /** Let something go wrong; gives what mends it. */
  begin: (fault: FaultName) => () => void;
}

/** Something of a lane that a page held within the last two seconds. */
async function recentOf(lane: number, { watch, random }: Scene): Promise<Thing> {
  for (;;) {
    const since = Date.now() - RECENT_MS;
    const recent = THINGS.filter(({ id }) => laneOf(id) === lane && (watch.lastSeen.get(id) ?? 0) >= since);
    if (recent.length > 0) return pick(recent, random);
    await pause(50);
  }
}

/** What is wrong stays so until the last trial under way that wants it is over. */
function createFaults({ gates, redis }: Fleet, random: Random) {
  let wanted = 0;
  let mend = (): void => undefined;
  const start = (fault: FaultName): (() => void) => {
    const gate = pick(gates, random);
    if (fault === 'notices cut') gate.cut();
    if (fault === 'notices mute') gate.mute();
    if (fault !== 'redis away') return gate.mend;
    redis.cut();
    return redis.mend;
  };
  return (fault: FaultName): (() => void) => {
    if (wanted++ === 0) mend = start(fault);
    return () => void (--wanted === 0 && mend());
  };
}

/** Hold what was logged from when nothing might be shown any more until it was lifted against each trial. Pages of nobody in particular are left out. */
async function readLog(trials: readonly Trial[], pool: Pool, from: number): Promise<void> {
  const to = Date.now() + 1;
  const log = createPostgresExposureExports({ pool, clock: () => to, retentionDays: 400 });
  for await (const batch of log.pages({ from, to, asOf: to, surface: null }))
    for (const { page } of batch)
      for (const trial of trials) {
        if (page.servedAt <= trial.answeredAt! + PROMISED_MS || page.servedAt >= trial.liftedAt) continue;
        trial.rows += page.placed.length;
        const channel = page.kind === 'rank' ? 'rank' : 'log';
        const seen = page.placed.filter(({ itemId }) => applies(trial.level, channel) && covers(trial, THING.get(itemId)!));
        if (seen.length > 0) trial.violations.log = (trial.violations.log ?? 0) + seen.length;
      }
}

/** Lift a block, and see that it is shown again by every process, as it must be for the trial to mean anything. */
async function lift(id: string, thing: Thing, { fleet, traffic, watch, random }: Scene): Promise<number | null> {
  await post(pick(fleet.urls(), random), LIFT, { id }, OPERATOR_MS);
  const from = Date.now();
  for (const url of fleet.urls()) {
    for (let seen = false; !seen;) {
      if (Date.now() - from > BACK_WITHIN_MS) return null;
      const asked = Date.now();
      await traffic.aim(url, thing).catch(() => undefined);
      seen = (watch.lastSeen.get(thing.id) ?? 0) >= asked;
    }
  }
  return Date.now() - from;
}

async function runTrial(lane: number, fault: FaultName, scene: Scene): Promise<Trial> {
  const { fleet, watch, random, plan } = scene;
  await pause(random() * LONGEST_PAUSE_MS);
  const thing = await recentOf(lane, scene);
  const target = pick(TARGETS, random);
  const ban: Ban = { target, value: valueOf(thing, target), level: pick(LEVELS, random), lane, orderedAt: Date.now(), answeredAt: null, latestMs: 0, violations: {}, checked: 0 }; // prettier-ignore
  watch.bans.add(ban);
  const end = scene.begin(fault);
  const { value, level, orderedAt } = ban;
  const order = { i: { [target]: value, level, reason: 'a trial' } };
  const { block } = await post<{ block: { id: string } }>(pick(fleet.urls(), random), BLOCK, order, OPERATOR_MS);
  ban.answeredAt = Date.now();
  await pause(PROMISED_MS + plan.watchMs);
  watch.bans.delete(ban);
  const liftedAt = Date.now();
  end();
  const backMs = await lift(block.id, thing, scene);
  return { ...ban, fault, orderMs: ban.answeredAt - orderedAt, liftedAt, backMs, rows: 0 };
}

/** Trials of each fault, several at a time, each in a lane of its own. */
async function runAll(scene: Scene, say: (line: string) => void): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const { fault, times } of scene.plan.trials) {
    say(`${times} trials with ${fault} …`);
    let begun = 0;
    const runLane = async (lane: number): Promise<void> => {
      while (begun++ < times) trials.push(await runTrial(lane, fault, scene));
    };
    await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane)));
  }
  return trials;
}

/** Take things down and put them back under load, on an empty database. */
export async function runTakedown(plan: Plan, databaseUrl: string, say: (line: string) => void): Promise<Takedown> {
  const random = seededRandom(plan.seed);
  const fleet = await startFleet(databaseUrl);
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  try {
    await openShop(fleet.urls()[0], random);
    const watch = createWatch();
    const traffic = startTraffic({ urls: fleet.urls, watch, random, perSecond: plan.perSecond });
    const from = Date.now();
    await pause(WARM_MS);
    const trials = await runAll({ fleet, watch, traffic, random, plan, begin: createFaults(fleet, random) }, say).finally(() =>
      traffic.stop(),
    );
    const seconds = (Date.now() - from) / 1000;
    await readLog(trials, pool, from);
    return { plan, trials, requests: traffic.requests, seconds, failed: traffic.failed };
  } finally {
    await pool.end();
    await fleet.stop();
  }
}

/** What a trial must not show. */
export const isBroken = ({ violations, backMs }: Trial): boolean => Object.keys(violations).length > 0 || backMs === null;
