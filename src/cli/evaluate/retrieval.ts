import { writeFile } from 'node:fs/promises';
import { readDataFolder } from './folder.js';
import { KNOWN_DATA } from './known-data.js';
import { type EvaluateOptions } from './options.js';
import { type Fault, refuseFaults } from '../../core/errors.js';
import { kCore } from '../../core/evaluation/dense-core.js';
import { measureRetrieval } from '../../core/evaluation/retrieval.js';
import { retrievalMarkdown } from '../../core/evaluation/retrieval-markdown.js';
import { buildPage } from '../../core/feed.js';
import { DEFAULT_SETTINGS } from '../../core/settings-defaults.js';
import { DAY_MS } from '../../core/time.js';

export type RetrievalOptions = Omit<EvaluateOptions, 'protocol'>;

/** Options that say something of other protocols alone. */
const FOREIGN = {
  splitAt: '--split-at',
  tuneAt: '--tune-at',
  halfLifeDays: '--half-life-days',
  methods: '--methods',
  svg: '--svg',
} as const;

/** Measure what the sources of candidates find, write the files that were asked for, and give back what was found as Markdown. */
export async function runRetrieval(folder: string, options: RetrievalOptions, command: string): Promise<{ markdown: string }> {
  const { name, history } = await readDataFolder(folder);
  const faults: Fault[] = Object.entries(FOREIGN)
    .filter(([key]) => options[key as keyof typeof FOREIGN] !== undefined)
    .map(([key, flag]) => ({ path: key, code: 'INVALID', message: `${flag} is given, and retrieval knows no such thing` }));
  if (history.at.some(Number.isNaN))
    faults.push({ path: 'protocol', code: 'MISSING', message: `retrieval needs a ts on every event, and ${name} has events without` });
  refuseFaults(faults);
  const density = options.core === undefined ? (KNOWN_DATA.get(name)?.streamDensity ?? null) : kCore(options.core);
  const neighbourWindowMs = options.neighbourDays === undefined ? Infinity : options.neighbourDays * DAY_MS;
  const plan = { dataset: name, slice: options.tune ? ('tune' as const) : ('final' as const), density, limit: options.limit ?? null };
  const report = await measureRetrieval(history, plan, { buildPage, neighbourWindowMs }, DEFAULT_SETTINGS);
  const markdown = `${retrievalMarkdown(report)}\n\nMade by \`${command}\`.\n`;
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ ...report, command }, null, 2)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
  return { markdown };
}
