import { type Report } from './evaluation.js';
import { type Row } from './judgement.js';

const WIDTH = 720;
const HEIGHT = 440;
const MARGIN = { left: 70, right: 120, top: 48, bottom: 56 };
const TICKS = 5;
/** Colours that people with colour-blindness tell apart (Okabe and Ito). */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#8c6bb1'];

/** Where values of one direction are drawn. */
export interface Axis {
  low: number;
  high: number;
  /** Pixel of a value. */
  at: (value: number) => number;
}

/** Text as SVG holds it. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
/** Pixels to a tenth. */
export const px = (value: number): string => value.toFixed(1);

/** An axis from 0 to a little over the highest value. */
export function axisTo(highest: number, from: number, to: number): Axis {
  const high = highest > 0 ? highest * 1.1 : 1;
  return { low: 0, high, at: (value) => from + ((to - from) * value) / high };
}

/** Elements of SVG: words, and a straight line. */
export const text = (x: number, y: number, words: string, attributes = ''): string =>
  `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escaped(words)}</text>`;
export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${stroke}"/>`;

function frame(x: Axis, y: Axis): string[] {
  const [bottom, right] = [HEIGHT - MARGIN.bottom, WIDTH - MARGIN.right];
  const marks = Array.from({ length: TICKS + 1 }, (_, i) => i / TICKS).flatMap((part) => [
    line(x.at(part * x.high), MARGIN.top, x.at(part * x.high), bottom, '#e5e5e5'),
    line(MARGIN.left, y.at(part * y.high), right, y.at(part * y.high), '#e5e5e5'),
    text(x.at(part * x.high), bottom + 18, (part * x.high).toFixed(2), 'text-anchor="middle"'),
    text(MARGIN.left - 8, y.at(part * y.high) + 4, (part * y.high).toFixed(3), 'text-anchor="end"'),
  ]);
  return [...marks, line(MARGIN.left, bottom, right, bottom, '#333'), line(MARGIN.left, MARGIN.top, MARGIN.left, bottom, '#333')];
}

function point(row: Row & { entropy20: number }, colour: string, x: Axis, y: Axis): string[] {
  const [cx, cy] = [x.at(row.entropy20), y.at(row.recall20)];
  const [low, high] = [y.at(Math.max(0, row.recall20 - row.recall20se)), y.at(row.recall20 + row.recall20se)];
  const title = `${row.method}: recall ${row.recall20.toFixed(4)} ± ${row.recall20se.toFixed(4)}, entropy ${row.entropy20.toFixed(3)} nats`;
  return [
    line(cx, low, cx, high, colour),
    `<circle cx="${px(cx)}" cy="${px(cy)}" r="5" fill="${colour}"><title>${escaped(title)}</title></circle>`,
    text(cx + 9, cy + 4, row.method, `fill="${colour}"`),
  ];
}

/** Recall against variety, one point per method with one standard error up and down: further up and further right is better. A standalone SVG. */
export function plotOf({ dataset, protocol, slice, rows }: Report): string {
  const shown = rows.flatMap((row) => (row.entropy20 === null ? [] : [{ ...row, entropy20: row.entropy20 }]));
  const x = axisTo(Math.max(0, ...shown.map(({ entropy20 }) => entropy20)), MARGIN.left, WIDTH - MARGIN.right);
  const y = axisTo(Math.max(0, ...shown.map(({ recall20, recall20se }) => recall20 + recall20se)), HEIGHT - MARGIN.bottom, MARGIN.top);
  const middle = (MARGIN.top + HEIGHT - MARGIN.bottom) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(
      MARGIN.left,
      24,
      `${dataset}, ${protocol}, ${slice === 'final' ? 'final slice' : 'tuning slice'}: recall against variety`,
      'font-size="15" font-weight="bold"',
    ),
    ...frame(x, y),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 14, 'category entropy of the first 20 (nats)', 'text-anchor="middle"'),
    text(18, middle, 'Recall@20', `text-anchor="middle" transform="rotate(-90 18 ${px(middle)})"`),
    ...shown.flatMap((row, i) => point(row, COLOURS[i % COLOURS.length], x, y)),
    '</svg>\n',
  ].join('\n');
}
