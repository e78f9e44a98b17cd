import { writeFile } from 'node:fs/promises';
import { communityFinder } from '../../adapters/graphology/community-finder.js';
import { type Fault, refuseFaults, shown } from '../../core/errors.js';
import { type History } from '../../core/evaluation/history.js';
import { measureChurn } from '../../core/evaluation/people/churn.js';
import { measureCircles } from '../../core/evaluation/people/circles.js';
import { measureFollows } from '../../core/evaluation/people/follows.js';
import { measureInfluence, type Period } from '../../core/evaluation/people/influence.js';
import {
  churnMarkdown,
  circlesMarkdown,
  followsMarkdown,
  influenceMarkdown,
  tagsMarkdown,
  trustMarkdown,
} from '../../core/evaluation/people/markdown.js';
import { measureTags } from '../../core/evaluation/people/tags.js';
import { measureTrust } from '../../core/evaluation/people/trust.js';
import { readDataFolder } from './folder.js';
import { KNOWN_DATA } from './known-data.js';
import { type EvaluateOptions } from './options.js';

/** What is measured of the knowledge of people. */
export const PEOPLE_PROTOCOLS = ['circles', 'influence', 'trust', 'follows', 'churn', 'tags'] as const;
export type PeopleProtocol = (typeof PEOPLE_PROTOCOLS)[number];

type PeopleOptions = Omit<EvaluateOptions, 'protocol'> & { protocol: PeopleProtocol };

/** Options that say something of other protocols alone. */
const FOREIGN = {
  core: '--core',
  halfLifeDays: '--half-life-days',
  neighbourDays: '--neighbour-days',
  methods: '--methods',
  svg: '--svg',
} as const;
const DRAWS = 20;
const CHURN_DAYS = 60;
const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

interface Subject {
  name: string;
  history: History;
  options: PeopleOptions;
}
type Found = { report: object; markdown: string };

const findCommunities: typeof communityFinder.find = (users, ties, seed) => communityFinder.find(users, ties, seed);

const PROTOCOLS: Record<PeopleProtocol, { needsGraph: boolean; needsTime: boolean; measure: (subject: Subject) => Promise<Found> }> = {
  circles: {
    needsGraph: true,
    needsTime: false,
    async measure({ name, history, options }) {
      const report = await measureCircles(name, history, findCommunities, Math.max(2, options.limit ?? DRAWS));
      return { report, markdown: circlesMarkdown(report) };
    },
  },
  influence: {
    needsGraph: true,
    needsTime: true,
    measure(subject) {
      const report = measureInfluence(subject.name, subject.history, periodOf(subject));
      return Promise.resolve({ report, markdown: influenceMarkdown(report) });
    },
  },
  trust: {
    needsGraph: false,
    needsTime: true,
    measure(subject) {
      const report = measureTrust(subject.name, subject.history, periodOf(subject));
      return Promise.resolve({ report, markdown: trustMarkdown(report) });
    },
  },
  follows: {
    needsGraph: true,
    needsTime: false,
    async measure({ name, history, options }) {
      const report = await measureFollows(name, history, options.tune ? 'tune' : 'final', findCommunities);
      return { report, markdown: followsMarkdown(report) };
    },
  },
  churn: {
    needsGraph: false,
    needsTime: true,
    measure({ name, history }) {
      const report = measureChurn(name, history, CHURN_DAYS);
      return Promise.resolve({ report, markdown: churnMarkdown(report) });
    },
  },
  tags: {
    needsGraph: false,
    needsTime: true,
    measure({ name, history }) {
      const report = measureTags(name, history, cpuUs);
      return Promise.resolve({ report, markdown: tagsMarkdown(report) });
    },
  },
};

/** @throws AppError when nothing says where the period begins */
function periodOf({ name, options }: Subject): Period {
  const known = KNOWN_DATA.get(name);
  const [splitAt, tuneAt] = [options.splitAt ?? known?.splitAt, options.tuneAt ?? known?.tuneAt];
  const why = `it is needed because the folder's name ${shown(name)} is none of ${[...KNOWN_DATA.keys()].join(', ')}`;
  const faults: Fault[] = [];
  if (splitAt === undefined) faults.push({ path: 'splitAt', code: 'MISSING', message: `--split-at says where the test begins; ${why}` });
  if (options.tune && tuneAt === undefined)
    faults.push({ path: 'tuneAt', code: 'MISSING', message: `--tune-at says where the tuning period begins; ${why}` });
  refuseFaults(faults);
  return options.tune ? { slice: 'tune', from: tuneAt!, until: splitAt! } : { slice: 'final', from: splitAt!, until: Infinity };
}

/** Measure what is known of people, write the files that were asked for, and give back what was found as Markdown. */
export async function runPeople(folder: string, options: PeopleOptions, command: string): Promise<{ markdown: string }> {
  const { protocol } = options;
  const { needsGraph, needsTime, measure } = PROTOCOLS[protocol];
  const faults = Object.entries(FOREIGN)
    .filter(([key]) => options[key as keyof typeof FOREIGN] !== undefined)
    .map(([key, flag]): Fault => ({ path: key, code: 'INVALID', message: `${flag} is given, and ${protocol} knows no such thing` }));
  refuseFaults(faults);
  const { name, history } = await readDataFolder(folder);
  if (needsGraph && history.followees === null)
    faults.push({ path: 'protocol', code: 'MISSING', message: `${protocol} needs follows.csv, and ${name} has none` });
  if (needsTime && history.at.some(Number.isNaN))
    faults.push({ path: 'protocol', code: 'MISSING', message: `${protocol} needs a ts on every event, and ${name} has events without` });
  refuseFaults(faults);
  const found = await measure({ name, history, options });
  const markdown = `${found.markdown}\n\nMade by \`${command}\`.\n`;
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ ...found.report, command }, null, 2)}\n`);
  if (options.markdown !== undefined) await writeFile(options.markdown, markdown);
  return { markdown };
}
