import { NO_POOLS, Replay, type ReplayReport } from '../../core/evaluation/replay/replay.js';
import { type ReplayMetric } from '../../core/evaluation/replay/reward.js';
import { type RemadePage } from '../../core/exposures/remake-page.js';
import { type ServedPage } from '../../core/evaluation/replay/replay.js';
import { seededRandom } from '../../core/random.js';
import { type ReplayOrder } from '../../ports/replay-store.js';
import { type SettingsInForce } from '../settings-in-force.js';
import { createPause, latestPools, type PoolPorts, unhurried } from './read-pools.js';
import { type ModelPorts, ModelsForWork, targetPage, type TargetPolicy } from './target-policy.js';

export interface ReplayPorts extends PoolPorts, ModelPorts {
  settings: Pick<SettingsInForce, 'merged' | 'version'>;
  clock: () => number;
}

/** So many of the latest requests are read at most: beyond that an interval hardly gets narrower. */
const MAX_REQUESTS = 2_000;
const SETTLED_MS = 20_000;
const SEED = 11;

/** Collects what a policy would have made of the latest pools. `onPage` is told of each with the number of its user. */
export async function replayPages(
  range: { from: number; to: number; surface: string; most: number },
  target: TargetPolicy,
  ports: ReplayPorts,
  onPage: (user: number, served: ServedPage, remade: RemadePage) => void,
): Promise<{ pages: number; faults: ReadonlySet<string> }> {
  const models = new ModelsForWork(ports);
  const users = new Map<string, number>();
  const faults = new Set<string>();
  const pause = createPause();
  let pages = 0;
  const { most, ...span } = range;
  try {
    for await (const served of latestPools({ ...span, asOf: ports.clock() - SETTLED_MS }, most, ports)) {
      const remade = await targetPage(served, target, models);
      if ('fault' in remade) faults.add(remade.fault);
      else {
        const { userId } = served.page;
        if (!users.has(userId!)) users.set(userId!, users.size);
        onPage(users.get(userId!)!, served, remade);
        pages++;
      }
      await pause();
    }
  } finally {
    await models.release();
  }
  return { pages, faults };
}

async function targetOf({ name, version, config, configVersion, surface }: ReplayOrder, { settings }: ReplayPorts): Promise<TargetPolicy> {
  const chosen =
    config !== null
      ? await settings.merged(surface, config)
      : configVersion !== null
        ? await settings.version(surface, configVersion)
        : null;
  return { model: version === null ? null : { name, version }, settings: chosen?.settings ?? null };
}

const nothing = (metric: ReplayMetric, refused: string): ReplayReport => ({
  requests: 0,
  exposures: 0,
  effectiveSample: 0,
  metric,
  logged: null,
  refused,
  estimates: [],
  churn: null,
  rankCorrelation: null,
});

/** What the log says of a policy. */
export async function runReplay(order: ReplayOrder, ports: ReplayPorts): Promise<ReplayReport> {
  const { metric } = order;
  const replay = new Replay([metric], ports.clock());
  const { pages, faults } = await replayPages(
    { ...order, most: MAX_REQUESTS },
    await targetOf(order, ports),
    ports,
    (user, served, remade) => replay.add(user, served, remade),
  );
  if (pages === 0) return nothing(metric, faults.size > 0 ? [...faults].join('; ') : NO_POOLS);
  return unhurried(replay.reportInSteps(metric, seededRandom(SEED)));
}
