import { type Window } from './load-client.js';
import { type Phase } from './phases.js';

/** By then a part that is away has been found out. */
const FOUND_OUT_MS = 2_000;

const quantile = (ms: readonly number[], q: number): string => {
  if (ms.length === 0) return '-';
  const sorted = Float64Array.from(ms).sort();
  return String(Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]));
};

const share = (some: number, others: number): string => (some + others === 0 ? '-' : `${((100 * some) / (some + others)).toFixed(1)} %`);

const counts = (of: ReadonlyMap<string | number, number>): string[] => [...of].map(([name, n]) => `${name} ${n}`);

/** Median, p99, and p99 of what was asked for when the fault was two seconds old. */
function timesOf({ times }: Window): string {
  const all = times.map(({ ms }) => ms);
  const later = times.filter(({ at }) => at >= FOUND_OUT_MS).map(({ ms }) => ms);
  return `${quantile(all, 0.5)} / ${quantile(all, 0.99)} / ${quantile(later, 0.99)}`;
}

/** Refusals by status; those of 503 all say when to try again, or it is told. */
function refusals({ feeds, writes }: Phase): string[] {
  const refused = new Map<number, number>();
  for (const { statuses } of [feeds, writes])
    for (const [status, n] of statuses) if (status !== 200 && status !== 0) refused.set(status, (refused.get(status) ?? 0) + n);
  const silent = feeds.withoutRetry + writes.withoutRetry;
  return [...counts(refused), ...(silent > 0 ? [`without Retry-After ${silent}`] : [])];
}

/** One line of the table. */
export function phaseRow(phase: Phase): string {
  const { name, kills, seconds, requests, feeds, writes, backMs, clientLateMs, gauges } = phase;
  const decided = [...feeds.deciders.values()].reduce((sum, n) => sum + n, 0);
  const byModel = decided - (feeds.deciders.get('rules') ?? 0);
  return `| ${[
    name,
    kills || '-',
    Math.round(seconds),
    Math.round(requests / seconds),
    share(feeds.answered, feeds.failed),
    timesOf(feeds),
    share(writes.answered, writes.failed),
    timesOf(writes),
    backMs === null ? '-' : (backMs / 1000).toFixed(1),
    share(byModel, decided - byModel),
    `${clientLateMs.toFixed(0)} / ${gauges ? gauges.loopLateMs.toFixed(0) : '-'}`,
    gauges ? gauges.heapMb.toFixed(0) : '-',
    [...counts(feeds.degraded), ...refusals(phase)].join(', ') || '-',
  ].join(' | ')} |`;
}
