import { writeFile } from 'node:fs/promises';
import { readDataFolder } from './folder.js';
import { methodsWith } from './methods.js';
import { type EvaluateOptions, planOf } from './options.js';
import { evaluate, type Report } from '../../core/evaluation/evaluation.js';
import { markdownOf } from '../../core/evaluation/markdown.js';
import { plotOf } from '../../core/evaluation/plot.js';

/** Read, measure, write the files that were asked for, and give back what was found. */
export async function runEvaluation(
  folder: string,
  options: EvaluateOptions,
  command: string,
): Promise<{ report: Report; markdown: string }> {
  const data = await readDataFolder(folder);
  const { plan, methods } = planOf(data, options, methodsWith(options.neighbourDays));
  const report = await evaluate(data.history, plan, methods, () => performance.now());
  const markdown = `${markdownOf(report)}\nMade by \`${command}\`.\n`;
  const files: [string | undefined, string][] = [
    [options.json, `${JSON.stringify({ ...report, command }, null, 2)}\n`],
    [options.markdown, markdown],
    [options.svg, plotOf(report)],
  ];
  for (const [file, text] of files) if (file !== undefined) await writeFile(file, text);
  return { report, markdown };
}
