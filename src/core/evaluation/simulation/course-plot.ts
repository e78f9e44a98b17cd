import { type Axis, axisTo, COLOURS, line, px, text } from '../plot.js';
import { type Estimate } from './across-seeds.js';
import { type DayCount } from './day-counter.js';
import { courseOf, type PolicyRuns } from './outcomes.js';

const PANEL = { width: 420, height: 260, left: 48, right: 12, top: 34, bottom: 30 };
const COLUMNS = 2;
const LEGEND_HEIGHT = 44;
const HEADER = 30;

const PANELS: readonly { measure: keyof DayCount; title: string }[] = [
  { measure: 'index', title: 'cocoon index' },
  { measure: 'acceptedBreadth', title: 'accepted breadth' },
  { measure: 'clicks', title: 'clicks a person and day, mean of 7 days' },
  { measure: 'discovered', title: 'discovered interests a person' },
];
const SMOOTHED: ReadonlySet<keyof DayCount> = new Set(['clicks']);
const WEEK = 7;

const smoothed = (course: readonly Estimate[]): Estimate[] =>
  course.map((_, day) => {
    const week = course.slice(Math.max(0, day - WEEK + 1), day + 1);
    return {
      mean: week.reduce((sum, one) => sum + one.mean, 0) / week.length,
      half: week.reduce((sum, one) => sum + one.half, 0) / week.length,
    };
  });

const finite = (half: number): number => (Number.isFinite(half) ? half : 0);

function drawn(course: readonly Estimate[], colour: string, x: Axis, y: Axis): string[] {
  const at = (day: number, value: number): string => `${px(x.at(day))},${px(y.at(Math.min(y.high, Math.max(0, value))))}`;
  const upper = course.map(({ mean, half }, day) => at(day, mean + finite(half)));
  const lower = course.map(({ mean, half }, day) => at(day, mean - finite(half))).reverse();
  return [
    `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" opacity="0.15"/>`,
    `<polyline points="${course.map(({ mean }, day) => at(day, mean)).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.6"/>`,
  ];
}

function panel(all: readonly PolicyRuns[], { measure, title }: (typeof PANELS)[number], place: number): string[] {
  const courses = all.map((one) => (SMOOTHED.has(measure) ? smoothed(courseOf(one, measure)) : courseOf(one, measure)));
  const [left, top] = [(place % COLUMNS) * PANEL.width, HEADER + Math.floor(place / COLUMNS) * PANEL.height];
  const days = courses[0].length;
  const x = axisTo((days - 1) / 1.1, left + PANEL.left, left + PANEL.width - PANEL.right);
  const highest = Math.max(...courses.flat().map(({ mean, half }) => mean + finite(half)));
  const y = axisTo(highest, top + PANEL.height - PANEL.bottom, top + PANEL.top);
  const bottom = y.at(0);
  const marks = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => [
    line(x.at(0), y.at(part * y.high), x.at(days - 1), y.at(part * y.high), '#e5e5e5'),
    text(x.at(0) - 6, y.at(part * y.high) + 4, (part * y.high).toFixed(2), 'text-anchor="end"'),
    text(x.at(part * (days - 1)), bottom + 16, String(Math.round(part * (days - 1)) + 1), 'text-anchor="middle"'),
  ]);
  const lines = courses.flatMap((course, i) => drawn(course, COLOURS[i % COLOURS.length], x, y));
  return [text(x.at(0), top + 22, title, 'font-weight="bold"'), ...marks, ...lines];
}

/** How measures went from day to day under every policy, with 95 % intervals over seeds. A standalone SVG. */
export function plotCourses(title: string, all: readonly PolicyRuns[]): string {
  const width = COLUMNS * PANEL.width;
  const height = HEADER + Math.ceil(PANELS.length / COLUMNS) * PANEL.height + LEGEND_HEIGHT;
  const perRow = Math.ceil(all.length / 2);
  const legend = all.flatMap(({ policy }, i) => {
    const [x, y] = [20 + (i % perRow) * (width / perRow), height - LEGEND_HEIGHT + 16 + Math.floor(i / perRow) * 18];
    const colour = COLOURS[i % COLOURS.length];
    return [`<rect x="${px(x)}" y="${px(y - 9)}" width="12" height="10" fill="${colour}"/>`, text(x + 18, y, policy)];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(20, 20, title, 'font-size="15" font-weight="bold"'),
    ...PANELS.flatMap((one, place) => panel(all, one, place)),
    ...legend,
    '</svg>\n',
  ].join('\n');
}
