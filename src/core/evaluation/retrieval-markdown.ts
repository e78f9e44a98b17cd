import { type RetrievalReport } from './retrieval.js';

const share = (value: number): string => value.toFixed(4);
const count = (value: number): string => Math.round(value).toLocaleString('en').replaceAll(',', ' ');

/** The report as a table with what it was made of. */
export function retrievalMarkdown({ dataset, slice, density, queries, users, items, poolSize, recall, sources }: RetrievalReport): string {
  const core = density ? `, items with ${density.usersPerItem}+ users and users with ${density.itemsPerUser}+ items` : '';
  const head = ['source', 'quota', 'candidates', 'its alone', 'recall', 'lost without it'];
  const lines = sources.map((row) => [
    row.source,
    count(row.quota),
    row.size.toFixed(1),
    row.ownSize.toFixed(1),
    share(row.recall),
    share(row.ownRecall),
  ]);
  return [
    `### ${dataset}: whether a user's next new item is among the candidates${core} (${slice === 'final' ? 'final slice' : 'tuning slice'})`,
    `${count(queries)} queries of ${count(users)} users. **Recall ${share(recall.mean)}** [${share(recall.low)}, ${share(recall.high)}] with ` +
      `${poolSize.toFixed(1)} candidates of ${count(items)} items, after the filters; 95 % by drawing users anew.`,
    [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    '* candidates: how many the source named, per query; its alone: those that no other source named.\n' +
      '* lost without it: share of the queries whose next item no other source named. What fills up a short pool counts as TRENDING.',
  ].join('\n\n');
}
