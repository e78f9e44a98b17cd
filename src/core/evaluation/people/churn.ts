import { aucOf, calibrationErrorOf, churnRisk, fitChurn } from '../../tags/churn.js';
import { foldEvent } from '../../tags/fold.js';
import { emptyState } from '../../tags/state.js';
import { AT_RISK_DAYS, CHURN_KEYS, churnTraitsOf } from '../../tags/traits.js';
import { View } from '../../tags/view.js';
import { seededRandom } from '../../random.js';
import { DAY_MS } from '../../time.js';
import { type Interval } from '../bootstrap.js';
import { type History } from '../history.js';
import { ReplayedEvents } from '../replayed-events.js';
import { bootstrapOf } from './statistics.js';

export interface ChurnReport {
  dataset: string;
  /** Epoch ms: what is known when the model is fitted and when it is measured, each before the days that are foretold. */
  fitAt: number;
  measureAt: number;
  days: number;
  fitted: number;
  people: number;
  left: number;
  /** Null where too little is known for a model. */
  auc: Interval | null;
  recency: Interval;
  difference: Interval | null;
  calibrationError: number | null;
}

const RESAMPLES = 1_000;
const SEED = 1;
const NAMELESS = { category: () => '', brand: () => '', creator: () => '' };

interface Row {
  traits: readonly number[];
  idleDays: number;
  churned: boolean;
}

/** Everybody who was here lately, as he stood at an instant, and whether he did nothing in the days after it. */
function rowsAt(history: History, at: number, days: number): Row[] {
  const rows = Int32Array.from(history.at.keys());
  const replayed = new ReplayedEvents(history, rows);
  const states = history.users.map(() => emptyState());
  const stayed = new Uint8Array(history.users.length);
  rows.forEach((row) => {
    const user = history.userOf[row];
    const event = replayed.eventOf(row, row + 1);
    if (event.occurredAt <= at) foldEvent(states[user], event, replayed.rowOf(event.itemNo, event.occurredAt), { timeZone: 'UTC' });
    else if (event.occurredAt <= at + days * DAY_MS) stayed[user] = 1;
  });
  return states.flatMap((state, user): Row[] => {
    const view = new View(state, at, { names: NAMELESS, timeZone: 'UTC' });
    const idleDays = view.daysSince(state.updatedAt);
    if (state.updatedAt === 0 || idleDays >= AT_RISK_DAYS) return [];
    return [{ traits: churnTraitsOf(view), idleDays, churned: stayed[user] === 0 }];
  });
}

/** Fit the risk of leaving at one instant, and measure it later: the days that it foretells lie behind everything it was fitted on. */
export function measureChurn(dataset: string, history: History, days: number): ChurnReport {
  const end = history.at[history.at.length - 1];
  const measureAt = end - days * DAY_MS;
  const fitAt = measureAt - days * DAY_MS;
  const [fit, test] = [rowsAt(history, fitAt, days), rowsAt(history, measureAt, days)];
  const model = fitChurn(fit, test, { traits: CHURN_KEYS, horizonDays: days });
  const outcomes = test.map(({ churned }) => churned);
  const recency = test.map(({ idleDays }) => idleDays);
  const predicted = model && test.map(({ traits }) => churnRisk(model, traits));
  const auc = (scores: readonly number[]) => (drawn: Int32Array) =>
    aucOf(Array.from(drawn, (i) => scores[i]), Array.from(drawn, (i) => outcomes[i])); // prettier-ignore
  const interval = (of: (drawn: Int32Array) => number): Interval => bootstrapOf(test.length, of, RESAMPLES, seededRandom(SEED));
  return {
    dataset,
    fitAt,
    measureAt,
    days,
    fitted: fit.length,
    people: test.length,
    left: outcomes.filter(Boolean).length,
    auc: predicted && interval(auc(predicted)),
    recency: interval(auc(recency)),
    difference: predicted && interval((drawn) => auc(predicted)(drawn) - auc(recency)(drawn)),
    calibrationError: predicted && calibrationErrorOf(predicted, outcomes),
  };
}
