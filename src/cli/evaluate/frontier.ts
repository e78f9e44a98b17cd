import { writeFile } from 'node:fs/promises';
import { type Fault, refuseFaults } from '../../core/errors.js';
import { measureFrontier } from '../../core/evaluation/frontier/measure.js';
import { frontierMarkdown, plotFrontier } from '../../core/evaluation/frontier/report.js';
import { variantsOf } from '../../core/evaluation/frontier/variants.js';
import { buildPage } from '../../core/feed.js';
import { DAY_MS } from '../../core/time.js';
import { readDataFolder } from './folder.js';
import { KNOWN_DATA } from './known-data.js';
import { methodsWith } from './methods.js';
import { type EvaluateOptions, planOf } from './options.js';

/** Options that say something of other protocols alone. */
const FOREIGN = { halfLifeDays: '--half-life-days', methods: '--methods' } as const;

/**
 * Measure what variety costs, write the files that were asked for, and give back what was found as Markdown. The split is by time where one is given or known and
 * `--leave-last-out` is not; else the last item of every user is held back.
 */
export async function runFrontier(
  folder: string,
  options: Omit<EvaluateOptions, 'protocol'> & { leaveLastOut?: boolean },
  command: string,
): Promise<{ markdown: string }> {
  refuseFaults(
    Object.entries(FOREIGN)
      .filter(([key]) => options[key as keyof typeof FOREIGN] !== undefined)
      .map(([key, flag]): Fault => ({ path: key, code: 'INVALID', message: `${flag} is given, and frontier knows no such thing` })),
  );
  const data = await readDataFolder(folder);
  const byTime = options.leaveLastOut !== true && (options.splitAt !== undefined || KNOWN_DATA.has(data.name));
  const protocol = byTime ? 'time' : 'leave-last-out';
  const { plan } = planOf(data, { ...options, protocol, methods: ['rules'] }, methodsWith(options.neighbourDays));
  const neighbourWindowMs = options.neighbourDays === undefined ? Infinity : options.neighbourDays * DAY_MS;
  const report = await measureFrontier(data.history, plan, { buildPage, neighbourWindowMs }, variantsOf());
  const markdown = `${frontierMarkdown(report)}\nMade by \`${command}\`.\n`;
  const files: [string | undefined, string][] = [
    [options.json, `${JSON.stringify({ ...report, command }, null, 2)}\n`],
    [options.markdown, markdown],
    [options.svg, plotFrontier(report)],
  ];
  for (const [file, content] of files) if (file !== undefined) await writeFile(file, content);
  return { markdown };
}
