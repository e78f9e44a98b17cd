import { type Estimate } from './across-seeds.js';
import { type DayCount } from './day-counter.js';
import { type Strengths } from './mind.js';
import { againstHoldout, compare, loopOf, OUTCOMES, type PolicyRuns } from './outcomes.js';
import { type Policy } from './policies.js';
import { type World } from './world.js';

/** Runs at one set of strengths. */
export interface Scene {
  strengths: Strengths;
  seeds: number;
  runs: readonly PolicyRuns[];
}

export interface SimulationReport {
  dataset: string;
  /** Of the first seed. */
  world: Pick<World, 'fitted' | 'kinds' | 'items' | 'citizens'>;
  days: number;
  first: number;
  policies: readonly Policy[];
  /** The policy that others are compared with. */
  against: string;
  /** Whose rise is to stay away, with the clicks near the best. */
  ours: readonly string[];
  main: Scene;
  corners: readonly Scene[];
}

const figure = ({ mean, half }: Estimate, digits = 3): string =>
  Number.isFinite(half) ? `${mean.toFixed(digits)} ± ${half.toFixed(digits)}` : mean.toFixed(digits);
const percent = ({ mean, half }: Estimate): string =>
  `${mean >= 0 ? '+' : ''}${(100 * mean).toFixed(1)}${Number.isFinite(half) ? ` ± ${(100 * half).toFixed(1)}` : ''} %`;
const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const strengthsText = ({ drift, latent, satiation }: Strengths): string =>
  `drift ${drift}, latent interests ${latent}, satiation ${satiation}`;

function preface({ dataset, world, days, first, main }: SimulationReport): string {
  const { fitted, kinds, items, citizens } = world;
  return (
    `${main.seeds} seeds of ${citizens.length} people for ${days} days, a page of ${first} cards a visit, ${items.length} items of ${kinds.length} kinds. Fitted on the other half ` +
    `of ${dataset}: tastes keep to the common one with a concentration of ${fitted.concentration.toFixed(2)}, the next thing is of the last one's kind ` +
    `${(100 * fitted.momentum).toFixed(1)} % likelier than by taste, ${(100 * fitted.awakening).toFixed(1)} % of what people touch later is of kinds new to them. ` +
    `At ${strengthsText(main.strengths)}. Figures are means over seeds with 95 % intervals.`
  );
}

function mainTables({ main, against, policies }: SimulationReport): string[] {
  const head = ['outcome', ...policies.map(({ name }) => name)];
  const values = OUTCOMES.map((outcome) => [outcome.name, ...compare(main.runs, outcome, against).map(({ value }) => figure(value))]);
  const changes = OUTCOMES.map((outcome) => [
    outcome.name,
    ...compare(main.runs, outcome, against).map(({ policy, relative }) => (policy === against ? '–' : percent(relative))),
  ]);
  return [table(head, values), `Against ${against} on the same seeds, relative:`, table(head, changes)];
}

const SHOWN_DAYS = (days: number): number[] => [...new Set([0, 6, 13, 29, 44, days - 1].filter((day) => day < days))];

function course({ main, days, policies }: SimulationReport, measure: keyof DayCount): string {
  const shown = SHOWN_DAYS(days);
  const lines = policies.map(({ name }, i) => [name, ...shown.map((day) => (main.runs[i].runs.reduce((sum, run) => sum + run.days[day][measure], 0) / main.seeds).toFixed(3))]); // prettier-ignore
  return table([measure, ...shown.map((day) => `day ${day + 1}`)], lines);
}

/** Word for word what was wanted, and whether it came. */
function verdicts({ main, against, ours }: SimulationReport): string[] {
  const outcome = (name: string): (typeof OUTCOMES)[number] => OUTCOMES.find((one) => one.name === name)!;
  const best = main.runs.map(({ runs }) => runs.reduce((sum, { days }) => sum + days.reduce((clicks, day) => clicks + day.clicks, 0), 0));
  const bestPolicy = main.runs[best.indexOf(Math.max(...best))].policy;
  return ours.flatMap((name) => {
    const of = (what: string, base = against) => compare(main.runs, outcome(what), base).find(({ policy }) => policy === name)!;
    const [rise, clicks] = [of('rise of the index'), of('clicks a person', bestPolicy)];
    const [breadth, coverage] = [of('accepted breadth at the end'), of('taste coverage at the end')];
    const falls = ({ difference }: { difference: Estimate }): string =>
      difference.mean + difference.half < 0 ? 'falls' : difference.mean - difference.half > 0 ? 'rises' : 'holds';
    return [
      `* **${name}**: the index rises by ${figure(rise.value)} (${figure(rise.difference)} against ${against}); accepted breadth ${falls(breadth)} (${figure(breadth.difference)}), ` +
        `taste coverage ${falls(coverage)} (${figure(coverage.difference)}); clicks are ${percent(clicks.relative)} of those of the best, ${bestPolicy}: ` +
        `${clicks.relative.mean >= -0.03 ? 'within 3 %' : 'more than 3 % are lost'}.`,
    ];
  });
}

function loops({ main, policies }: SimulationReport): string[] {
  return main.runs.flatMap((runs, i) => {
    if (!policies[i].hasLoop) return [];
    const loop = loopOf(runs);
    const parts = loop.pagesByNarrowness.map((pages, part) =>
      pages === 0 ? 'none' : `${loop.boostByNarrowness[part].toFixed(2)} (${pages} pages)`,
    );
    const index = againstHoldout(runs, ({ cocoon }) => cocoon.index);
    const narrow = againstHoldout(runs, ({ cocoon }) => cocoon.narrowCategory);
    const clicks = againstHoldout(runs, (one) => one.clicks);
    const found = [['index', index], ['narrow category', narrow], ['clicks', clicks]] as const; // prettier-ignore
    const told = found.map(([name, verdict]) =>
      verdict === null
        ? `${name}: nobody to compare with`
        : `${name} ${verdict.difference.toFixed(3)} [${verdict.interval.low.toFixed(3)}, ${verdict.interval.high.toFixed(3)}]`,
    );
    return [
      `* **${runs.policy}**: ${loop.pages} pages (a page is a user-day); the budget of the day was passed on ${loop.broken}, one card was given all the same on ${loop.dosed}, the budget ` +
        `held the loop back on ${loop.bound}; widening took ${(100 * loop.cost).toFixed(1)} % of the value. Strength added where narrowness is 0 to 0.2, to 0.4, … to 1: ${parts.join(', ')}. ` +
        `The added strength turned ${loop.turns.toFixed(2)} times a user. Against the ${index?.alone ?? 0} left alone (${index?.controlled ?? 0} were not), always-valid 95 %: ${told.join('; ')}.`,
    ];
  });
}

const IN_CORNERS = ['index at the end', 'rise of the index', 'accepted breadth at the end', 'clicks a person', 'discovered by half-time'];

function corners({ corners: scenes, against }: SimulationReport): string[] {
  if (scenes.length === 0) return [];
  const outcomes = OUTCOMES.filter(({ name }) => IN_CORNERS.includes(name));
  const lines = scenes.flatMap(({ strengths, runs, seeds }) =>
    runs.map(({ policy }) => [
      `${strengths.drift} / ${strengths.latent} / ${strengths.satiation}`,
      policy,
      String(seeds),
      ...outcomes.map((outcome) => {
        const { value, relative } = compare(runs, outcome, against).find((one) => one.policy === policy)!;
        return outcome.name === 'clicks a person' && policy !== against ? `${figure(value, 2)} (${percent(relative)})` : figure(value, 2);
      }),
    ]),
  );
  return ['At other strengths:', table(['drift / latent / satiation', 'policy', 'seeds', ...outcomes.map(({ name }) => name)], lines)];
}

/** The report as Markdown. */
export function simulationMarkdown(report: SimulationReport): string {
  return [
    `### ${report.dataset}: people in a simulated shop`,
    preface(report),
    ...mainTables(report),
    course(report, 'index'),
    course(report, 'clicks'),
    verdicts(report).join('\n'),
    loops(report).join('\n'),
    ...corners(report),
    report.policies.map(({ name, note }) => `* ${name}: ${note}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}
