import { cpus, loadavg } from 'node:os';
import { type Window } from './load-client.js';
import { type Phase, type Run } from './scenario.js';

const quantile = (ms: readonly number[], q: number): string => {
  if (ms.length === 0) return '-';
  const sorted = Float64Array.from(ms).sort();
  return String(Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]));
};

const share = ({ answered, failed }: Window): string =>
  answered + failed === 0 ? '-' : `${((100 * answered) / (answered + failed)).toFixed(1)} %`;

const degradations = ({ degraded }: Window): string => [...degraded].map(([name, n]) => `${name} ${n}`).join(', ') || '-';

const row = ({ name, kills, seconds, requests, feeds, writes, backMs }: Phase): string =>
  `| ${[
    name,
    kills || '-',
    Math.round(seconds),
    Math.round(requests / seconds),
    share(feeds),
    `${quantile(feeds.ms, 0.5)} / ${quantile(feeds.ms, 0.99)}`,
    share(writes),
    `${quantile(writes.ms, 0.5)} / ${quantile(writes.ms, 0.99)}`,
    backMs === null ? '-' : (backMs / 1000).toFixed(1),
    degradations(feeds),
  ].join(' | ')} |`;

/** The table of one run. */
export function chaosMarkdown({ plan, phases, verdict, requests, seconds, drainedAfterMs }: Run, at: Date): string {
  const { acknowledged, exposures, lost, doubled, invented, broken } = verdict;
  return `Run of ${at.toISOString().slice(0, 10)}, seed ${plan.seed}, ${cpus().length} cores (load ${loadavg()[0].toFixed(1)} at the end), Node ${process.version}:
${requests} requests in ${Math.round(seconds)} s, ${Math.round(requests / seconds)} a second of ${plan.perSecond} wanted. What waited on disk was brought over ${(drainedAfterMs / 1000).toFixed(1)} s after the load ended.

| acknowledged events | exposures answered | lost | doubled | invented | broken chains |
|---:|---:|---:|---:|---:|---:|
| ${acknowledged} | ${exposures} | ${lost} | ${doubled} | ${invented} | ${broken.length} |

| what happened | kills | seconds | requests/s | feeds answered | feed ms p50 / p99 | writes answered | write ms p50 / p99 | back after s | degradations of feeds |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---|
${phases.map(row).join('\n')}
${broken.map((fault) => `\nBroken chain: ${fault}\n`).join('')}`;
}
