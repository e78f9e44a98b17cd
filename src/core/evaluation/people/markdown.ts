import { type Interval } from '../bootstrap.js';
import { type AgainstRandom, type CirclesReport } from './circles.js';
import { type ChurnReport } from './churn.js';
import { type FollowsReport } from './follows.js';
import { type InfluenceReport, type Period } from './influence.js';
import { type Foretold } from './statistics.js';
import { type TagsReport } from './tags.js';
import { type TrustReport } from './trust.js';

export const count = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');
const figure = (value: number): string => value.toFixed(3);
export const interval = ({ mean, low, high }: Interval): string => `${figure(mean)} [${figure(low)}, ${figure(high)}]`;
const difference = (found: Interval | null): string => (found ? `${found.mean >= 0 ? '+' : ''}${interval(found)}` : '–');
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const sliceOf = ({ slice }: { slice: 'tune' | 'final' }): string => (slice === 'final' ? 'final slice' : 'tuning slice');
const periodOf = ({ from, until }: Period): string => `from ${day(from)}${Number.isFinite(until) ? ` up to ${day(until)}` : ''}`;

export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Circles against random graphs. */
export function circlesMarkdown({ dataset, people, ties, circles, taste, draws, figures, ofAll }: CirclesReport): string {
  const row = ({ name, found, mean, lowest, highest, deviations }: AgainstRandom): string[] => [
    name, figure(found), figure(mean), `${figure(lowest)} to ${figure(highest)}`, deviations.toFixed(1),
  ]; // prettier-ignore
  return [
    `### ${dataset}: circles against random graphs`,
    `${count(people)} people, ${count(ties)} pairs with a tie, ${count(circles)} circles. Random graphs: ${draws}, in which everybody keeps the number and ` +
      `the weights of his ties; circles are found in them the same way. Likeness is the mean cosine of the ${taste} of two members of a circle; of any ` +
      `two people it is ${figure(ofAll)}. Ties are not dated, so nothing is split by time; circles know ties alone, and nothing of tastes.`,
    tableOf(['', 'circles of the service', 'mean of random graphs', 'their range', 'standard deviations above'], figures.map(row)),
  ].join('\n\n'); // prettier-ignore
}

const foretoldTable = (outcomes: readonly { name: string; cases: number; foretold: readonly Foretold[] }[]): string =>
  tableOf(
    ['foretold', 'cases', 'by', 'rank correlation [95 %]', 'less the first [95 %]'],
    outcomes.flatMap(({ name, cases, foretold }) =>
      foretold.map((one, i) => [i === 0 ? name : '', i === 0 ? count(cases) : '', one.name, interval(one.correlation), difference(one.difference)]),
    ),
  ); // prettier-ignore

/** Influence against the number of followers. */
export function influenceMarkdown(report: InfluenceReport): string {
  const { dataset, people, outcomes } = report;
  return [
    `### ${dataset}: influence against the number of followers (${sliceOf(report)})`,
    `${count(people)} people with followers who act ${periodOf(report)}. Ties are not dated, so both know ties that came later. Intervals by drawing ` +
      `people anew.`,
    foretoldTable(outcomes.map((one) => ({ ...one, cases: one.people }))),
  ].join('\n\n');
}

/** Trust and credit against means of stars. */
export function trustMarkdown(report: TrustReport): string {
  const { dataset, reviews, outcomes } = report;
  return [
    `### ${dataset}: trust and credit (${sliceOf(report)})`,
    `Learned from ${count(reviews)} reviews, measured on those ${periodOf(report)}. A review is taken as a thing made by its writer, its helpfulness as ` +
      `what one reader says of it. Intervals by drawing items or writers anew.`,
    foretoldTable(outcomes),
  ].join('\n\n');
}

/** Hidden ties that suggestions find. */
export function followsMarkdown(report: FollowsReport): string {
  const { dataset, people, rows } = report;
  return [
    `### ${dataset}: hidden ties found again (${sliceOf(report)})`,
    `Of ${count(people)} people who follow two or more, one tie each is hidden, all at a time (ties are not dated); everybody not followed is ranked. ` +
      `Nothing but ties is known. Intervals by drawing people anew; differences are to the first line.`,
    tableOf(
      ['ranked by', 'recall@10 [95 %]', 'MRR [95 %]', 'recall@10, difference', 'MRR, difference'],
      rows.map((row) => [row.method, interval(row.recall10), interval(row.mrr), difference(row.recallDifference), difference(row.mrrDifference)]),
    ),
  ].join('\n\n'); // prettier-ignore
}

/** The risk of leaving against recency alone. */
export function churnMarkdown(report: ChurnReport): string {
  const { dataset, fitAt, measureAt, days, fitted, people, left, auc, recency, difference: apart, calibrationError } = report;
  const row = (name: string, found: Interval | null, less: Interval | null): string[] => [
    name,
    found ? interval(found) : '–',
    difference(less),
  ];
  return [
    `### ${dataset}: who leaves`,
    `Fitted on ${count(fitted)} people as they stood on ${day(fitAt)}, measured on ${count(people)} as they stood on ${day(measureAt)}, of whom ` +
      `${count(left)} do nothing in the ${days} days after; all were here within the 60 days before. Calibration error over ten groups: ` +
      `${calibrationError === null ? '–' : figure(calibrationError)}. Intervals by drawing people anew.`,
    tableOf(
      ['by', 'AUC [95 %]', 'less recency [95 %]'],
      [row('days since the last act', recency, null), row('risk of leaving', auc, apart)],
    ),
  ].join('\n\n');
}

/** How many tags, how fast and how large. */
export function tagsMarkdown({ dataset, events, people, foldUs, bytes, active }: TagsReport): string {
  return [
    `### ${dataset}: tags of active people`,
    `${count(events)} events of ${count(people)} people. Folding an event takes ${foldUs.toFixed(1)} µs of the processor, a million of them ` +
      `${foldUs.toFixed(0)} s. A packed state has ${count(Math.round(bytes.median))} bytes in the middle, ${count(Math.round(bytes.p99))} at the 99th ` +
      `percentile and ${count(bytes.most)} at most. Tags are counted at the last event, where they tell anything but 0; those of a family (a taste for ` +
      `each category) one by one, and, in the last columns, as one. The source has no clicks, looks or comments, so most tags have nothing to go by.`,
    tableOf(
      ['active from so many events', 'people', 'tags, median', '90th percentile', 'families as one, median', '90th percentile'],
      active.map((row) => [row.events, row.people, row.median, row.p90, row.keysMedian, row.keysP90].map((value) => count(value))),
    ),
  ].join('\n\n');
}
