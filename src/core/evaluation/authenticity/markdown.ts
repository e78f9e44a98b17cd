import { BOTNET_NOTES } from './botnets.js';
import { type AuthenticityReport, type BotnetRow, type CleanRow } from './measure.js';

const count = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');
const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(2)} %`);

function cleanText({ people, judged, discounted, ignored, reasons }: CleanRow): string {
  const why = [...reasons].map(([code, times]) => `${code} ${times}`).join(', ');
  return (
    `${count(people)} people, ${count(judged)} of them of at least 20 acts and so judged. Discounted though they are people: ` +
    `${discounted} (${percent(discounted, judged)} of the judged), ${ignored} of them ignored altogether${why === '' ? '' : `; for ${why}`}.`
  );
}

const HEAD = ['botnet', 'bots found', 'acts until found', 'people newly discounted', 'place of the target before', 'with the attack, nobody judged', 'as the service counts', 'popularity moved by', 'the bound', 'share of traffic', 'AUC', 'feeds with the target', 'moved up in any feed, in any ranking of 100']; // prettier-ignore

const cells = (row: BotnetRow): string[] => [
  row.botnet,
  `${row.detected} of ${row.bots}`,
  row.detected === 0 ? '–' : `${row.actsUntilDetected}`,
  `${row.harmed}`,
  count(row.rankBefore),
  count(row.rankUnjudged),
  count(row.rankJudged),
  row.added.toFixed(1),
  row.bound.toFixed(0),
  percent(row.traffic, 1),
  row.auc.toFixed(4),
  row.feeds ? `${row.feeds.before}, then ${row.feeds.after} of ${row.feeds.people}` : '–',
  row.feeds ? `${row.feeds.movedInFeeds}, ${row.feeds.movedInRankings}` : '–',
];

const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;

/** The report as Markdown. */
export function authenticityMarkdown({ dataset, events, clean, botnets, auc }: AuthenticityReport): string {
  return [
    `### ${dataset}: only real behaviour counts`,
    `${count(events)} events of ${cleanText(clean)}`,
    [line(HEAD), line(HEAD.map(() => '---')), ...botnets.map((row) => line(cells(row)))].join('\n'),
    `${Object.entries(BOTNET_NOTES)
      .map(([botnet, note]) => `**${botnet}**: ${note}.`)
      .join(' ')} The target is the item in the middle by popularity; popularity is in weights of clicks. AUC of all bots against all ` +
      `people who are judged: ${auc.toFixed(4)}.`,
  ].join('\n\n');
}
