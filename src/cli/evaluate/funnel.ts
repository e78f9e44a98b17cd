import { writeFile } from 'node:fs/promises';
import { funnelMarkdown, funnelOfData } from '../../core/evaluation/funnel-of-data.js';
import { readDataFolder } from './folder.js';
import { type EvaluateOptions } from './options.js';

/** Count a data set as reports count a service, write the files that were asked for, and give back what was found as Markdown. */
export async function runFunnel(
  folder: string,
  { json, markdown: file }: Omit<EvaluateOptions, 'protocol'>,
  command: string,
): Promise<{ markdown: string }> {
  const { name, history } = await readDataFolder(folder);
  const periods = funnelOfData(history);
  const markdown = `${funnelMarkdown(name, periods)}\nMade by \`${command}\`.\n`;
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ periods, command }, null, 2)}\n`);
  if (file !== undefined) await writeFile(file, markdown);
  return { markdown };
}
