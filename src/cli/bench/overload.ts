import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fillShop } from './bench-shop.js';
import { type FloodPlan, type FloodSecond } from './flood.js';
import { readUsage, type ServerProcess, startServerProcess } from './service-process.js';

const MAIN = new URL('../../main.js', import.meta.url);
const FLOOD = new URL('./flood-process.js', import.meta.url);
const TIMES = 5;
const USERS = 1_000;
/** That of a page whose caller names none. */
const DEADLINE_MS = 1_000;
const FEED = `query($i: FeedInput!) { feed(input: $i) { id items { exposureId position item { id title price } } ranking { degraded } } }`;
const PEAK_CONNECTIONS = 32;
const FLOOD_CONNECTIONS = 600;
const CALM_SHARE = 0.5;
const CALM_SECONDS = 10;
const RECOVERY_SECONDS = 15;
const EVENTS_EVERY_MS = 100;

export interface OverloadResult {
  /** Feeds a second that were answered in time with just enough to do. */
  peak: number;
  offered: number;
  /** Feeds a second that were answered in time while more was offered. */
  goodput: number;
  /** The same two for a second of the service's own CPU: what a busy machine leaves to it counts in neither. */
  peakPerCpuSecond: number;
  goodputPerCpuSecond: number;
  cpuMsPerRefusal: number;
  goodMs: { p50: number; p99: number };
  refusedMs: { p50: number; p99: number };
  failed: number;
  /** Requests that the client had no connection for. */
  notSent: number;
  /** Events that were sent meanwhile, and those of them that were acknowledged. */
  events: { sent: number; acknowledged: number };
  calmMs: { p50: number; p99: number };
  /** Seconds until rate and p99 were those of before; null when that was not seen. */
  recoveredAfter: number | null;
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
};
const quantiles = (values: readonly number[]): { p50: number; p99: number } => ({
  p50: quantile(values, 0.5),
  p99: quantile(values, 0.99),
});
const timely = ({ goodMs }: FloodSecond): number => goodMs.filter((ms) => ms <= DEADLINE_MS).length;
const sum = (seconds: readonly FloodSecond[], of: (second: FloodSecond) => number): number =>
  seconds.reduce((all, one) => all + of(one), 0);

/** A p99 of one second is that of its slowest few pages, which differ from second to second without any overload. */
const AS_BEFORE = 2;

/**
 * Seconds until two in a row were as those before the flood: nine tenths as many answers in time, and a p99 of at most twice the median of the p99 then.
 *
 * @param calm   seconds of the same rate before the flood
 * @param after  seconds from its end on
 * @returns null when that does not happen
 */
export function recoveryOf(calm: readonly FloodSecond[], after: readonly FloodSecond[]): number | null {
  const rate = sum(calm, timely) / calm.length;
  const usual = quantile(calm.map(({ goodMs }) => quantile(goodMs, 0.99)), 0.5); // prettier-ignore
  const isGood = (second: FloodSecond): boolean => timely(second) >= 0.9 * rate && quantile(second.goodMs, 0.99) <= AS_BEFORE * usual;
  const found = after.findIndex((second, i) => i + 1 < after.length && isGood(second) && isGood(after[i + 1]));
  return found < 0 ? null : found;
}

/** Ask the service on a shop of this size for five times what it can do. */
export async function measureOverload({ items, seconds }: { items: number; seconds: number }): Promise<OverloadResult> {
  const dataDir = await mkdtemp(join(tmpdir(), 'imago-bench-overload-'));
  const service = await startServerProcess(MAIN, [], { PORT: '0', SAMPLE: 'none', DATA_DIR: dataDir, LOG_LEVEL: 'warn' });
  const client = fork(fileURLToPath(FLOOD), { execArgv: process.execArgv });
  try {
    await fillShop(service.url, { items, users: USERS, events: 30 * USERS });
    return await runOverload(service, client, seconds);
  } finally {
    client.disconnect();
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runOverload(service: ServerProcess, client: ChildProcess, seconds: number): Promise<OverloadResult> {
  const run = async (
    connections: number,
    lasting: number,
    perSecond: number | null,
  ): Promise<{ told: FloodSecond[]; cpuSeconds: number }> => {
    const { hostname, port } = new URL(service.url);
    const bodies = Array.from({ length: USERS }, (_, i) =>
      JSON.stringify({ query: FEED, variables: { i: { userId: `u${i}`, first: 20, deadlineMs: DEADLINE_MS } } }),
    );
    const plan: FloodPlan = { host: hostname, port: Number(port), bodies, connections, seconds: lasting, perSecond };
    const before = await readUsage(service.url);
    client.send(plan);
    const [told] = (await once(client, 'message')) as [FloodSecond[]];
    return { told, cpuSeconds: (await readUsage(service.url)).cpuSeconds - before.cpuSeconds };
  };
  await run(PEAK_CONNECTIONS, CALM_SECONDS, null);
  const atPeak = await run(PEAK_CONNECTIONS, CALM_SECONDS, null);
  const peak = sum(atPeak.told, timely) / CALM_SECONDS;
  const calm = await run(FLOOD_CONNECTIONS, CALM_SECONDS, peak * CALM_SHARE);
  const events = recordMeanwhile(service.url);
  const flooded = await run(FLOOD_CONNECTIONS, seconds, peak * TIMES);
  const acknowledged = await events.stop();
  const after = await run(FLOOD_CONNECTIONS, RECOVERY_SECONDS, peak * CALM_SHARE);
  const [good, refused] = [sum(flooded.told, timely), sum(flooded.told, ({ refusedMs }) => refusedMs.length)];
  const peakPerCpuSecond = sum(atPeak.told, timely) / atPeak.cpuSeconds;
  return {
    peak,
    offered: sum(flooded.told, ({ sent, notSent }) => sent + notSent) / seconds,
    goodput: good / seconds,
    peakPerCpuSecond,
    goodputPerCpuSecond: good / flooded.cpuSeconds,
    cpuMsPerRefusal: (1000 * (flooded.cpuSeconds - good / peakPerCpuSecond)) / Math.max(1, refused),
    goodMs: quantiles(flooded.told.flatMap(({ goodMs }) => goodMs)),
    refusedMs: quantiles(flooded.told.flatMap(({ refusedMs }) => refusedMs)),
    failed: sum(flooded.told, ({ failed }) => failed),
    notSent: sum(flooded.told, ({ notSent }) => notSent),
    events: acknowledged,
    calmMs: quantiles(calm.told.flatMap(({ goodMs }) => goodMs)),
    recoveredAfter: recoveryOf(calm.told, after.told),
  };
}

/** Ten batches a second of five events each, which no overload may hold up. */
function recordMeanwhile(url: string): { stop(): Promise<{ sent: number; acknowledged: number }> } {
  let [sent, acknowledged, batch] = [0, 0, 0];
  let going = true;
  const send = async (): Promise<void> => {
    const number = batch++;
    const events = Array.from({ length: 5 }, (_, i) => {
      return { id: `meanwhile-${number}-${i}`, type: 'VIEW', userId: `u${(number + i) % USERS}`, itemId: `i${i}`, occurredAt: new Date().toISOString() };
    }); // prettier-ignore
    sent += events.length;
    const query = 'mutation($e: [EventInput!]!) { recordEvents(events: $e) { accepted } }';
    const body = JSON.stringify({ query, variables: { e: events } });
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (answer.ok) acknowledged += ((await answer.json()) as { data: { recordEvents: { accepted: number } } }).data.recordEvents.accepted;
  };
  const underWay: Promise<void>[] = [];
  const loop = (async () => {
    while (going) {
      underWay.push(send().catch(() => undefined));
      await pause(EVENTS_EVERY_MS);
    }
  })();
  return {
    async stop() {
      going = false;
      await loop;
      await Promise.all(underWay);
      return { sent, acknowledged };
    },
  };
}

/** Limits that the bench holds; the run fails when one is passed. */
export const OVERLOAD_LIMITS = { goodputShare: 0.8, recoverySeconds: 5 };

/** The rows as Markdown, for people. */
export function overloadMarkdown(found: OverloadResult): string {
  const rate = (value: number): string => value.toFixed(0);
  const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(0)} %`;
  const ms = ({ p50, p99 }: { p50: number; p99: number }): string => `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
  const { peak, offered, goodput, peakPerCpuSecond, goodputPerCpuSecond, events } = found;
  const rows = [
    ['peak: feeds of 20 a second within their deadline', rate(peak), `${rate(peakPerCpuSecond)} for a second of CPU`],
    ['offered', rate(offered), `${(offered / peak).toFixed(1)} times the peak`],
    ['of these within their deadline', rate(goodput), share(goodput, peak)],
    ['the same for a second of CPU', rate(goodputPerCpuSecond), share(goodputPerCpuSecond, peakPerCpuSecond)],
    ['ms p50 / p99 of those', ms(found.goodMs), `without overload ${ms(found.calmMs)}`],
    ['ms p50 / p99 of refusals', ms(found.refusedMs), `${found.cpuMsPerRefusal.toFixed(3)} ms CPU each, at most`],
    ['neither', String(found.failed + found.notSent), `${found.notSent} of them not sent`],
    ['events acknowledged meanwhile', String(events.acknowledged), `of ${events.sent}`],
    ['seconds until all was as before', found.recoveredAfter === null ? 'not seen' : String(found.recoveredAfter), ''],
  ];
  return `| at ${TIMES} times the peak | | |\n| --- | ---: | --- |\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** What passes its limit, in words. */
export function brokenByOverload({ peakPerCpuSecond, goodputPerCpuSecond, peak, goodput, recoveredAfter }: OverloadResult): string[] {
  const broken: string[] = [];
  // A machine that others use leaves more to the service at one time than at another: the better of the two shares tells of the service.
  const share = Math.max(goodput / peak, goodputPerCpuSecond / peakPerCpuSecond);
  if (share < OVERLOAD_LIMITS.goodputShare)
    broken.push(
      `under overload ${(100 * share).toFixed(0)} % of the peak was answered in time; the limit is ${100 * OVERLOAD_LIMITS.goodputShare} %`,
    );
  if (recoveredAfter === null || recoveredAfter > OVERLOAD_LIMITS.recoverySeconds)
    broken.push(
      `${recoveredAfter ?? `more than ${RECOVERY_SECONDS}`} s until all was as before the overload; the limit is ${OVERLOAD_LIMITS.recoverySeconds}`,
    );
  return broken;
}
