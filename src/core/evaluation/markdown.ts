import { type Interval } from './bootstrap.js';
import { type Report } from './evaluation.js';
import { type Row } from './judgement.js';
import { SCARCE } from './ratios.js';

const share = (value: number): string => value.toFixed(4);
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const count = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');

const PROTOCOL_NAMES: Record<Report['protocol'], string> = {
  time: 'global split by time',
  'leave-last-out': "every user's last item held back",
  '8-1-1': 'every user 8:1:1 in hash order',
  'next-event': "a user's next new item, along the stream of events",
};

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What was examined, in sentences. */
function preface({ dataset, protocol, slice, density, testFrom, testUntil, halfLifeDays, counts }: Report): string {
  const core = density ? `, items with ${density.usersPerItem}+ users and users with ${density.itemsPerUser}+ items` : '';
  const period = testFrom ? `test from ${testFrom}${testUntil ? ` up to ${testUntil}` : ''}` : 'no instant divides fit and test';
  const unit = protocol === 'next-event' ? 'queries' : 'users';
  const social = counts.followShare > 0 ? ` ${percent(counts.followShare)} of the examined users follow somebody.` : '';
  const halving = halfLifeDays === null ? '' : ` Popularity halves every ${halfLifeDays} days.`;
  return [
    `### ${dataset}: ${PROTOCOL_NAMES[protocol]}${core} (${slice === 'final' ? 'final slice' : 'tuning slice'})`,
    `${period[0].toUpperCase()}${period.slice(1)}. ${count(counts.events)} events of ${count(counts.users)} users with ${count(counts.items)} items, ` +
      `${count(counts.fitEvents)} of them to learn from; ${count(counts.testUsers)} users in the test, ${count(counts.examined)} ${unit} examined. ` +
      `${count(counts.warmPairs)} new pairs are warm, a further ${percent(counts.coldShare)} of all are on items never seen before.${social}${halving}`,
  ].join('\n\n');
}

function rowCells(row: Row, isLong: boolean): string[] {
  const [recall, se, hit] = isLong ? [row.recall20, row.recall20se, row.hit20] : [row.recall10, row.recall10se, row.hit10];
  const [coverage, entropy, gini] = isLong ? [row.coverage20, row.entropy20, row.gini] : [row.coverage10, row.entropy10, row.gini10];
  const cold = share(isLong ? row.recall20WithCold : row.recall10WithCold);
  return [row.method, count(row.users), share(recall), share(se), cold, share(row.ndcg10), share(row.ndcg10se), share(hit), share(coverage), entropy?.toFixed(3) ?? '–', share(gini)]; // prettier-ignore
}

function headline({ rows, listLength: k }: Report): string {
  const head = ['method', 'users', `Recall@${k} (warm)`, '± s.e.', `Recall@${k} incl. cold`, 'NDCG@10', '± s.e.', `Hit@${k}`, `coverage@${k}`, `category entropy@${k} (nats)`, 'Gini of exposure']; // prettier-ignore
  return table(head, rows.map((row) => rowCells(row, k === 20))); // prettier-ignore
}

function comparison({ differences, listLength }: Report): string {
  const cell = ({ mean, low, high }: Interval): string => `${mean >= 0 ? '+' : ''}${share(mean)} [${share(low)}, ${share(high)}]`;
  const lines = differences.map(({ method, against, recall, ndcg10 }) => [`${method} − ${against}`, cell(recall), cell(ndcg10)]);
  return table(['difference, 95 % by drawing users anew', `Recall@${listLength}`, 'NDCG@10'], lines);
}

function ratioTable({ ratios, listLength }: Report): string {
  const cell = ({ mean, low, high }: Interval): string => `${mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  const lines = ratios.map(({ method, against, recall, ndcg10 }) => [`${method} / ${against}`, cell(recall), cell(ndcg10)]);
  return table(['ratio, 95 % by drawing users anew', `Recall@${listLength}`, 'NDCG@10'], lines);
}

function touchesTable({ byTouches }: Report): string {
  const head = ['NDCG@10 where the item was known to', 'queries', ...byTouches[0].ndcg10.map(({ method }) => method)];
  const lines = byTouches.map(({ isScarce, cases, ndcg10 }) => [
    isScarce ? `fewer than ${SCARCE} people` : `${SCARCE} people or more`,
    count(cases),
    ...ndcg10.map(({ mean }) => (Number.isNaN(mean) ? '–' : share(mean))),
  ]);
  return table(head, lines);
}

/** A report as Markdown: what was examined, one line per method, and the differences with their intervals. */
export function markdownOf(report: Report): string {
  const parts = [
    preface(report),
    headline(report),
    report.notes.map((note) => `* ${note}`).join('\n'),
    ...(report.differences.length > 0 ? [comparison(report)] : []),
    ...(report.ratios.length > 0 ? [ratioTable(report)] : []),
    ...(report.byTouches.length > 0 ? [touchesTable(report)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}
