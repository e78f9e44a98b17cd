import { AppError, type Fault, refuseFaults } from '../../core/errors.js';
import { VarietyTally } from '../../core/evaluation/replay/page-variety.js';
import { NO_POOLS, Replay } from '../../core/evaluation/replay/replay.js';
import { type ReplayMetric } from '../../core/evaluation/replay/reward.js';
import { seededRandom } from '../../core/random.js';
import { InputReader } from '../../core/requests/input-reader.js';
import { type RankingConfigInput } from '../../core/settings.js';
import { type WhatIfAnswer, type WhatIfRow } from './replay-answers.js';
import { type RawInput } from '../app.js';
import { unhurried } from './read-pools.js';
import { readSpan } from './replay-input.js';
import { type ReplayPorts, replayPages } from './run-replay.js';

const METRICS: readonly ReplayMetric[] = ['CLICK_RATE', 'ADD_TO_CART_RATE', 'CONVERSION_RATE'];
/** Somebody waits for it. */
const DAYS = { usual: 1, most: 31 };
/** Each holds the pools of its requests for seconds. */
const MOST_AT_ONCE = 2;
const MAX_REQUESTS = 500;
const SEED = 12;

/** What a draft would change, told from the pools of the last day, or of the time given; nothing is kept of it. */
export function createWhatIf(ports: ReplayPorts): (args: RawInput) => Promise<WhatIfAnswer> {
  const answer = async ({ input, span }: ReturnType<typeof readWhatIf>): Promise<WhatIfAnswer> => {
    const surface = input.surface ?? 'home';
    const { settings } = await ports.settings.merged(surface, input);
    const replay = new Replay(METRICS, ports.clock());
    const variety = new VarietyTally();
    const { newItemDays } = settings.mix;
    const range = { ...span, surface, most: MAX_REQUESTS };
    const { pages, faults } = await replayPages(range, { model: null, settings }, ports, (user, served, remade) => {
      replay.add(user, served, remade);
      const places = served.page.placed.map(({ rankBefore }) => rankBefore - 1);
      const target = Array.from(remade.slate.order, (rank) => remade.places[rank]);
      variety.add(user, served.pool, { served: places, target, newItemDays });
    });
    const random = seededRandom(SEED);
    const rows: WhatIfRow[] = [];
    let churn: number | null = null;
    for (const metric of METRICS) {
      const { logged, refused, estimates, churn: changed } = await unhurried(replay.reportInSteps(metric, random));
      churn = changed;
      const best = estimates.find(({ estimator }) => estimator === 'DR');
      const [low, high] = [best?.interval.low, best?.interval.high].map((end) =>
        end === undefined || logged === null ? null : end - logged,
      );
      rows.push({
        metric,
        logged,
        predicted: best?.value ?? null,
        change: best && logged !== null ? best.value - logged : null,
        interval: low === null || high === null ? null : { low, high },
        refused: pages === 0 && faults.size > 0 ? [...faults].join('; ') : refused,
      });
    }
    const changes = await unhurried(variety.changes(random));
    return { requests: pages, refused: pages > 0 ? null : [...faults].join('; ') || NO_POOLS, churn, rows: [...rows, ...changes.map((change) => ({ ...change, refused: null }))] }; // prettier-ignore
  };
  let running = 0;
  return async (args) => {
    const asked = readWhatIf(args, ports.clock());
    if (running >= MOST_AT_ONCE)
      throw new AppError('OVERLOADED', `${running} what-ifs are being worked out already; try again in a while`, [], 2);
    running++;
    return answer(asked).finally(() => running--);
  };
}

function readWhatIf(args: RawInput, now: number): { input: RankingConfigInput; span: { from: number; to: number } } {
  const faults: Fault[] = [];
  const read = new InputReader(args, faults);
  const span = readSpan(read, args, now, DAYS);
  read.nested('input')?.surface('surface', 'home');
  refuseFaults(faults);
  return { input: args.input as RankingConfigInput, span };
}
