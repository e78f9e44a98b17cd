import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { isReplayMetric, REPLAY_METRICS, type ReplayMetric } from '../../core/evaluation/replay/reward.js';
import { parseInstant } from '../../core/events/instant.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type RankingConfigInput } from '../../core/settings.js';
import { DAY_MS } from '../../core/time.js';
import { type ModelStore } from '../../ports/model-store.js';
import { type ReplayOrder } from '../../ports/replay-store.js';
import { type RawInput } from '../app.js';
import { type SettingsInForce } from '../settings-in-force.js';

/** Of a replay, which is a job of its own. */
const DAYS: SpanDays = { usual: 30, most: 400 };
const INT_MAX = 2 ** 31 - 1;

interface Ports {
  settings: Pick<SettingsInForce, 'merged' | 'version'>;
  modelStore: Pick<ModelStore, 'get'>;
  clock: () => number;
}

/** How many days there are where no time is given, and at most. */
export interface SpanDays {
  usual: number;
  most: number;
}

/** Reads times from and to as text; the last days where they are left out. */
export function readSpan(read: InputReader, raw: RawInput, now: number, days: SpanDays): { from: number; to: number } {
  const time = (name: 'from' | 'to', otherwise: number): number => {
    if (!read.has(name)) return otherwise;
    const value = raw[name];
    const at = typeof value === 'string' ? parseInstant(value) : NaN;
    if (at >= 0) return at;
    read.fault(name, value, 'it must be an ISO 8601 time since 1970 with its offset, as 2026-01-31T09:30:00Z');
    return otherwise;
  };
  const to = time('to', now);
  const from = time('from', to - days.usual * DAY_MS);
  if (from >= to) read.fault('from', raw.from ?? new Date(from).toISOString(), 'it must be before to');
  if (to - from > days.most * DAY_MS)
    read.fault('from', raw.from, `it must be at most ${days.most} days before to, which is ${new Date(to).toISOString()}`);
  return { from, to };
}

function readMetric(read: InputReader, raw: RawInput): ReplayMetric {
  const metric = raw.metric ?? 'CLICK_RATE';
  if (typeof metric === 'string' && isReplayMetric(metric)) return metric;
  read.fault('metric', metric, `a replay can tell ${REPLAY_METRICS.join(', ')}`);
  return 'CLICK_RATE';
}

/** What a replay is asked for. @throws AppError INVALID_INPUT with every fault; NOT_FOUND and CONFLICT for what is to be replayed */
export async function readReplay(raw: RawInput, ports: Ports): Promise<ReplayOrder> {
  const faults: Fault[] = [];
  const read = new InputReader(raw, faults);
  const surface = read.surface('surface', 'home');
  const order: ReplayOrder = {
    name: read.text('name', 64) ?? 'intent',
    version: read.text('version', 64),
    config: (raw.config as RankingConfigInput | null | undefined) ?? null,
    configVersion: read.integer('configVersion', 1, INT_MAX),
    surface,
    ...readSpan(read, raw, ports.clock(), DAYS),
    metric: readMetric(read, raw),
  };
  if (order.version === null && order.config === null && order.configVersion === null)
    read.fault('version', null, 'say what to replay: version, config or configVersion');
  if (order.config !== null) new InputReader({ ...order.config }, faults, 'config.').surface('surface', surface);
  if (order.config !== null && order.configVersion !== null)
    read.fault('configVersion', order.configVersion, 'give config or configVersion, not both');
  refuseFaults(faults);
  await checkTarget(order, ports);
  return order;
}

async function checkTarget({ name, version, config, configVersion, surface }: ReplayOrder, { settings, modelStore }: Ports): Promise<void> {
  if (config !== null) await settings.merged(surface, config);
  if (configVersion !== null) await settings.version(surface, configVersion);
  if (version === null) return;
  const record = await modelStore.get(name, version);
  if (!record) throw new AppError('NOT_FOUND', `the model ${shown(name)} has no version ${shown(version)}`);
  if (record.status !== 'READY' && record.status !== 'QUARANTINED')
    throw new AppError('CONFLICT', `version ${shown(version)} of ${shown(name)} is ${record.status}; it has to have passed the gate`);
}
