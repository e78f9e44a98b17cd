import { type Interval } from '../bootstrap.js';
import { axisTo, COLOURS, line, px, text } from '../plot.js';
import { type FrontierReport, type FrontierRow } from './measure.js';

/** What was wanted: so much entropy for so little of recall. */
const WANTED = { entropy: 2, lost: 0.1 } as const;

const share = ({ mean, low, high }: Interval): string => `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
const percent = ({ mean, low, high }: Interval): string =>
  `${(100 * mean).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
const HEAD = ['re-ranker', 'strength', 'entropy@20, nats', 'Recall@20', 'change', 'recall by intent', 'change', 'intents met'];

const cellsOf = (row: FrontierRow): string[] => [
  row.family,
  row.family === 'cap' ? `${Math.round(1 / row.strength)} of 10` : row.strength.toFixed(2),
  row.entropy.mean.toFixed(3),
  share(row.recall),
  percent(row.lost),
  share(row.intentRecall),
  percent(row.intentLost),
  row.kindsMet.mean.toFixed(3),
];

/** The points in the order of measuring, and the one nearest to what was wanted, as Markdown. */
export function frontierMarkdown({ dataset, protocol, slice, density, users, targets, rows }: FrontierReport): string {
  const table = [HEAD, HEAD.map(() => '---'), ...rows.map(cellsOf)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const wide = rows.filter(({ entropy }) => entropy.mean >= WANTED.entropy - 0.005);
  const best = wide.reduce<FrontierRow | null>((a, b) => (a === null || b.lost.mean > a.lost.mean ? b : a), null);
  const found = best
    ? `Of those at ${WANTED.entropy.toFixed(1)} nats or more, ${best.family} at ${best.strength.toFixed(2)} loses least: ${percent(best.lost)} of recall; ` +
      `${best.lost.mean >= -WANTED.lost ? 'no more than' : 'more than'} the ${100 * WANTED.lost} % that were thought affordable.`
    : `None reaches ${WANTED.entropy.toFixed(1)} nats.`;
  const core = density ? `, items with ${density.usersPerItem}+ users and users with ${density.itemsPerUser}+ items` : '';
  return [
    `### ${dataset}, ${protocol}${core} (${slice === 'final' ? 'final slice' : 'tuning slice'}): recall against variety`,
    `${users} users with ${targets.toFixed(2)} targets each. Every re-ranker orders the same candidates with the same scores, those of the default rules. Recall by intent is the ` +
      'mean over the kinds that a user went on to touch, so a small interest counts as much as the main one; intents met is the share of these kinds on the page. 95 % intervals by drawing users anew.',
    table,
    found,
  ]
    .join('\n\n')
    .concat('\n');
}

const [WIDTH, HEIGHT] = [720, 440];
const MARGIN = { left: 70, right: 130, top: 48, bottom: 56 };
const TICKS = 5;

/** Recall against entropy, a line for every re-ranker: further up and further right is better. A standalone SVG. */
export function plotFrontier({ dataset, protocol, slice, rows }: FrontierReport): string {
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = axisTo(Math.max(...rows.map(({ entropy }) => entropy.mean)), MARGIN.left, right);
  const y = axisTo(Math.max(...rows.map(({ recall }) => recall.mean)), bottom, MARGIN.top);
  const marks = Array.from({ length: TICKS + 1 }, (_, i) => i / TICKS).flatMap((part) => [
    line(MARGIN.left, y.at(part * y.high), right, y.at(part * y.high), '#e5e5e5'),
    text(x.at(part * x.high), bottom + 18, (part * x.high).toFixed(2), 'text-anchor="middle"'),
    text(MARGIN.left - 8, y.at(part * y.high) + 4, (part * y.high).toFixed(3), 'text-anchor="end"'),
  ]);
  const [start] = rows;
  const families = [...new Set(rows.slice(1).map(({ family }) => family))];
  const curves = families.flatMap((family, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const points = [start, ...rows.filter((row) => row.family === family)].map(({ entropy, recall }) => [
      x.at(entropy.mean),
      y.at(recall.mean),
    ]);
    return [
      `<polyline points="${points.map(([a, b]) => `${px(a)},${px(b)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.6"/>`,
      ...points.map(([a, b]) => `<circle cx="${px(a)}" cy="${px(b)}" r="3" fill="${colour}"/>`),
      text(right + 10, MARGIN.top + 18 * (i + 1), family, `fill="${colour}"`),
    ];
  });
  const wanted = [
    line(x.at(WANTED.entropy), MARGIN.top, x.at(WANTED.entropy), bottom, '#999'),
    line(MARGIN.left, y.at(start.recall.mean * (1 - WANTED.lost)), right, y.at(start.recall.mean * (1 - WANTED.lost)), '#999'),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(
      MARGIN.left,
      24,
      `${dataset}, ${protocol}, ${slice === 'final' ? 'final slice' : 'tuning slice'}`,
      'font-size="15" font-weight="bold"',
    ),
    ...marks,
    ...wanted,
    text((MARGIN.left + right) / 2, HEIGHT - 14, 'category entropy of the first 20 (nats)', 'text-anchor="middle"'),
    text(MARGIN.left, MARGIN.top - 8, 'Recall@20'),
    ...curves,
    '</svg>\n',
  ].join('\n');
}
