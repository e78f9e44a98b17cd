import { MIN_GAPS, MIN_SHARE } from '../candidates/repurchase.js';
import { type PageCounts, type RepurchaseReport, type RuleRow } from './repurchase.js';

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
const count = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');
const instant = (at: number): string => new Date(at).toISOString();

function preface({
  dataset,
  slice,
  testFrom,
  testUntil,
  fitPurchases,
  categories,
  cycles,
  pairs,
  repurchases,
  withCycle,
}: RepurchaseReport): string {
  const middle = cycles[Math.floor((cycles.length - 1) / 2)];
  const days =
    cycles.length === 0
      ? ''
      : `, of ${cycles[0].toFixed(1)} to ${cycles[cycles.length - 1].toFixed(1)} days, ${middle.toFixed(1)} in the middle`;
  return [
    `### ${dataset}: what was bought is not pushed (${slice === 'final' ? 'final slice' : 'tuning slice'})`,
    `Test from ${instant(testFrom)}${testUntil === null ? '' : ` up to ${instant(testUntil)}`}. ${count(fitPurchases)} purchases before it teach a cycle ` +
      `for ${count(cycles.length)} of ${count(categories)} categories${days}; the others have fewer than ${MIN_GAPS} gaps, or see less than ` +
      `${percent(MIN_SHARE, 1)} of purchases repeated, and are held for good.`,
    `${count(pairs)} pairs of user and item were bought before the test; ${count(repurchases)} of them are bought again in it, ` +
      `${count(withCycle)} (${percent(withCycle, repurchases)}) in categories with a cycle.`,
  ].join('\n\n');
}

const HEAD = ['hold on what was bought', 'repurchases it would have let be shown', 'share', 'pairs it lets be shown at the start', 'bought again in the test', 'share of these']; // prettier-ignore

function cellsOf({ rule, allowed, free, freeAndBought }: RuleRow, repurchases: number): string[] {
  return [rule, `${count(allowed)} of ${count(repurchases)}`, percent(allowed, repurchases), count(free), count(freeAndBought), percent(freeAndBought, free)]; // prettier-ignore
}

function pagesOf({ users, served, boughtBefore, boughtAgain, withinHold, boughtFirst }: PageCounts): string {
  const others = served - boughtBefore;
  return (
    `Pages of ${count(users)} users at the start of the test, by default settings: ${count(served)} items served, ${count(withinHold)} of them ` +
    `within their hold (${percent(withinHold, served)}). ${count(boughtBefore)} had been bought before by the same user, and of these ` +
    `${count(boughtAgain)} (${percent(boughtAgain, boughtBefore)}) are bought again in the test; of the ${count(others)} others he buys ` +
    `${count(boughtFirst)} (${percent(boughtFirst, others)}).`
  );
}

/** The report as Markdown: what taught, what each rule lets through, and whether the pages obey the learned one. */
export function repurchaseMarkdown(report: RepurchaseReport): string {
  const { rules, repurchases, pages } = report;
  const lines = [HEAD, HEAD.map(() => '---'), ...rules.map((row) => cellsOf(row, repurchases))];
  return [
    preface(report),
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
    `A repurchase counts once, when the user first buys the item again in the test; it is let through if the hold is over by then. ` +
      `The pairs at the start say what the holding costs: the more of them are bought again, the less is pushed in vain.`,
    pagesOf(pages),
  ].join('\n\n').concat('\n'); // prettier-ignore
}
