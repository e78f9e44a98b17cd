import { cpus, loadavg } from 'node:os';
import { phaseRow } from './phase-row.js';
import { type Run } from './scenario.js';

/** The table of one run. */
export function chaosMarkdown({ plan, phases, verdict, requests, seconds, drainedAfterMs }: Run, at: Date): string {
  const { acknowledged, exposures, lost, doubled, invented, broken } = verdict;
  return `Run of ${at.toISOString().slice(0, 10)}, seed ${plan.seed}, ${cpus().length} cores (load ${loadavg()[0].toFixed(1)} at the end), Node ${process.version}:
${requests} requests in ${Math.round(seconds)} s, ${Math.round(requests / seconds)} a second of ${plan.perSecond} wanted. What waited on disk was brought over ${(drainedAfterMs / 1000).toFixed(1)} s after the load ended.

| acknowledged events | exposures answered | lost | doubled | invented | broken chains |
|---:|---:|---:|---:|---:|---:|
| ${acknowledged} | ${exposures} | ${lost} | ${doubled} | ${invented} | ${broken.length} |

| what happened | kills | seconds | requests/s | feeds answered | feed ms p50 / p99 / p99 from 2 s on | writes answered | write ms p50 / p99 / p99 from 2 s on | sound again after s | decided by a model | loop late ms p99, client / service | heap MB | degradations of feeds, refusals |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|
${phases.map(phaseRow).join('\n')}
${broken.map((fault) => `\nBroken chain: ${fault}\n`).join('')}`;
}
