import { cpus, loadavg } from 'node:os';
import { FAULTS, type Takedown, type Trial } from './trials.js';
import { CHANNELS } from './watch.js';

const quantile = (values: readonly number[], q: number): number => {
  const sorted = Float64Array.from(values).sort();
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);
};
const spread = (values: readonly number[]): string => `${quantile(values, 0.5)} / ${quantile(values, 0.99)} / ${quantile(values, 1)}`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function byChannel(trials: readonly Trial[]): string {
  const counts = CHANNELS.map((channel) => [channel, sum(trials.map(({ violations }) => violations[channel] ?? 0))] as const);
  return counts.flatMap(([channel, n]) => (n > 0 ? `${channel} ${n}` : [])).join(', ') || '0';
}

function row(name: string, trials: readonly Trial[]): string {
  const back = trials.flatMap(({ backMs }) => backMs ?? []);
  return `| ${[
    name,
    trials.length,
    sum(trials.map(({ checked }) => checked)),
    sum(trials.map(({ rows }) => rows)),
    byChannel(trials),
    spread(trials.map(({ latestMs }) => latestMs)),
    spread(trials.map(({ orderMs }) => orderMs)),
    `${back.length} (${spread(back)})`,
  ].join(' | ')} |`;
}

/** The table of one run. */
export function takedownMarkdown({ plan, trials, requests, seconds, failed }: Takedown, at: Date): string {
  const rows = FAULTS.flatMap((fault) => {
    const of = trials.filter((trial) => trial.fault === fault);
    return of.length > 0 ? row(fault, of) : [];
  });
  const failures = sum([...failed.values()]);
  return `Run of ${at.toISOString().slice(0, 10)}, seed ${plan.seed}, ${cpus().length} cores (load ${loadavg()[0].toFixed(1)} at the end), Node ${process.version}:
${requests} requests in ${Math.round(seconds)} s, ${Math.round(requests / seconds)} a second of ${plan.perSecond} wanted, ${failures} failed.

| what goes wrong | trials | ids looked at | exposures in the log | seen after 2 s | seen last, ms p50 / p99 / max | order, ms p50 / p99 / max | came back (ms p50 / p99 / max) |
|---|---:|---:|---:|---|---:|---:|---:|
${rows.join('\n')}
${rows.length > 1 ? row('all', trials) + '\n' : ''}`;
}
