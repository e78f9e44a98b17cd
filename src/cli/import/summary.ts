import { formatTable } from '../table.js';
import { type Checkpoint } from './checkpoint.js';
import { type Plan } from './plan.js';
import { STEPS } from './steps.js';
import { type RejectionGroup } from './tally.js';

const count = (value: number): string => value.toLocaleString('en');

/** What an import did, as a person reads it. The counts are those of all runs together. */
export function formatSummary({ steps }: Checkpoint, plan: Plan, tookMs: number): string {
  const done = STEPS.filter((step) => plan.lines[step] > 0).map((step) => ({ step, ...steps[step] }));
  const table = formatTable(done, [
    { title: 'what', cell: ({ step }) => step },
    { title: 'accepted', cell: ({ accepted }) => count(accepted), right: true },
    { title: 'duplicates', cell: ({ duplicates }) => count(duplicates), right: true },
    { title: 'rejected', cell: ({ rejected }) => count(rejected), right: true },
  ]);
  const rejections = done.flatMap(({ step, groups }) => groups.map((group) => formatGroup(step, group)));
  return [
    table,
    '',
    `${count(plan.users)} distinct users; ${seconds(tookMs)} s in this run`,
    ...(rejections.length > 0 ? ['', 'rejected:', ...rejections] : []),
    ...(plan.namelessItems.length > 0
      ? ['', `${count(plan.namelessItems.length)} items are known from events alone; their title is their id`]
      : []),
    ...Object.entries(plan.unusedColumns).map(([file, columns]) => `columns of ${file} that were not used: ${columns.join(', ')}`),
  ].join('\n');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

function formatGroup(step: string, { code, message, count: rows, examples }: RejectionGroup): string {
  const places = examples.map(({ file, line, id }) => (line > 0 ? `${file}:${line}` : `${id}`)).join(', ');
  return `  ${count(rows)} ${step}: ${code}: ${message}${places === '' ? '' : ` (${places}${rows > examples.length ? ', …' : ''})`}`;
}
