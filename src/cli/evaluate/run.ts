import { writeFile } from 'node:fs/promises';
import { type DataFolder, readDataFolder } from './folder.js';
import { methodsWith } from './methods.js';
import { openModelFolder } from './model-folder.js';
import { type EvaluateOptions, planOf } from './options.js';
import { evaluate, type Report } from '../../core/evaluation/evaluation.js';
import { type Method } from '../../core/evaluation/methods.js';
import { markdownOf } from '../../core/evaluation/markdown.js';
import { plotOf } from '../../core/evaluation/plot.js';

/** Read, measure, write the files that were asked for, and give back what was found. */
export async function runEvaluation(
  folder: string,
  options: EvaluateOptions,
  command: string,
): Promise<{ report: Report; markdown: string }> {
  const data = await readDataFolder(folder);
  const opened = options.model === undefined ? undefined : await openModelFolder(options.model);
  try {
    return await measure(data, options, methodsWith(options.neighbourDays, opened?.model), command);
  } finally {
    await opened?.close();
  }
}

async function measure(
  data: DataFolder,
  options: EvaluateOptions,
  all: readonly Method[],
  command: string,
): Promise<{ report: Report; markdown: string }> {
  const { plan, methods } = planOf(data, options, all);
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
