import { writeFile } from 'node:fs/promises';
import { type Fault, refuseFaults } from '../../core/errors.js';
import { FeedsUnderAttack } from '../../core/evaluation/authenticity/feed-places.js';
import { authenticityMarkdown } from '../../core/evaluation/authenticity/markdown.js';
import { measureAuthenticity } from '../../core/evaluation/authenticity/measure.js';
import { ReplayedEvents } from '../../core/evaluation/replayed-events.js';
import { buildPage } from '../../core/feed.js';
import { type LedgerEvent } from '../../core/events/event.js';
import { readDataFolder, tableFile } from './folder.js';
import { type EvaluateOptions } from './options.js';
import { readSessions } from './sessions.js';

type AuthenticityOptions = Omit<EvaluateOptions, 'protocol'>;

/** Options that say something of other protocols alone. */
const FOREIGN = {
  core: '--core', tune: '--tune', splitAt: '--split-at', tuneAt: '--tune-at', halfLifeDays: '--half-life-days', neighbourDays: '--neighbour-days',
  methods: '--methods', svg: '--svg',
} as const; // prettier-ignore
const BOTS = 30;

/** Measure who is taken for a machine, people and injected botnets, write the files that were asked for, and give back what was found as Markdown. */
export async function runAuthenticity(folder: string, options: AuthenticityOptions, command: string): Promise<{ markdown: string }> {
  refuseFaults(
    Object.entries(FOREIGN)
      .filter(([key]) => options[key as keyof typeof FOREIGN] !== undefined)
      .map(([key, flag]): Fault => ({ path: key, code: 'INVALID', message: `${flag} is given, and authenticity knows no such thing` })),
  );
  const sessions = tableFile(folder, 'sessions');
  const { name, ...told } = sessions ? await readSessions(sessions) : await readEventsOf(folder);
  const size = options.traffic === undefined ? { bots: options.limit ?? BOTS } : { share: options.traffic / 100 };
  const report = await measureAuthenticity({ dataset: name, ...told }, size);
  const markdown = `${authenticityMarkdown(report)}\n\nMade by \`${command}\`.\n`;
  const json = { ...report, clean: { ...report.clean, reasons: Object.fromEntries(report.clean.reasons) }, command };
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(json, null, 2)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
  return { markdown };
}

async function readEventsOf(folder: string): Promise<{ name: string; events: LedgerEvent[]; items: number; feeds: FeedsUnderAttack }> {
  const { name, history } = await readDataFolder(folder);
  if (history.at.some(Number.isNaN))
    refuseFaults([
      { path: 'protocol', code: 'MISSING', message: `authenticity needs a ts on every event, and ${name} has events without` },
    ]);
  const rows = Int32Array.from(history.at, (_, row) => row);
  const replayed = new ReplayedEvents(history, rows);
  const feeds = new FeedsUnderAttack(history, rows, { buildPage, neighbourWindowMs: Infinity });
  return { name, events: Array.from(rows, (row) => replayed.eventOf(row, row + 1)), items: replayed.items, feeds };
}
