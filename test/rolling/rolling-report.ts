import { cpus, loadavg } from 'node:os';
import { type Rolling, type Step } from './restarts.js';

const quantile = (values: readonly number[], q: number): string => {
  if (values.length === 0) return '-';
  const sorted = Float64Array.from(values).sort();
  return String(Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]));
};
const most = (values: readonly number[]): string => (values.length === 0 ? '-' : (Math.max(...values) / 1000).toFixed(1));

function row({ name, seconds, feeds, writes, restarts }: Step): string {
  const ms = [...feeds.times, ...writes.times].map((time) => time.ms);
  return `| ${[
    name,
    restarts.length || '-',
    Math.round(seconds),
    feeds.answered + writes.answered,
    feeds.failed + writes.failed,
    `${quantile(ms, 0.5)} / ${quantile(ms, 0.99)}`,
    most(restarts.map(({ stopMs }) => stopMs)),
    most(restarts.map(({ readyMs }) => readyMs)),
  ].join(' | ')} |`;
}

/** The table of one run. */
export function rollingMarkdown({ plan, steps, readers, broken, verdict, migrationMs }: Rolling, at: Date): string {
  const { acknowledged, exposures, lost, doubled, invented, broken: chains } = verdict;
  const cut = [...broken].map(([code, n]) => `${code} ${n}`).join(', ') || 'none';
  return `Run of ${at.toISOString().slice(0, 10)}, seed ${plan.seed}, ${cpus().length} cores (load ${loadavg()[0].toFixed(1)} at the end), Node ${process.version}, ${plan.perSecond} requests a second wanted:

| what happens | restarts | seconds | answered | failed | ms p50 / p99 | slowest stop, s | slowest start, s |
|---|---:|---:|---:|---:|---:|---:|---:|
${steps.map(row).join('\n')}

Connections that broke under a request: ${cut}. Of ${acknowledged} acknowledged events and ${exposures} exposures that were answered ${lost} lost, ${doubled} doubled, ${invented} invented; ${chains.length} broken chains.
${readers.further} pages were continued by their cursors, ${readers.moved} of them by another process than the page before; ${readers.anew} said that they begin a new feed, and ${readers.faults.length} of the others did not go on where that one ended.${migrationMs === null ? '' : ` The tables took ${(migrationMs / 1000).toFixed(1)} s to change.`}
`;
}
