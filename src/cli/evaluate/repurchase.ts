import { writeFile } from 'node:fs/promises';
import { readDataFolder } from './folder.js';
import { KNOWN_DATA } from './known-data.js';
import { type EvaluateOptions } from './options.js';
import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { measureRepurchase, type RepurchasePlan } from '../../core/evaluation/repurchase.js';
import { repurchaseMarkdown } from '../../core/evaluation/repurchase-markdown.js';
import { buildPage } from '../../core/feed.js';
import { DAY_MS } from '../../core/time.js';

export type RepurchaseOptions = Omit<EvaluateOptions, 'protocol'>;

/** Options that say something of other protocols alone. */
const FOREIGN = { core: '--core', halfLifeDays: '--half-life-days', methods: '--methods', svg: '--svg' } as const;

function planOf(dataset: string, options: RepurchaseOptions): RepurchasePlan {
  const known = KNOWN_DATA.get(dataset);
  const [splitAt, tuneAt] = [options.splitAt ?? known?.splitAt, options.tuneAt ?? known?.tuneAt];
  const faults: Fault[] = Object.entries(FOREIGN)
    .filter(([key]) => options[key as keyof typeof FOREIGN] !== undefined)
    .map(([key, flag]) => ({ path: key, code: 'INVALID', message: `${flag} is given, and repurchase knows no such thing` }));
  const why = `it is needed because the folder's name ${shown(dataset)} is none of ${[...KNOWN_DATA.keys()].join(', ')}`;
  if (splitAt === undefined) faults.push({ path: 'splitAt', code: 'MISSING', message: `--split-at says where the test begins; ${why}` });
  if (options.tune && tuneAt === undefined)
    faults.push({ path: 'tuneAt', code: 'MISSING', message: `--tune-at says where the tuning period begins; ${why}` });
  if (options.tune && splitAt !== undefined && tuneAt !== undefined && tuneAt >= splitAt) {
    const [given, bound] = [tuneAt, splitAt].map((at) => new Date(at).toISOString());
    faults.push({ path: 'tuneAt', code: 'INVALID', message: `--tune-at is ${given}, allowed is anything before --split-at ${bound}` });
  }
  refuseFaults(faults);
  const limit = options.limit ?? null;
  return options.tune
    ? { dataset, slice: 'tune', testFrom: tuneAt!, testUntil: splitAt!, limit }
    : { dataset, slice: 'final', testFrom: splitAt!, testUntil: null, limit };
}

/** Measure the hold on what was bought, write the files that were asked for, and give back what was found as Markdown. */
export async function runRepurchase(folder: string, options: RepurchaseOptions, command: string): Promise<{ markdown: string }> {
  const { name, history } = await readDataFolder(folder);
  const plan = planOf(name, options);
  if (history.at.some(Number.isNaN))
    refuseFaults([{ path: 'protocol', code: 'MISSING', message: `repurchase needs a ts on every event, and ${name} has events without` }]);
  const neighbourWindowMs = options.neighbourDays === undefined ? Infinity : options.neighbourDays * DAY_MS;
  const report = await measureRepurchase(history, plan, { buildPage, neighbourWindowMs });
  const markdown = `${repurchaseMarkdown(report)}\nMade by \`${command}\`.\n`;
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ ...report, command }, null, 2)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
  return { markdown };
}
