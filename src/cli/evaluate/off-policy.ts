import { writeFile } from 'node:fs/promises';
import { ESTIMATORS } from '../../core/evaluation/off-policy/judge.js';
import { type Coverage, measureCoverage, SMALL_SLATES } from '../../core/evaluation/replay/synthetic-log.js';
import { DEFAULT_SETTINGS } from '../../core/settings-defaults.js';
import { type ExplorationMethod, type RankingSettings } from '../../core/settings.js';
import { type EvaluateOptions } from './options.js';

const LOGS = 500;

const settingsOf = (method: ExplorationMethod, share: number): RankingSettings => ({
  ...DEFAULT_SETTINGS,
  diversity: { ...DEFAULT_SETTINGS.diversity, algorithm: 'NONE', strength: 0 },
  exploration: { method, share },
});

const LOGGING = settingsOf('EPSILON', 0.15);
const TARGETS: Record<string, RankingSettings> = {
  'EPSILON 0.2': settingsOf('EPSILON', 0.2),
  'THOMPSON 0.15': settingsOf('THOMPSON', 0.15),
  NONE: settingsOf('NONE', 0),
};

/** How often intervals of a replay hold the truth, on logs made by the functions that serve; needs no data. */
export async function runOffPolicy(
  { limit = LOGS, json, markdown }: Pick<EvaluateOptions, 'limit' | 'json' | 'markdown'>,
  command: string,
): Promise<{ markdown: string }> {
  const measured = Object.entries(TARGETS).map(([name, target]) => ({
    name,
    coverage: measureCoverage(SMALL_SLATES, { logging: LOGGING, target, logs: limit }),
  }));
  const text = tableOf(measured, limit, command);
  if (json) await writeFile(json, `${JSON.stringify(measured, null, 2)}\n`);
  if (markdown) await writeFile(markdown, text);
  return { markdown: text };
}

function tableOf(measured: { name: string; coverage: Coverage }[], logs: number, command: string): string {
  const { users, pagesPerUser, positions } = SMALL_SLATES;
  const percent = (share: number): string => (100 * share).toFixed(1);
  const rows = measured.map(({ name, coverage: { truth, refused, covered, mean } }) =>
    [name, truth.toFixed(4), mean.DR.toFixed(4), refused, ...ESTIMATORS.map((estimator) => percent(covered[estimator]))].join(' | '),
  );
  return [
    `${logs} logs of EPSILON 0.15, each of ${users} users with ${pagesPerUser} pages of ${positions}; how many of 100 intervals hold the truth.`,
    '',
    `| other policy | truth | mean of DR | refused | ${ESTIMATORS.join(' | ')} |`,
    `| --- | --- | --- | --- | ${ESTIMATORS.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => `| ${row} |`),
    '',
    `\`${command}\``,
    '',
  ].join('\n');
}
