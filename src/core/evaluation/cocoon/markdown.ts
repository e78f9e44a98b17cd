import { type CocoonReport, type CocoonRow } from './measure.js';

const HEAD = ['feed', 'pages', 'index', 'narrow category', 'repetition', 'amplification', 'taste covered', 'confidence', 'cost', 'with activity']; // prettier-ignore
const figure = (value: number): string => value.toFixed(3);

const cellsOf = (row: CocoonRow): string[] => [
  row.feed,
  String(row.pages),
  ...[row.index, row.narrowCategory, row.repetition, row.amplification, row.tasteCoverage, row.confidence, row.cost, row.withActivity].map(
    figure,
  ),
];

/** The report as Markdown: what is usual, and a line per kind of feed and number of pages. */
export function cocoonMarkdown({ dataset, slice, testFrom, users, generic, baseline, rows }: CocoonReport): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows.map(cellsOf)];
  return [
    `### ${dataset}: how narrow feeds become (${slice === 'final' ? 'final slice' : 'tuning slice'})`,
    `${users} users as they were at ${new Date(testFrom).toISOString()} are served a page a day and do nothing more. Two cards of the generic feed share a ` +
      `category (level ${generic.level} of the tree) with a chance of ${figure(baseline.categories.generic)}; in the feeds of a new shop it is ` +
      `${figure(baseline.categories.mean)} on average.`,
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    'Figures are means over users; the last column is the correlation of the index with the logarithm of the number of events a user has. A calibrated feed ' +
      'should not be judged narrower than one that only ranks, repetition should show, and neither pages nor activity alone should raise the narrowness. The cost of the loop is the share of relevance by position that it takes. ' +
      'How the loop works: [cocoon-loop.md](cocoon-loop.md).',
  ].join('\n\n').concat('\n'); // prettier-ignore
}
