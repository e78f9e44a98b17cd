import { randomBytes } from 'node:crypto';
import { AppError, type Fault, refuseFaults, shown } from '../../core/errors.js';
import { BoundedCells } from '../../core/evaluation/private-analysis/bounded-cells.js';
import { type Mechanism, MECHANISMS } from '../../core/evaluation/private-analysis/mechanism.js';
import { publishCells } from '../../core/evaluation/private-analysis/private-report.js';
import { type UserFact } from '../../core/evaluation/experiments/user-facts.js';
import { parseInstant } from '../../core/events/instant.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type Random } from '../../core/random.js';
import { DAY_MS } from '../../core/time.js';
import { type PrivacyBudget, type PrivacyLedger } from '../../ports/privacy-ledger.js';
import { REPORT_DIMENSIONS, type ReportDimension, type ReportRange, type ReportStore } from '../../ports/report-store.js';
import { type PrivacyBudgetAnswer, type PrivateReportAnswer } from '../answers.js';
import { type App, type RawInput } from '../app.js';
import { MOST_REPORT_DAYS } from '../reports/report-input.js';

/** Facts that a user's own acts and pages decide alone: those that compare him with others would change when somebody else comes or goes. */
export const PRIVATE_FACTS = [
  'served', 'impressions', 'shown', 'clicks', 'views', 'dwellMs', 'skips', 'playEnds', 'likes', 'saves', 'comments', 'shares', 'helpful', 'follows',
  'unfollows', 'invites', 'searches', 'cartAdds', 'cartRemoves', 'checkouts', 'orders', 'units', 'revenue', 'attributedRevenue', 'refundedOrders',
  'refundedRevenue', 'reviews', 'ratings', 'ratingSum', 'hides', 'reports', 'sessions', 'activeDays', 'feeds',
] as const satisfies UserFact[]; // prettier-ignore

/** Segments follow from tags, some of which compare users with others. */
const DIMENSIONS = REPORT_DIMENSIONS.filter((dimension) => dimension !== 'SEGMENT');
const DELTA = 1e-6;
const GROUPS_PER_USER = 3;

export interface PrivateReportPorts {
  reportStore: Pick<ReportStore, 'facts'>;
  privacyLedger: PrivacyLedger;
  clock: () => number;
  /** Chance that nobody can guess; that of the system when left out. */
  chance?: Random;
}

/** 32 bits of the system's chance. */
const systemChance: Random = () => randomBytes(4).readUInt32BE() / 2 ** 32;

/** Counts, sums and means that keep each user to himself, against a budget of each recipient. */
export function createPrivateReports(ports: PrivateReportPorts): Pick<App, 'privateReport' | 'privacyBudget' | 'setPrivacyBudget'> {
  const { reportStore, privacyLedger, clock, chance = systemChance } = ports;
  return {
    async privacyBudget(recipient) {
      return presentBudget(await privacyLedger.budget(readRecipient(recipient)));
    },
    async setPrivacyBudget(input, actor) {
      const { recipient, epsilonMilli, delta, reason } = readBudget(input);
      return presentBudget(await privacyLedger.allow(recipient, { epsilonMilli, delta }, { actor, reason, at: clock() }));
    },
    async privateReport(input, actor) {
      const { recipient, range, fact, bound, question } = readQuestion(input);
      const asked = { ...range, fact, bound, mechanism: question.mechanism, groupsPerUser: question.groupsPerUser };
      // Paid before anything is read: an answer that was not received may have been made.
      const { isGranted, budget } = await privacyLedger.spend({ recipient, cost: question.cost, question: asked, actor, at: clock() });
      if (!isGranted) throw new AppError('CONFLICT', spentMessage(budget, question.cost.epsilonMilli));
      const cells = new BoundedCells(question.groupsPerUser, bound, Math.floor(chance() * 2 ** 32));
      for await (const batch of reportStore.facts(range))
        for (const { group, userId, facts } of batch) cells.add(userId, group ?? '', fact === null ? 0 : facts[fact]);
      return present(publishCells(cells, question, chance), { fact, budget });
    },
  };
}

const spentMessage = ({ recipient, total, spent }: PrivacyBudget, asked: number): string =>
  `the question costs epsilon ${asked / 1000}, and ${shown(recipient)} has ${Math.max(0, total.epsilonMilli - spent.epsilonMilli) / 1000} of ${total.epsilonMilli / 1000} left, and delta ${Math.max(0, total.delta - spent.delta)}`;

function present(
  { cells, threshold, usersDeviation, sumDeviation }: ReturnType<typeof publishCells>,
  { fact, budget }: { fact: string | null; budget: PrivacyBudget },
): PrivateReportAnswer {
  return {
    fact,
    cells: cells.map(({ group, ...rest }) => ({ group: group === '' ? null : group, ...rest })),
    threshold,
    usersDeviation,
    sumDeviation,
    budget: presentBudget(budget),
  };
}

const presentBudget = ({ recipient, total, spent }: PrivacyBudget): PrivacyBudgetAnswer => ({
  recipient,
  epsilon: total.epsilonMilli / 1000,
  delta: total.delta,
  spentEpsilon: spent.epsilonMilli / 1000,
  spentDelta: spent.delta,
});

function readRecipient(value: unknown): string {
  const faults: Fault[] = [];
  const recipient = new InputReader({ recipient: value }, faults).id('recipient');
  refuseFaults(faults);
  return recipient!;
}

function readBudget(input: RawInput): { recipient: string; epsilonMilli: number; delta: number; reason: string } {
  const faults: Fault[] = [];
  const read = new InputReader(input, faults);
  const recipient = read.id('recipient') ?? '';
  const epsilon = read.number('epsilon', 0, 100) ?? 0;
  const delta = read.number('delta', 0, 0.01) ?? 0;
  const reason = read.text('reason', 1000) ?? '';
  if (reason.trim() === '') read.fault('reason', input.reason, 'say why');
  refuseFaults(faults);
  return { recipient, epsilonMilli: Math.floor(epsilon * 1000), delta, reason };
}

interface Question {
  recipient: string;
  range: ReportRange;
  fact: UserFact | null;
  bound: number;
  question: Parameters<typeof publishCells>[1];
}

function readQuestion(input: RawInput): Question {
  const faults: Fault[] = [];
  const read = new InputReader(input, faults);
  if (!read.has('recipient')) read.fault('recipient', input.recipient, 'say whose budget is spent');
  const recipient = read.id('recipient') ?? '';
  const epsilon = read.number('epsilon', 0.01, 10) ?? 0.01;
  const delta = read.number('delta', 1e-12, 1e-3) ?? DELTA;
  const mechanism: Mechanism = read.oneOf('mechanism', MECHANISMS) ?? 'LAPLACE';
  const fact = read.oneOf('fact', PRIVATE_FACTS);
  const bound = read.number('bound', 0.01, 1e6) ?? 1;
  if (fact !== null && !read.has('bound')) read.fault('bound', input.bound, 'a sum needs the value at which what one user adds is cut');
  const dimension: ReportDimension = read.oneOf('dimension', DIMENSIONS) ?? 'NONE';
  const groupsPerUser = dimension === 'NONE' ? 1 : (read.integer('groupsPerUser', 1, 20) ?? GROUPS_PER_USER);
  const surface = read.has('surface') ? read.surface('surface', '') : null;
  const range = { ...readSpan(read, input), surface, segment: null, dimension };
  refuseFaults(faults);
  const cost = { epsilonMilli: Math.round(epsilon * 1000), delta };
  return { recipient, range, fact, bound, question: { mechanism, groupsPerUser, withSums: fact !== null, cost } };
}

function readSpan(read: InputReader, input: RawInput): { from: number; to: number } {
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const at = parseInstant(String(input[name]));
    if (!(at >= 0)) read.fault(name, input[name], 'it must be an ISO 8601 time with its offset');
    return at;
  });
  if (from >= to) read.fault('from', input.from, 'it must be before to');
  if (to - from > MOST_REPORT_DAYS * DAY_MS)
    read.fault('from', input.from, `it must be at most ${MOST_REPORT_DAYS} days before to, which is ${new Date(to).toISOString()}`);
  return { from, to };
}
