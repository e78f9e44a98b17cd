import { writeFile } from 'node:fs/promises';
import { refuseFaults } from '../../core/errors.js';
import { type History } from '../../core/evaluation/history.js';
import { plotCourses } from '../../core/evaluation/simulation/course-plot.js';
import { type Strengths } from '../../core/evaluation/simulation/mind.js';
import { type PolicyRuns } from '../../core/evaluation/simulation/outcomes.js';
import { LOOP_ALONE, LOOSER, OURS, POLICIES, type Policy, RANKING_ONLY } from '../../core/evaluation/simulation/policies.js';
import { type Scene, simulationMarkdown, type SimulationReport } from '../../core/evaluation/simulation/report.js';
import { simulate, type SimulationResult } from '../../core/evaluation/simulation/simulate.js';
import { buildWorld, type WorldOptions } from '../../core/evaluation/simulation/world.js';
import { buildPage } from '../../core/feed.js';
import { readDataFolder } from '../evaluate/folder.js';
import { type Output } from '../fault.js';

export interface SimulateOptions {
  seeds: number;
  cornerSeeds?: number;
  people: number;
  items: number;
  days: number;
  kinds: number;
  markdown?: string;
  svg?: string;
  json?: string;
}

const FIRST = 20;
/** Tables of neighbours change slowly: they are learned again after so many days. */
const LEARNS_EVERY = 5;
const NEWCOMER_SHARE = 0.15;
const MIDDLE: Strengths = { drift: 0.03, latent: 1, satiation: 0.5 };
const CORNERS: readonly Strengths[] = [0.01, 0.06].flatMap((drift) =>
  [0.5, 1.5].flatMap((latent) => [0, 1].map((satiation) => ({ drift, latent, satiation }))),
);
const CORNER_POLICIES: readonly string[] = [RANKING_ONLY, OURS, LOOSER];

interface Surroundings {
  history: History;
  dataset: string;
  options: SimulateOptions;
  output: Output;
}

const worldOptions = ({ dataset, options }: Surroundings, seed: number): WorldOptions => ({
  dataset,
  items: options.items,
  citizens: options.people,
  kinds: options.kinds,
  days: Math.ceil(options.days * 0.8),
  newcomerShare: NEWCOMER_SHARE,
  seed,
});

/** Every policy under every seed, at some strengths. */
async function runScene(around: Surroundings, strengths: Strengths, seeds: number, policies: readonly Policy[]): Promise<Scene> {
  const { history, dataset, options, output } = around;
  const runs = policies.map(({ name }): PolicyRuns & { runs: SimulationResult[] } => ({ policy: name, runs: [] }));
  for (let seed = 1; seed <= seeds; seed++) {
    const world = buildWorld(history, worldOptions(around, seed));
    const scenario = { strengths, days: options.days, seed, first: FIRST, learnsEvery: LEARNS_EVERY };
    for (const [i, policy] of policies.entries()) runs[i].runs.push(await simulate(world, scenario, policy, buildPage));
    output.note(`${dataset}: seed ${seed} of ${seeds} at ${strengths.drift} / ${strengths.latent} / ${strengths.satiation}`);
  }
  return { strengths, seeds, runs };
}

const commandOf = (dataset: string, { seeds, cornerSeeds, people, items, days, kinds }: SimulateOptions): string =>
  `npm run imago -- simulate ${dataset} --seeds ${seeds}${cornerSeeds === undefined ? '' : ` --corner-seeds ${cornerSeeds}`} --people ${people} --items ${items} --days ${days} --kinds ${kinds}`; // prettier-ignore

/** Run all policies on a data set, write the files that were asked for, and give back what was found as Markdown. */
export async function runSimulation(folder: string, options: SimulateOptions, output: Output): Promise<string> {
  const { name: dataset, history } = await readDataFolder(folder);
  const around: Surroundings = { history, dataset, options, output };
  const world = buildWorld(history, worldOptions(around, 1));
  if (world.citizens.length === 0)
    refuseFaults([
      {
        path: 'FOLDER',
        code: 'INVALID',
        message: `${dataset} has nobody to serve: half of the users, with 8 or more of the items on offer`,
      },
    ]);
  const main = await runScene(around, MIDDLE, options.seeds, POLICIES);
  const corners: Scene[] = [];
  const finish = async (): Promise<string> => {
    const report: SimulationReport = {
      dataset, world, days: options.days, first: FIRST, policies: POLICIES, against: RANKING_ONLY, ours: [OURS, LOOSER, LOOP_ALONE], main, corners,
    }; // prettier-ignore
    const markdown = `${simulationMarkdown(report)}\nMade by \`${commandOf(dataset, options)}\`.\n`;
    if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
    if (options.svg !== undefined) await writeFile(options.svg, plotCourses(`${dataset}: what becomes of feeds`, main.runs));
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify({ dataset, options, main, corners }));
    return markdown;
  };
  if (options.cornerSeeds === undefined) return finish();
  const inCorners = POLICIES.filter(({ name }) => CORNER_POLICIES.includes(name));
  for (const strengths of CORNERS) {
    // What there is so far is on disk before the next hour of work.
    await finish();
    corners.push(await runScene(around, strengths, options.cornerSeeds, inCorners));
  }
  return finish();
}
