import { writeFile } from 'node:fs/promises';
import { readDataFolder } from './folder.js';
import { KNOWN_DATA } from './known-data.js';
import { type EvaluateOptions } from './options.js';
import { type Fault, refuseFaults } from '../../core/errors.js';
import { cocoonMarkdown } from '../../core/evaluation/cocoon/markdown.js';
import { measureCocoons } from '../../core/evaluation/cocoon/measure.js';
import { buildPage } from '../../core/feed.js';
import { DAY_MS } from '../../core/time.js';

type CocoonOptions = Omit<EvaluateOptions, 'protocol'>;

/** Options that say something of other protocols alone. */
const FOREIGN = { core: '--core', halfLifeDays: '--half-life-days', methods: '--methods', svg: '--svg' } as const;
const USERS = 200;

/** Measure how narrow feeds become, write the files that were asked for, and give back what was found as Markdown. */
export async function runCocoon(folder: string, options: CocoonOptions, command: string): Promise<{ markdown: string }> {
  const { name, history } = await readDataFolder(folder);
  const known = KNOWN_DATA.get(name);
  const testFrom = options.tune ? (options.tuneAt ?? known?.tuneAt) : (options.splitAt ?? known?.splitAt);
  const faults: Fault[] = Object.entries(FOREIGN)
    .filter(([key]) => options[key as keyof typeof FOREIGN] !== undefined)
    .map(([key, flag]) => ({ path: key, code: 'INVALID', message: `${flag} is given, and cocoon knows no such thing` }));
  const option = options.tune ? '--tune-at' : '--split-at';
  if (testFrom === undefined)
    faults.push({ path: option, code: 'MISSING', message: `${option} says from when on pages are served; nothing is known of ${name}` });
  if (history.at.some(Number.isNaN))
    faults.push({ path: 'protocol', code: 'MISSING', message: `cocoon needs a ts on every event, and ${name} has events without` });
  refuseFaults(faults);
  const plan = { dataset: name, slice: options.tune ? 'tune' : 'final', testFrom: testFrom!, limit: options.limit ?? USERS } as const;
  const neighbourWindowMs = options.neighbourDays === undefined ? Infinity : options.neighbourDays * DAY_MS;
  const report = await measureCocoons(history, plan, { buildPage, neighbourWindowMs });
  const markdown = `${cocoonMarkdown(report)}\nMade by \`${command}\`.\n`;
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ ...report, command }, null, 2)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
  return { markdown };
}
